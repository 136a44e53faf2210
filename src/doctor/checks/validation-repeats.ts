/** A validation score that cannot be measured again: of augmented images, with dropout on, or of other weights. */
import { percent } from "../../base/text.js";
import type { RunCheck } from "../check.js";

/** Back ends and instruction sets round differently; augmentation and dropout move a loss by far more. */
const tolerance = 1e-3;

export const validationRepeats: RunCheck = {
  name: "validation-repeats",
  summary: "a validation score that measuring again does not give",
  run({ facts, history, measured }) {
    const augmented = facts.lines.some(
      ({ validation }) => (validation as { augmented?: unknown } | null | undefined)?.augmented === true,
    );
    if (augmented) {
      return [
        {
          id: "augmented-validation",
          severity: "error",
          evidence: "metrics.jsonl says that validation images were changed at random before they were measured.",
          fix: "Augment training images alone: the best epoch was chosen by chance.",
        },
      ];
    }
    const split = measured?.splits.find(({ name }) => name === "validation");
    if (!split || split.samples.length < split.whole || split.score.epoch === null) return [];
    const written = history.epochs.find(({ epoch }) => epoch === split.score.epoch)?.validation;
    const [then, now] = [written?.["loss"], split.score.values["loss"]];
    if (typeof then !== "number" || typeof now !== "number") return [];
    if (Math.abs(then - now) <= tolerance * Math.max(Math.abs(then), 1e-3)) return [];
    const accuracies = [written?.["accuracy"], split.score.values["accuracy"]].map((share) =>
      typeof share === "number" ? percent(share) : "-",
    );
    return [
      {
        id: "validation-differs",
        severity: "warning",
        evidence: `The loss of validation was ${then.toPrecision(5)} after epoch ${split.score.epoch} (accuracy ${accuracies[0]}); measured again it is ${now.toPrecision(5)} (${accuracies[1]}).`,
        fix: "Were those images augmented, or was dropout on? Or are model and data no longer those of the run?",
      },
    ];
  },
};
