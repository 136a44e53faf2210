/** The mean loss of the samples: the one that training makes small, without label smoothing and class weights. */
import type { Metric } from "./metric.js";

export const loss: Metric = {
  name: "loss",
  title: "loss",
  summary: "mean of what training makes small, without smoothing and class weights",
  unit: "loss",
  better: "lower",
  everyEpoch: true,
  of({ losses, samples }) {
    let sum = 0;
    for (let i = 0; i < samples; i++) sum += losses[i];
    return samples > 0 ? sum / samples : null;
  },
};
