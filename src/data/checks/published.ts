/** Sets that have a name: whether these are the images that everybody means by it. */
import type { Finding } from "../../base/finding.js";
import { count } from "../../base/text.js";
import { dataHash } from "../data-hash.js";
import type { Dataset } from "../dataset.js";
import { datasets } from "../index.js";
import type { DataCheck } from "./check.js";

export const published: DataCheck = {
  name: "published",
  summary: "a set under the name of a published one that is not it",
  run({ dataset }) {
    const known = datasets.find(({ name }) => name === dataset.name)?.published;
    // What is left of a set is told with what is missing.
    if (!known || dataset.incomplete) return [];
    const hash = dataHash(dataset);
    if (known.content === hash) return [];
    const other = datasets.find((source) => source.published?.content === hash);
    if (other) {
      const evidence = `These are the files of ${other.name}, not of ${dataset.name}.`;
      const fix = `Put them into a folder ${other.name}/ and say --dataset ${other.name}.`;
      return [{ id: "another-set", severity: "warning", evidence, fix }];
    }
    const expected = countsText(known.counts);
    const found = `${count(dataset.train.count)} + ${count(dataset.test?.count ?? 0)}`;
    if (expected !== null && expected !== found) {
      return [notThese(dataset, `${found} images, not ${expected}`, "note")];
    }
    return known.content === undefined ? [] : [notThese(dataset, "other images or labels", "warning")];
  },
};

function countsText(counts: { readonly train: readonly number[]; readonly test: readonly number[] } | undefined) {
  const sum = (numbers: readonly number[]): string => count(numbers.reduce((total, n) => total + n, 0));
  return counts ? `${sum(counts.train)} + ${sum(counts.test)}` : null;
}

const notThese = ({ name }: Dataset, what: string, severity: Finding["severity"]): Finding => ({
  id: "not-published",
  severity,
  evidence: `These are not the published files of ${name}: ${what}.`,
  fix: `heddle data verify ${name} compares them.`,
});
