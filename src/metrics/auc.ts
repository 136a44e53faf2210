/**
 * Area under the ROC curve of a class against the rest: the share of pairs of one sample of it and one of others in which
 * the former has the larger log-probability, a tie counting half. Exact: counted, not integrated. Log-probabilities are in
 * double, since probabilities of a sure net round to 1. Null where the class or the rest has no sample.
 */
import type { Answers } from "./answers.js";
import { type ClassMetric, mean } from "./per-class.js";

/** Sorting is most of what metrics take: once for the classes and their mean. */
const known = new WeakMap<Answers, readonly (number | null)[]>();

function aucs(answers: Answers): readonly (number | null)[] {
  const before = known.get(answers);
  if (before) return before;
  const counts = new Uint32Array(answers.classes);
  for (let i = 0; i < answers.samples; i++) counts[answers.labels[i]]++;
  const found = Array.from(counts, (count, c) => {
    if (count === 0 || count === answers.samples) return null;
    const own = new Float64Array(count);
    const rest = new Float64Array(answers.samples - count);
    let [k, j] = [0, 0];
    for (let i = 0; i < answers.samples; i++) {
      if (answers.labels[i] === c) own[k++] = answers.logProbability(i, c);
      else rest[j++] = answers.logProbability(i, c);
    }
    return area(own.sort(), rest.sort());
  });
  known.set(answers, found);
  return found;
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
