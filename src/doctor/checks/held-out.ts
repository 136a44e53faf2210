/** Scores of what was trained on, where there is nothing else to measure. */
import type { RunCheck } from "../check.js";

export const heldOut: RunCheck = {
  name: "held-out",
  summary: "no samples held back from training",
  run({ facts: { record } }) {
    const { validation, test } = record.samples;
    if (validation > 0) return [];
    const choice = "No validation split: the last epoch's weights are taken, whatever came before.";
    if (test > 0)
      return [{ id: "no-validation", severity: "note", evidence: choice, fix: "--validation 0.1 keeps a tenth." }];
    return [
      {
        id: "training-score",
        severity: "warning",
        evidence:
          "Neither a validation nor a test split: every score of this run is of samples that it was trained on.",
        fix: "--validation 0.1 and --test 0.2 keep some back.",
      },
    ];
  },
};
