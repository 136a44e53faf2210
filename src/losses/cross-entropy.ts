/** Cross-entropy on the softmax p of the logits: L = -sum t ln p; dL/dz = p - t. */
import { noOptions } from "../base/setting.js";
import type { Loss, Sample } from "./loss.js";
import { roundingOf, softmax } from "./softmax.js";

/** sum t z with the target t. */
function targetLogit({ z, label, partner, share, classes, smoothing }: Sample): number {
  const ofLabels = partner === null ? z[label] : share * z[label] + (1 - share) * z[partner];
  // 0 times a logit of -Infinity is none of the loss.
  if (smoothing === 0) return ofLabels;
  let sum = 0;
  for (let i = 0; i < classes; i++) sum += z[i];
  return (1 - smoothing) * ofLabels + (smoothing / classes) * sum;
}

export const crossEntropy = {
  name: "cross-entropy",
  summary: "-ln p[t] on the softmax p of the logits",
  options: noOptions,
  operation: "softmaxCrossEntropy",
  native: "loss/cross_entropy.h",

  sample(of) {
    const { z, dz, classes, label, partner, share, smoothing, scale } = of;
    const round = roundingOf(dz);
    const off = round(smoothing / classes);
    const value = softmax(z, dz, classes) - targetLogit(of);
    dz[label] -= round((1 - smoothing) * share);
    if (partner !== null) dz[partner] -= round((1 - smoothing) * (1 - share));
    for (let i = 0; i < classes; i++) dz[i] = (dz[i] - off) * scale;
    return value;
  },
} as const satisfies Loss;
