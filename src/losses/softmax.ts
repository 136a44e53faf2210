/** What losses share: the softmax, and targets with label smoothing. */
import type { FloatArray } from "../base/numbers.js";

/**
 * p = softmax(z) over so many classes; what p holds beyond them becomes 0. Returns ln sum exp z. The largest logit is taken
 * away first, so that no exponential overflows.
 */
export function softmax(z: FloatArray, p: FloatArray, classes: number): number {
  let top = -Infinity;
  for (let i = 0; i < classes; i++) if (z[i] > top) top = z[i];
  let sum = 0;
  for (let i = 0; i < classes; i++) {
    const e = Math.exp(z[i] - top);
    p[i] = e;
    sum += e;
  }
  for (let i = 0; i < classes; i++) p[i] /= sum;
  return Math.log(sum) + top;
}

/** Rounds to the format of the array. */
export const roundingOf = (array: FloatArray): ((value: number) => number) =>
  array instanceof Float32Array ? Math.fround : (value) => value;

/** The target of each class, in the format of the gradient. */
export function targetOf(label: number, smoothing: number, classes: number, like: FloatArray): (i: number) => number {
  const round = roundingOf(like);
  const off = smoothing / classes;
  return (i) => round(i === label ? 1 - smoothing + off : off);
}
