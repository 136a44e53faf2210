/** One picture in two formats: `00.png` and `00.jpg`, which no comparison of bytes finds. */
import { type Finding, someOf } from "../../base/finding.js";
import { placeOf } from "../samples.js";
import { type CheckedData, type DataCheck, imageCount, nameOf, partsOf } from "./check.js";

/** Mean difference of pixels, of the whole range, up to which two images of one name are one picture: JPEG at its worst. */
const mostDifference = 1 / 16;

export const sameName: DataCheck = {
  name: "same-name",
  summary: "files of one name in two formats that show the same, as 00.png and 00.jpg",
  run(data) {
    const { dataset, images, labels } = data;
    const found: string[] = [];
    const first = new Map<string, { sample: number; ending: string }>();
    for (const { samples } of partsOf(data)) {
      for (const sample of samples) {
        const file = fileOf(data, sample);
        if (file === undefined) return [];
        const { stem, ending } = file;
        const key = `${labels[sample]}/${stem}`;
        const other = first.get(key);
        if (other === undefined) first.set(key, { sample, ending });
        // Files of one name and one format are numbered alike, as in every split. Equal bytes are found elsewhere.
        else if (other.ending !== ending && areAlike(images[other.sample], images[sample], dataset.maximum)) {
          found.push(`${nameOf(dataset, other.sample)} = ${nameOf(dataset, sample)}`);
        }
      }
    }
    return found.length === 0 ? [] : [finding(found)];
  },
};

/** The name of a sample's file without folders, in two parts; undefined for samples without files. */
function fileOf({ dataset }: CheckedData, sample: number): { stem: string; ending: string } | undefined {
  const { split, at } = placeOf(dataset, sample);
  const name = split.names?.[at].replace(/^.*\//, "");
  if (name === undefined) return undefined;
  const [, stem, ending = ""] = /^([^]*?)(\.[^.]*)?$/.exec(name)!;
  return { stem, ending: ending.toLowerCase() };
}

function areAlike(one: Uint8Array, other: Uint8Array, maximum: number): boolean {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += Math.abs(one[i] - other[i]);
  return sum > 0 && sum / one.length <= maximum * mostDifference;
}

const finding = (found: readonly string[]): Finding => ({
  id: "same-name",
  severity: "warning",
  evidence: `${imageCount(found.length)} ${found.length === 1 ? "is a copy" : "are copies"} of another of the same name in another format: ${someOf(found)}.`,
  fix: "Keep one of each.",
});
