/** Which training samples are used, and which of them are held back to choose the best weights. */
import { usageError } from "../errors.js";
import { type Purpose, shuffle } from "../random.js";

export interface TrainValidation {
  /** Positions in the training split, ascending. */
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
}

/**
 * Holds back samples for validation: `validation` is 0 for none, a share in (0, 1), or a count from 1. Each class
 * gives its share of them, and which of its samples only depends on the seed. `indices` are the samples to divide:
 * the whole split, or a subset of it.
 */
export function stratifiedSplit(
  labels: ArrayLike<number>,
  classes: number,
  validation: number,
  seed: number,
  indices: Uint32Array = allOf(labels),
): TrainValidation {
  const n = indices.length;
  const isShare = validation > 0 && validation < 1;
  // A share that is less than one sample still asks for validation.
  const count = isShare ? Math.max(1, Math.round(validation * n)) : validation;
  if (!Number.isInteger(count) || count < 0 || (count > 0 && count >= n)) {
    throw usageError({
      where: "--validation",
      expected: `0 (none), a share below 1, or a whole number below the ${n} samples of the training split`,
      got: `${validation}`,
    });
  }
  const [held, train] = divide(indices, labels, classes, count, seed, "split");
  return { train, validation: held };
}

/** `n` of the `indices`, ascending, each class with its share. */
export function stratifiedSubset(
  indices: Uint32Array,
  labels: ArrayLike<number>,
  classes: number,
  n: number,
  seed: number,
): Uint32Array {
  if (!Number.isInteger(n) || n < 1 || n > indices.length) {
    const expected = `a whole number 1..${indices.length}, the samples of the training split`;
    throw usageError({ where: "--subset", expected, got: `${n}` });
  }
  return divide(indices, labels, classes, n, seed, "subset")[0];
}

function allOf(labels: ArrayLike<number>): Uint32Array {
  return Uint32Array.from(labels, (_, i) => i);
}

/** `indices` in two: `count` drawn ones, and the rest, both ascending. */
function divide(
  indices: Uint32Array,
  labels: ArrayLike<number>,
  classes: number,
  count: number,
  seed: number,
  purpose: Purpose,
): [drawn: Uint32Array, rest: Uint32Array] {
  const byClass: number[][] = Array.from({ length: classes }, () => []);
  for (const index of indices) byClass[labels[index]].push(index);
  const shares = largestRemainder(
    byClass.map((members) => members.length),
    count,
  );
  const isDrawn = new Uint8Array(labels.length);
  for (const [label, members] of byClass.entries()) {
    const order = Uint32Array.from(members);
    shuffle(order, seed, label, purpose);
    for (const index of order.subarray(0, shares[label])) isDrawn[index] = 1;
  }
  const ascending = indices.slice().sort();
  return [ascending.filter((index) => isDrawn[index] === 1), ascending.filter((index) => isDrawn[index] === 0)];
}

/**
 * `count` divided in proportion to `sizes`: everyone gets the whole part of its quota, the largest remainders get one
 * more, the earlier of equals first. In whole numbers, so that no rounding decides. Nobody gets more than its size.
 */
export function largestRemainder(sizes: readonly number[], count: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total === 0) return sizes.map(() => 0);
  const shares = sizes.map((size) => Math.floor((size * count) / total));
  const remainders = sizes.map((size) => (size * count) % total);
  const left = count - shares.reduce((sum, share) => sum + share, 0);
  const order = sizes.map((_, i) => i).sort((a, b) => remainders[b] - remainders[a] || a - b);
  for (const i of order.slice(0, left)) shares[i]++;
  return shares;
}
