/** Minibatches in the order of the files: where that is the order of the classes, each holds one class. */
import type { RunCheck } from "../check.js";

export const shuffling: RunCheck = {
  name: "shuffling",
  summary: "training samples in the same order every epoch",
  run({ facts: { record }, measured }) {
    if (record.config.shuffle) return [];
    const trained = measured?.splits.find(({ name }) => name === "train");
    const labels = trained ? Array.from(trained.answers.labels) : [];
    const turns = labels.filter((label, i) => i > 0 && label !== labels[i - 1]).length;
    const classes = new Set(labels).size;
    // Of shuffled labels, neighbors differ in (classes - 1) / classes of all places.
    const together = classes > 1 && turns < (0.5 * labels.length * (classes - 1)) / classes;
    return [
      {
        id: "no-shuffling",
        severity: "warning",
        evidence: `Every epoch took the training samples in the same order${together ? ", in which those of a class stand together" : ""}.`,
        fix: "Leave --no-shuffle out.",
      },
    ];
  },
};
