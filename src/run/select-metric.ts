/** The metrics that decide something while a run goes on: the best epoch, and its end. Where they can decide at all. */
import { usageError } from "../base/errors.js";
import { counted } from "../base/text.js";
import type { Dataset } from "../data/dataset.js";
import { placeOf } from "../data/samples.js";
import { Answers } from "../metrics/answers.js";
import { findMetric } from "../metrics/index.js";
import type { Metric } from "../metrics/metric.js";

/** Throws `usageError` where it is not defined on the validation samples even for answers that are all right. */
export function decidingMetric(flag: string, name: string, dataset: Dataset, validation: Uint32Array): Metric {
  const metric = findMetric(name);
  if (metric.everyEpoch || validation.length === 0 || metric.of(rightAnswers(dataset, validation)) !== null)
    return metric;
  const classes = dataset.classes.length;
  throw usageError({
    where: `${flag} ${metric.name}`,
    expected: "a metric that is defined on the validation split",
    got: `${counted(validation.length, "sample")} of a set of ${counted(classes, "class", "classes")}: ${metric.title} never is`,
    fix: "Choose another, or another --validation.",
  });
}

function rightAnswers(dataset: Dataset, samples: Uint32Array): Answers {
  const classes = dataset.classes.length;
  const labels = Array.from(samples, (sample) => {
    const { split, at } = placeOf(dataset, sample);
    return split.labels[at];
  });
  const logits = new Float32Array(labels.length * classes);
  for (const [i, label] of labels.entries()) logits[i * classes + label] = 1;
  return new Answers({ classes, labels, predicted: labels, losses: new Float32Array(labels.length), logits });
}
