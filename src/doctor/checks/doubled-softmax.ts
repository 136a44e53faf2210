/**
 * A net whose outputs are probabilities already, under a loss that takes the softmax of them: it learns, only slowly, and its
 * loss has a floor. Outputs within 0..1 give no probability above e / (e + K - 1) and no loss below ln(1 + (K - 1) / e).
 * A mean near that floor says nothing; that no sample is below it, while some come near, does.
 */
import { mainSplit } from "../../evidence/measured.js";
import type { RunCheck } from "../check.js";

/** Probabilities this near the ceiling are held down by it. */
const near = 0.98;

export const doubledSoftmax: RunCheck = {
  name: "doubled-softmax",
  summary: "a softmax in the net beside that of the loss",
  run({ measured }) {
    if (!measured) return [];
    const { answers } = mainSplit(measured);
    const { samples, classes, correct, labels } = answers;
    const ceiling = Math.E / (Math.E + classes - 1);
    const floor = Math.log(1 + (classes - 1) / Math.E);
    let [largest, lowest] = [0, Infinity];
    for (let i = 0; i < samples; i++) {
      largest = Math.max(largest, answers.topProbability(i));
      lowest = Math.min(lowest, -answers.logProbability(i, labels[i]));
    }
    const bounded = largest <= ceiling * (1 + 1e-6) && lowest >= floor * (1 - 1e-6);
    // Small logits of a net that has learned nothing are below the ceiling too.
    const learned = correct / samples >= 2 / classes || classes === 2;
    const held = largest >= near * ceiling && learned;
    if (!bounded || !(held || isDistribution(answers.logits, samples, classes))) return [];
    return [
      {
        id: "doubled-softmax",
        severity: "error",
        evidence: `No sample's loss is below ln(1 + (K - 1) / e) = ${floor.toFixed(4)}, and no probability above e / (e + K - 1) = ${ceiling.toFixed(4)} (largest ${largest.toFixed(4)}), though ${correct} of ${samples} answers are right: the outputs of the net lie within 0..1.`,
        fix: "The loss takes the softmax itself: end the net with a plain layer, without softmax or sigmoid.",
      },
    ];
  },
};

/** Every row is at least 0 and adds up to 1. */
function isDistribution(logits: ArrayLike<number>, samples: number, classes: number): boolean {
  for (let i = 0; i < samples; i++) {
    let sum = 0;
    for (let j = 0; j < classes; j++) {
      const z = logits[i * classes + j];
      if (z < -1e-6) return false;
      sum += z;
    }
    if (Math.abs(sum - 1) > 1e-3) return false;
  }
  return samples > 0;
}
