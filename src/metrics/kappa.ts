/** Cohen's kappa: (observed - chance) / (1 - chance) agreement. Null where chance agrees always. */
import { agreementOf } from "./agreement.js";
import type { Metric } from "./metric.js";

export const kappa: Metric = {
  name: "kappa",
  title: "Cohen's kappa",
  summary: "agreement beyond chance: 1 is full, 0 none",
  unit: "score",
  better: "higher",
  of({ confusion }) {
    const { samples, right, both } = agreementOf(confusion);
    const beyond = samples * samples - both;
    return beyond > 0n ? Number(samples * right - both) / Number(beyond) : null;
  },
};
