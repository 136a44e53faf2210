import { internalError } from "../../errors.js";
import type { Real } from "./contract.js";
import { roundingOf } from "./contract.js";

/** Updates the weights w from the gradient g; s and t are the optimizer's state, `hyper` its numbers of this step. */
export type Update = (w: Real, g: Real, s: Real, t: Real, hyper: Float64Array) => void;

/** w -= lr g.  hyper: lr */
const sgd: Update = (w, g, _s, _t, hyper) => {
  const rate = roundingOf(w)(hyper[0]);
  for (let i = 0; i < w.length; i++) w[i] -= rate * g[i];
};

/** buf = mu buf + g; w -= lr buf.  hyper: lr, mu */
const momentum: Update = (w, g, s, _t, hyper) => {
  const [rate, mu] = Array.from(hyper.subarray(0, 2), roundingOf(w));
  for (let i = 0; i < w.length; i++) {
    s[i] = mu * s[i] + g[i];
    w[i] -= rate * s[i];
  }
};

/**
 * m = b1 m + (1-b1) g; v = b2 v + (1-b2) g²; w -= lr/(1-b1^t) m / (sqrt(v)/sqrt(1-b2^t) + eps).
 * hyper: lr/(1-b1^t), b1, 1-b1, b2, 1-b2, 1/sqrt(1-b2^t), eps
 */
const adam: Update = (w, g, s, t, hyper) => {
  const [rate, b1, c1, b2, c2, correction, epsilon] = Array.from(hyper.subarray(0, 7), roundingOf(w));
  for (let i = 0; i < w.length; i++) {
    s[i] = b1 * s[i] + c1 * g[i];
    t[i] = b2 * t[i] + c2 * g[i] * g[i];
    w[i] -= (rate * s[i]) / (Math.sqrt(t[i]) * correction + epsilon);
  }
};

/** In the order of `update_of` in `native/optimizer/optimizer.h`. */
const updates: readonly Update[] = [sgd, momentum, adam];

export function updateOf(number: number): Update {
  const update = updates[number];
  if (update === undefined) throw internalError(`no optimizer has the number ${number}`);
  return update;
}
