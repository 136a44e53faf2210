/** The mean of -ln p of the right class, in double from the logits: never clipped, without smoothing and class weights. */
import type { Metric } from "./metric.js";

export const logLoss: Metric = {
  name: "logLoss",
  title: "log-loss",
  summary: "mean of -ln p of the right class, from the logits in double",
  unit: "loss",
  better: "lower",
  needsLogits: true,
  of(answers) {
    const { labels, samples } = answers;
    let sum = 0;
    for (let i = 0; i < samples; i++) sum -= answers.logProbability(i, labels[i]);
    return samples > 0 ? sum / samples : null;
  },
};
