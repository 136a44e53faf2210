/** So few validation samples that the best epoch is chosen by luck. */
import { percent } from "../../base/text.js";
import { wilson } from "../../metrics/wilson.js";
import type { RunCheck } from "../check.js";

const fewest = 30;
/** Half the width of the accuracy's interval: to be warned of, and worth knowing. */
const [wide, loose] = [0.15, 0.1];

export const smallValidation: RunCheck = {
  name: "small-validation",
  summary: "too few validation samples to choose by",
  run({ facts: { record }, history }) {
    const { validation: samples } = record.samples;
    const accuracies = history.epochs.flatMap(({ validation }) => {
      const accuracy = validation?.["accuracy"];
      return typeof accuracy === "number" ? [accuracy] : [];
    });
    if (samples === 0 || accuracies.length === 0) return [];
    const best = Math.max(...accuracies);
    const { low, high } = wilson(best, samples)!;
    const half = (high - low) / 2;
    if (samples >= fewest && half <= loose) return [];
    return [
      {
        id: "small-validation",
        severity: samples < fewest || half > wide ? "warning" : "note",
        evidence: `${samples} validation samples: an accuracy of ${percent(best)} may truly be ${percent(low)} to ${percent(high)}, so epochs that differ by less cannot be told apart.`,
        fix: "Hold back more: --validation 0.2, or a count.",
      },
    ];
  },
};
