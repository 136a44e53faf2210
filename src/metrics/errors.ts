/** How many samples' most probable class is not their own. */
import type { Metric } from "./metric.js";

export const errors: Metric = {
  name: "errors",
  title: "errors",
  summary: "samples whose most probable class is not their own",
  unit: "count",
  better: "lower",
  of: ({ correct, samples }) => samples - correct,
};
