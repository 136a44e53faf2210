/**
 * The contract of a metric that has a value for each class, and its means over the classes. Such a metric is one file here
 * and one line in `index.ts`. A class whose value is not defined stays out of the means.
 */
import type { Answers } from "./answers.js";
import type { Metric } from "./metric.js";

export interface ClassMetric extends Pick<Metric, "name" | "title" | "summary" | "unit"> {
  /** [classes]; null where it is not defined. */
  of(answers: Answers): readonly (number | null)[];
  /** Its means over the classes, as metrics of their own: `macro` each class alike, `weighted` by its samples. */
  readonly macro: Metric;
  readonly weighted?: Metric;
}

/** What a confusion matrix says of each class: samples of it, samples taken for it, and both. */
export interface ClassCounts {
  readonly support: readonly number[];
  readonly taken: readonly number[];
  readonly right: readonly number[];
}

export function classCounts(confusion: Answers["confusion"]): ClassCounts {
  const support = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const taken = confusion.map((_, guess) => confusion.reduce((sum, row) => sum + row[guess], 0));
  return { support, taken, right: confusion.map((row, label) => row[label]) };
}

/** a / b; null where there is nothing to have a share of. */
export const ratio = (a: number, b: number): number | null => (b > 0 ? a / b : null);

/** The mean of those that are defined; null where none is. */
export function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}

type Parts = Pick<ClassMetric, "name" | "title" | "summary" | "of">;

/** The shares of a class with both means: `macro.NAME` and `weighted.NAME`. */
export function classShares({
  name,
  title,
  summary,
  of,
}: Parts): ClassMetric & Required<Pick<ClassMetric, "weighted">> {
  const shared = { unit: "share", better: "higher" } as const;
  return {
    name,
    title,
    summary,
    unit: "share",
    of,
    macro: {
      ...shared,
      name: `macro.${name}`,
      title: `macro ${title}`,
      summary: `mean over the classes: ${summary}`,
      of: (answers) => mean(of(answers)),
    },
    weighted: {
      ...shared,
      name: `weighted.${name}`,
      title: `weighted ${title}`,
      summary: `mean over classes by their samples: ${summary}`,
      of: (answers) => weightedMean(of(answers), classCounts(answers.confusion).support),
    },
  };
}

function weightedMean(values: readonly (number | null)[], weights: readonly number[]): number | null {
  let [sum, total] = [0, 0];
  for (const [i, value] of values.entries()) {
    if (value === null) continue;
    sum += weights[i] * value;
    total += weights[i];
  }
  return ratio(sum, total);
}
