/** Which training samples are used, and which of them are held back to choose the best weights. */
import { usageError } from "../errors.js";
import { identity, type Purpose, shuffle } from "../random.js";

export interface TrainValidation {
  /** Positions in the training split, ascending. */
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
}

/** `stratified`: each class gives its share, drawn by the seed. `sequential`: the last ones. */
export const splitOrders = ["stratified", "sequential"] as const;

export interface SplitRule {
  /** 0 for none, a share in (0, 1), or a count from 1. */
  readonly validation: number;
  readonly order: (typeof splitOrders)[number];
  readonly seed: number;
  /** A number for each sample of the training split: samples of one group go to the same side. Null: each goes alone. */
  readonly groups: ArrayLike<number> | null;
}

/**
 * Holds back samples for validation. `indices` are the samples to divide: the whole training split, or a subset of it.
 * Groups stay whole, so with them the count is met only as nearly as they allow. Throws `usageError` where samples for
 * training or validation would be missing.
 */
export function holdBack(
  indices: Uint32Array,
  labels: ArrayLike<number>,
  classes: number,
  { validation, order, seed, groups }: SplitRule,
): TrainValidation {
  const count = heldCount(validation, indices.length);
  const ascending = indices.slice().sort();
  const isHeld = new Uint8Array(labels.length);
  if (order === "sequential") holdLast(isHeld, ascending, count, groups);
  else if (groups) holdGroups(isHeld, ascending, labels, classes, count, seed, groups);
  else draw(isHeld, ascending, labels, classes, count, seed, "split");
  const [held, train] = divide(ascending, isHeld);
  if (train.length > 0) return { train, validation: held };
  throw usageError({
    where: "--group-by",
    expected: "at least a group to train on beside those held back",
    got: `${new Set(Array.from(indices, (index) => groups?.[index] ?? index)).size} in all`,
    fix: "Choose smaller groups, or a smaller --validation.",
  });
}

function heldCount(validation: number, n: number): number {
  const isShare = validation > 0 && validation < 1;
  // A share that is less than one sample still asks for validation.
  const count = isShare ? Math.max(1, Math.round(validation * n)) : validation;
  if (Number.isInteger(count) && count >= 0 && (count === 0 || count < n)) return count;
  throw usageError({
    where: "--validation",
    expected: `0 (none), a share below 1, or a whole number below the ${n} samples of the training split`,
    got: isShare ? `${validation}, which leaves none of them for training` : `${validation}`,
  });
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
  const isDrawn = new Uint8Array(labels.length);
  draw(isDrawn, indices, labels, classes, n, seed, "subset");
  return divide(indices.slice().sort(), isDrawn)[0];
}

function divide(ascending: Uint32Array, isChosen: Uint8Array): [chosen: Uint32Array, rest: Uint32Array] {
  return [ascending.filter((index) => isChosen[index] === 1), ascending.filter((index) => isChosen[index] === 0)];
}

/** Marks `count` of the indices, each class with its share. */
function draw(
  isDrawn: Uint8Array,
  indices: Uint32Array,
  labels: ArrayLike<number>,
  classes: number,
  count: number,
  seed: number,
  purpose: Purpose,
): void {
  const byClass: number[][] = Array.from({ length: classes }, () => []);
  for (const index of indices) byClass[labels[index]].push(index);
  const shares = largestRemainder(
    byClass.map((members) => members.length),
    count,
  );
  for (const [label, members] of byClass.entries()) {
    const order = Uint32Array.from(members);
    shuffle(order, seed, label, purpose);
    for (const index of order.subarray(0, shares[label])) isDrawn[index] = 1;
  }
}

/** Marks samples from the end until `count` are held; a group comes whole. */
function holdLast(isHeld: Uint8Array, ascending: Uint32Array, count: number, groups: SplitRule["groups"]): void {
  const byGroup = groups && membersOf(ascending, groups);
  let held = 0;
  for (let i = ascending.length - 1; held < count; i--) {
    if (isHeld[ascending[i]]) continue;
    for (const index of byGroup?.get(groups![ascending[i]]) ?? [ascending[i]]) {
      isHeld[index] = 1;
      held++;
    }
  }
}

/**
 * Marks whole groups, in drawn order: each that brings the samples held nearer to every class's share of `count`, that
 * is, makes the sum over classes of what is missing or too many smaller.
 */
function holdGroups(
  isHeld: Uint8Array,
  ascending: Uint32Array,
  labels: ArrayLike<number>,
  classes: number,
  count: number,
  seed: number,
  groups: ArrayLike<number>,
): void {
  const countsOf = (members: Iterable<number>): number[] => {
    const counts = new Array<number>(classes).fill(0);
    for (const index of members) counts[labels[index]]++;
    return counts;
  };
  const missing = largestRemainder(countsOf(ascending), count);
  const all = [...membersOf(ascending, groups).values()];
  const order = identity(all.length);
  shuffle(order, seed, 0, "split");
  const held = Array.from(order, (place) => all[place]).filter((members) => {
    const counts = countsOf(members);
    const gain = missing.reduce((sum, left, label) => sum + Math.abs(left) - Math.abs(left - counts[label]), 0);
    if (gain <= 0) return false;
    for (const [label, n] of counts.entries()) missing[label] -= n;
    return true;
  });
  // Where every group is too large for the shares, one is still asked for.
  if (count > 0 && held.length === 0) {
    held.push(all.reduce((least, members) => (members.length < least.length ? members : least)));
  }
  for (const index of held.flat()) isHeld[index] = 1;
}

function membersOf(ascending: Uint32Array, groups: ArrayLike<number>): Map<number, number[]> {
  const members = new Map<number, number[]>();
  for (const index of ascending) {
    const known = members.get(groups[index]);
    if (known) known.push(index);
    else members.set(groups[index], [index]);
  }
  return members;
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
