/** The share of samples whose most probable class is their own. */
import type { Metric } from "./metric.js";

export const accuracy: Metric = {
  name: "accuracy",
  title: "accuracy",
  summary: "share of samples whose most probable class is their own",
  unit: "share",
  better: "higher",
  everyEpoch: true,
  proportion: true,
  of: ({ correct, samples }) => (samples > 0 ? correct / samples : null),
};
