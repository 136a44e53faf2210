/** The samples of all splits under one number: the training split's first, then the test split's, then the validation split's. */
import { internalError } from "../base/errors.js";
import type { Split } from "../base/shape.js";
import type { Dataset } from "./dataset.js";

/** `mapped` goes along wherever the images of all splits do. */
export type Splits = Pick<Dataset, "train" | "test" | "validation" | "mapped">;

/** The splits that a set has, in that order. */
export const splitsOf = ({ train, test, validation }: Splits): readonly Split[] =>
  [train, test, validation].filter((split) => split !== null && split !== undefined);

/** The samples of one split that the set comes with; none where it has no such split. */
export function samplesOf(dataset: Splits, name: "train" | "test" | "validation"): Uint32Array {
  const before = { train: 0, test: 1, validation: dataset.test ? 2 : 1 }[name];
  const first = splitsOf(dataset)
    .slice(0, before)
    .reduce((sum, { count }) => sum + count, 0);
  return Uint32Array.from({ length: dataset[name]?.count ?? 0 }, (_, i) => first + i);
}

/** The split that a sample lies in, and its place there. */
export function placeOf(dataset: Splits, sample: number): { split: Split; at: number } {
  let at = sample;
  for (const split of [dataset.train, dataset.test, dataset.validation]) {
    if (!split) continue;
    if (at < split.count) return { split, at };
    at -= split.count;
  }
  throw internalError(`no split has sample ${sample}`);
}
