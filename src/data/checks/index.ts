/** The checks of data, one line each; `heddle train`, `data info` and `data show` follow this list. */
import { dataError, type HeddleError } from "../../base/errors.js";
import { type Finding, findingText, type Severity } from "../../base/finding.js";
import type { Dataset } from "../dataset.js";
import { splitsOf } from "../samples.js";
import { type SampleSplit, type SplitConfig, testSamples } from "../split-samples.js";
import { balance } from "./balance.js";
import { blank } from "./blank.js";
import type { CheckedData, DataCheck } from "./check.js";
import { classes } from "./classes.js";
import { copies } from "./copies.js";
import { groups } from "./groups.js";
import { near } from "./near.js";
import { published } from "./published.js";
import { range } from "./range.js";
import { sameName } from "./same-name.js";
import { size } from "./size.js";

export const dataChecks: readonly DataCheck[] = [
  published,
  classes,
  blank,
  range,
  copies,
  near,
  groups,
  sameName,
  balance,
  size,
];

const rank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

/** What loading found and what the checks find in a set and in a run's split of it: the gravest first. */
export function checkData(
  dataset: Dataset,
  split: SampleSplit,
  config: SplitConfig,
  nearGroups: CheckedData["near"] = null,
): Finding[] {
  const data = checkedData(dataset, split, config, nearGroups);
  return inOrder([...(dataset.findings ?? []), ...dataChecks.flatMap((check) => check.run(data))]);
}

/** The same, while somebody still looks for images that show the same. */
export async function checkDataMeanwhile(
  dataset: Dataset,
  split: SampleSplit,
  config: SplitConfig,
  nearGroups: Promise<CheckedData["near"]>,
): Promise<Finding[]> {
  const data = checkedData(dataset, split, config, null);
  const found = dataChecks.map((check) => (check === near ? null : check.run(data)));
  const looked = { ...data, near: await nearGroups };
  return inOrder([...(dataset.findings ?? []), ...found.flatMap((findings) => findings ?? near.run(looked))]);
}

function checkedData(
  dataset: Dataset,
  split: SampleSplit,
  config: SplitConfig,
  nearGroups: CheckedData["near"],
): CheckedData {
  const { height, width, channels } = dataset.shape;
  const bytes = height * width * channels;
  const splits = splitsOf(dataset);
  return {
    dataset,
    split: { ...split, test: testSamples(dataset, split) },
    config,
    images: splits.flatMap(({ count, images }) =>
      Array.from({ length: count }, (_, at) => images.subarray(at * bytes, (at + 1) * bytes)),
    ),
    labels: splits.flatMap(({ labels }) => Array.from(labels)),
    near: nearGroups,
  };
}

function inOrder(findings: readonly Finding[]): Finding[] {
  // Tables of several splits say the same.
  const texts = findings.map(findingText);
  return findings.filter((_, i) => texts.indexOf(texts[i]) === i).sort((a, b) => rank[a.severity] - rank[b.severity]);
}

/** One error for what nothing can be learned from, with all that was found; null where there is no such finding. */
export function hopelessData({ name }: Dataset, findings: readonly Finding[]): HeddleError | null {
  const errors = findings.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return null;
  return dataError({
    where: name,
    expected: "data that something can be learned from",
    got: `data that fails a check (${errors.map(({ id }) => id).join(", ")})`,
    excerpt: findings.map((finding) => `  ${finding.severity}: ${findingText(finding)}`).join("\n"),
  });
}
