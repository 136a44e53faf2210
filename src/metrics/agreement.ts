/** Whole sums over a confusion matrix, exact: products of counts leave the range of whole doubles at 95 million samples. */
import type { Answers } from "./answers.js";
import { classCounts } from "./per-class.js";

export interface Agreement {
  readonly samples: bigint;
  readonly right: bigint;
  /** Sums over the classes of t p, t t and p p, with t samples of a class and p taken for it. */
  readonly both: bigint;
  readonly truths: bigint;
  readonly guesses: bigint;
}

export function agreementOf(confusion: Answers["confusion"]): Agreement {
  const { support, taken, right } = classCounts(confusion);
  const [t, p] = [support.map(BigInt), taken.map(BigInt)];
  const dot = (a: readonly bigint[], b: readonly bigint[]): bigint =>
    a.reduce((sum, value, i) => sum + value * b[i], 0n);
  const total = (counts: readonly number[]): bigint => counts.reduce((sum, value) => sum + BigInt(value), 0n);
  return { samples: total(support), right: total(right), both: dot(t, p), truths: dot(t, t), guesses: dot(p, p) };
}
