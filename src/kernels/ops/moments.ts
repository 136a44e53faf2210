/** Sums over the numbers of each channel, kept by group of samples and merged as a tree. */
import { momentsLength } from "../batch-norm.js";

/** Mean and sum of squared deviations of `count` numbers; or two sums over them. */
export interface Moments {
  readonly first: number;
  readonly second: number;
  readonly count: number;
}
type Merge = (a: Moments, b: Moments) => Moments;

/** Chan, Golub & LeVeque 1979. */
export const mergeMoments: Merge = (a, b) => {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const delta = b.first - a.first;
  const first = a.first + (delta * b.count) / count;
  return { first, second: a.second + b.second + (delta ** 2 * a.count * b.count) / count, count };
};

export const mergeSums: Merge = (a, b) => ({
  first: a.first + b.first,
  second: a.second + b.second,
  count: a.count + b.count,
});

interface GroupMoments {
  /** Numbers of each channel so far. */
  count: number;
  get(channel: number): Moments;
  set(channel: number, moments: Moments): void;
  clear(from: number, to: number): void;
}

/** A group's row of m: first [channels], second [channels], count. */
export function momentsOf(m: Float64Array, group: number, channels: number): GroupMoments {
  const row = m.subarray(group * momentsLength(channels), (group + 1) * momentsLength(channels));
  return {
    get count() {
      return row[2 * channels];
    },
    set count(count) {
      row[2 * channels] = count;
    },
    get: (c) => ({ first: row[c], second: row[channels + c], count: row[2 * channels] }),
    set: (c, { first, second }) => ([row[c], row[channels + c]] = [first, second]),
    clear(from, to) {
      row.fill(0, from, to);
      row.fill(0, channels + from, channels + to);
    },
  };
}

/** One channel of the groups [from, to), merged in pairs. */
export function mergeGroups(
  m: Float64Array,
  channels: number,
  c: number,
  merge: Merge,
  from: number,
  to: number,
): Moments {
  if (to - from === 1) return momentsOf(m, from, channels).get(c);
  const middle = Math.floor((from + to) / 2);
  return merge(mergeGroups(m, channels, c, merge, from, middle), mergeGroups(m, channels, c, merge, middle, to));
}
