/** Matthews correlation of truth and guess. Null where both are constant, 0 where one is. */
import { agreementOf } from "./agreement.js";
import type { Metric } from "./metric.js";

export const mcc: Metric = {
  name: "mcc",
  title: "Matthews correlation",
  summary: "correlation of true and predicted classes: 1 is full, 0 none",
  unit: "score",
  better: "higher",
  of({ confusion }) {
    const { samples, right, both, truths, guesses } = agreementOf(confusion);
    const [ofTruth, ofGuess] = [samples * samples - truths, samples * samples - guesses];
    if (ofTruth === 0n && ofGuess === 0n) return null;
    if (ofTruth === 0n || ofGuess === 0n) return 0;
    return Number(samples * right - both) / (Math.sqrt(Number(ofTruth)) * Math.sqrt(Number(ofGuess)));
  },
};
