/**
 * Area under the ROC curve of a class against the rest: the share of pairs of one sample of it and one of others in which
 * the former has the larger log-probability, a tie counting half. Exact: counted, not integrated. Log-probabilities are in
 * double, since probabilities of a sure net round to 1. Null where the class or the rest has no sample.
 */
import type { Answers } from "./answers.js";
import { type ClassMetric, mean } from "./per-class.js";

function aucs(answers: Answers): (number | null)[] {
  return Array.from({ length: answers.classes }, (_, c) => {
    const own: number[] = [];
    const rest: number[] = [];
    for (let i = 0; i < answers.samples; i++) {
      (answers.labels[i] === c ? own : rest).push(answers.logProbability(i, c));
    }
    return own.length > 0 && rest.length > 0
      ? area(Float64Array.from(own).sort(), Float64Array.from(rest).sort())
      : null;
  });
}

/** Both ascending. Twice the wins and the ties are whole numbers: no rounding before the division. */
function area(own: Float64Array, rest: Float64Array): number {
  let [below, upTo, halves] = [0, 0, 0];
  for (const score of own) {
    while (below < rest.length && rest[below] < score) below++;
    while (upTo < rest.length && rest[upTo] <= score) upTo++;
    halves += below + upTo;
  }
  return halves / (2 * own.length * rest.length);
}

export const auc: ClassMetric = {
  name: "auc",
  title: "AUC",
  summary: "pairs with a sample of another class that are ranked right",
  unit: "score",
  of: aucs,
  macro: {
    name: "auc.macro",
    title: "macro AUC",
    summary: "mean over the classes of the area under ROC, one against the rest",
    unit: "score",
    better: "higher",
    needsLogits: true,
    of: (answers) => mean(aucs(answers)),
  },
};
