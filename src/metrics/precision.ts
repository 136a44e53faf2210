/** Precision of a class: of the samples taken for it, the share that are of it. Of a class never predicted it is null. */
import { classCounts, classShares, ratio } from "./per-class.js";

export const precision = classShares({
  name: "precision",
  title: "precision",
  summary: "of samples taken for a class, those of it",
  of({ confusion }) {
    const { right, taken } = classCounts(confusion);
    return right.map((count, c) => ratio(count, taken[c]));
  },
});
