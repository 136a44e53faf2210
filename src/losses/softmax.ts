/** What losses share: the softmax, and targets with label smoothing. */
import type { FloatArray } from "../base/numbers.js";
import type { Sample } from "./loss.js";

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
export function targetOf({ dz, classes, label, partner, share, smoothing }: Sample): (i: number) => number {
  const round = roundingOf(dz);
  const off = smoothing / classes;
  const on = (weight: number): number => round((1 - smoothing) * weight + off);
  return (i) => (i === label ? on(share) : i === partner ? on(1 - share) : round(off));
}
