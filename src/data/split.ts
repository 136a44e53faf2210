/** Which training samples are used, and which of them are held back: to choose the best weights, or to test on. */
import { usageError } from "../base/errors.js";
import { identity, type Purpose, shuffle } from "../base/random.js";

/** Positions in the training split, ascending. */
export interface Division {
  readonly rest: Uint32Array;
  readonly held: Uint32Array;
}

/** `stratified`: each class gives its share, drawn by the seed. `sequential`: the last ones. */
export const splitOrders = ["stratified", "sequential"] as const;

export interface SplitRule {
  /** 0 for none, a share in (0, 1), or a count from 1. */
  readonly amount: number;
  /** What asks for it, and what its draws are for. */
  readonly flag: "--validation" | "--test";
  readonly order: (typeof splitOrders)[number];
  readonly seed: number;
  /** A number for each sample of the training split: samples of one group go to the same side. Null: each goes alone. */
  readonly groups: ArrayLike<number> | null;
}

/**
 * Holds samples back. `indices` are the samples to divide: the whole training split, or a part of it. A stratified
 * division leaves each class of two samples or more one on either side, which may make a small share larger, and lone
 * samples to training; a count is kept. Groups stay whole, so with them the count is met only as nearly as they allow. Throws `usageError` where nothing
 * would be left on a side.
 */
export function holdBack(
  indices: Uint32Array,
  labels: ArrayLike<number>,
  classes: number,
  { amount, flag, order, seed, groups }: SplitRule,
): Division {
  const count = heldCount(amount, indices.length, flag);
  const ascending = indices.slice().sort();
  const isHeld = new Uint8Array(labels.length);
  const purpose = flag === "--test" ? "test" : "split";
  if (order === "sequential") holdLast(isHeld, ascending, count, groups);
  else if (groups) holdGroups(isHeld, ascending, labels, classes, count, { seed, purpose, groups });
  else {
    const shares = (sizes: readonly number[]) => sidesOf(sizes, count, amount >= 1);
    draw(isHeld, ascending, labels, classes, count === 0 ? none : shares, seed, purpose);
  }
  const [held, rest] = divide(ascending, isHeld);
  if (rest.length > 0) return { rest, held };
  throw usageError({
    where: "--group-by",
    expected: "at least a group to train on beside those held back",
    got: `${new Set(Array.from(indices, (index) => groups?.[index] ?? index)).size} in all`,
    fix: `Choose smaller groups, or a smaller ${flag}.`,
  });
}

/**
 * One of `of` parts of nearly equal size, each class in its share and groups whole, that have no sample in common and
 * together are all: part k is what is held back after those before it. Throws `usageError` where there are not so many.
 */
export function foldOf(
  indices: Uint32Array,
  labels: ArrayLike<number>,
  classes: number,
  { part, of, groups }: { readonly part: number; readonly of: number; readonly groups: SplitRule["groups"] },
): Division {
  const pieces = groups ? new Set(Array.from(indices, (index) => groups[index])).size : indices.length;
  if (part > of || of < 2 || of > pieces) {
    const expected = `a part 1..N of N parts, at most as many as there are ${groups ? "groups" : "samples"} (${pieces})`;
    throw usageError({ where: "--fold", expected, got: `${part}/${of}` });
  }
  let left = indices;
  for (let k = 1; k < of; k++) {
    const amount = Math.round(left.length / (of - k + 1));
    const rule = { amount, flag: "--test", order: "stratified", seed: 0, groups } as const;
    const { held, rest } = holdBack(left, labels, classes, rule);
    left = k === part ? held : rest;
    if (k === part) break;
  }
  const isHeld = new Set(left);
  return { held: left.slice().sort(), rest: indices.filter((index) => !isHeld.has(index)) };
}

const none = (sizes: readonly number[]): number[] => sizes.map(() => 0);

function heldCount(amount: number, n: number, flag: string): number {
  const isShare = amount > 0 && amount < 1;
  // A share that is less than one sample still asks for one.
  const count = isShare ? Math.max(1, Math.round(amount * n)) : amount;
  if (Number.isInteger(count) && count >= 0 && (count === 0 || count < n)) return count;
  throw usageError({
    where: flag,
    expected: `0 (none), a share below 1, or a whole number below the ${n} samples there are to train on`,
    got: isShare ? `${amount}, which leaves none of them for training` : `${amount}`,
  });
}

/** `n` of the `indices`, ascending, each class with its share, and with one at least where `n` suffices for all. */
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
  const least = (sizes: readonly number[]): number[] => sizes.map((size) => Math.min(1, size));
  const shares = (sizes: readonly number[]) => sharesWithin(sizes, n, { least: least(sizes), most: sizes });
  draw(isDrawn, indices, labels, classes, shares, seed, "subset");
  return divide(indices.slice().sort(), isDrawn)[0];
}

function divide(ascending: Uint32Array, isChosen: Uint8Array): [chosen: Uint32Array, rest: Uint32Array] {
  return [ascending.filter((index) => isChosen[index] === 1), ascending.filter((index) => isChosen[index] === 0)];
}

/** Marks of each class as many indices as `sharesOf` says of their numbers. */
function draw(
  isDrawn: Uint8Array,
  indices: Uint32Array,
  labels: ArrayLike<number>,
  classes: number,
  sharesOf: (sizes: readonly number[]) => readonly number[],
  seed: number,
  purpose: Purpose,
): void {
  const byClass: number[][] = Array.from({ length: classes }, () => []);
  for (const index of indices) byClass[labels[index]].push(index);
  const shares = sharesOf(byClass.map((members) => members.length));
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
  { seed, purpose, groups }: { seed: number; purpose: Purpose; groups: ArrayLike<number> },
): void {
  const countsOf = (members: Iterable<number>): number[] => {
    const counts = new Array<number>(classes).fill(0);
    for (const index of members) counts[labels[index]]++;
    return counts;
  };
  const missing = largestRemainder(countsOf(ascending), count);
  const all = [...membersOf(ascending, groups).values()];
  const order = identity(all.length);
  shuffle(order, seed, 0, purpose);
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
 * How many of each class go to the held side: in proportion, but one at least on either side of a class that has two. A
 * class of one sample is trained on. `exact`: the count was asked for as such, and holds where it is too small for all classes.
 */
function sidesOf(sizes: readonly number[], count: number, exact: boolean): number[] {
  const least = sizes.map((size) => (size > 1 ? 1 : 0));
  const most = sizes.map((size) => Math.max(0, size - 1));
  const total = exact ? count : Math.min(Math.max(count, sumOf(least)), sumOf(most));
  return sharesWithin(sizes, total, { least, most });
}

/** `largestRemainder` within bounds. Bounds that the count cannot keep, all of them at least or at most, are let go. */
function sharesWithin(
  sizes: readonly number[],
  count: number,
  bounds: { readonly least: readonly number[]; readonly most: readonly number[] },
): number[] {
  const least = sumOf(bounds.least) <= count ? bounds.least : none(sizes);
  const most = sumOf(bounds.most) >= count ? bounds.most : sizes;
  const shares = largestRemainder(sizes, count).map((share, i) => Math.min(Math.max(share, least[i]), most[i]));
  const total = sumOf(sizes);
  const excess = (i: number): number => shares[i] * total - sizes[i] * count;
  // Whoever is furthest from its quota gives or takes one.
  for (let left = count - sumOf(shares); left !== 0; left -= Math.sign(left)) {
    const step = Math.sign(left);
    const able = shares.map((_, i) => i).filter((i) => (step > 0 ? shares[i] < most[i] : shares[i] > least[i]));
    shares[able.reduce((best, i) => (step * excess(i) < step * excess(best) ? i : best))] += step;
  }
  return shares;
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

/**
 * `count` divided in proportion to `sizes`: everyone gets the whole part of its quota, the largest remainders get one
 * more, the earlier of equals first. In whole numbers, so that no rounding decides. Nobody gets more than its size.
 */
export function largestRemainder(sizes: readonly number[], count: number): number[] {
  const total = sumOf(sizes);
  if (total === 0) return sizes.map(() => 0);
  const shares = sizes.map((size) => Math.floor((size * count) / total));
  const remainders = sizes.map((size) => (size * count) % total);
  const left = count - sumOf(shares);
  const order = sizes.map((_, i) => i).sort((a, b) => remainders[b] - remainders[a] || a - b);
  for (const i of order.slice(0, left)) shares[i]++;
  return shares;
}
