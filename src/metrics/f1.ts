/**
 * F1 of a class: 2 tp / (2 tp + fp + fn). Null where a class is neither true nor predicted. Macro F1 is the mean of the
 * classes' F1, not the F1 of mean precision and mean recall.
 */
import { classCounts, classShares, ratio } from "./per-class.js";

export const f1 = classShares({
  name: "f1",
  title: "F1",
  summary: "2 tp / (2 tp + fp + fn)",
  of({ confusion }) {
    const { right, taken, support } = classCounts(confusion);
    return right.map((count, c) => ratio(2 * count, taken[c] + support[c]));
  },
});
