/** Cross-entropy on the softmax p of the logits: L = -sum t ln p; dL/dz = p - t. */
import type { FloatArray } from "../base/numbers.js";
import { noOptions } from "../base/setting.js";
import type { Loss } from "./loss.js";
import { roundingOf, softmax } from "./softmax.js";

/** sum t z with the target t = (1 - e) onehot + e / classes. */
function targetLogit(z: FloatArray, label: number, classes: number, smoothing: number): number {
  // 0 times a logit of -Infinity is none of the loss.
  if (smoothing === 0) return z[label];
  let sum = 0;
  for (let i = 0; i < classes; i++) sum += z[i];
  return (1 - smoothing) * z[label] + (smoothing / classes) * sum;
}

export const crossEntropy = {
  name: "cross-entropy",
  summary: "-ln p[t] on the softmax p of the logits",
  options: noOptions,
  operation: "softmaxCrossEntropy",
  native: "loss/cross_entropy.h",

  sample({ z, dz, classes, label, smoothing, scale }) {
    const round = roundingOf(dz);
    const off = round(smoothing / classes);
    const value = softmax(z, dz, classes) - targetLogit(z, label, classes, smoothing);
    dz[label] -= round(1 - smoothing);
    for (let i = 0; i < classes; i++) dz[i] = (dz[i] - off) * scale;
    return value;
  },
} as const satisfies Loss;
