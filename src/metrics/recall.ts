/** Recall of a class: of its samples, the share that are taken for it. Of a class without samples it is null. */
import { classCounts, classShares, ratio } from "./per-class.js";

const recallOf = classShares({
  name: "recall",
  title: "recall",
  summary: "of samples of a class, those taken for it",
  of({ confusion }) {
    const { right, support } = classCounts(confusion);
    return right.map((count, c) => ratio(count, support[c]));
  },
});

export const recall = {
  ...recallOf,
  // Weighted by support it is the accuracy: computed so, to the last digit.
  weighted: { ...recallOf.weighted, of: ({ correct, samples }) => ratio(correct, samples) },
} satisfies typeof recallOf;
