/** Measures a model on a split: loss, accuracy, and who was taken for whom. */
import { type ModelOptions, openModel, type SplitName } from "./model-session.js";

export interface Evaluation {
  readonly model: string;
  readonly dataset: string;
  readonly split: SplitName;
  readonly loss: number;
  readonly accuracy: number;
  /** Samples whose most probable class is not their own. */
  readonly errors: number;
  readonly samples: number;
  readonly classNames: readonly string[];
  /** confusion[true class][predicted class]: counts. */
  readonly confusion: readonly number[][];
}

export async function evaluate(options: ModelOptions): Promise<Evaluation> {
  const { file, dataset, order, engine } = await openModel(options, (samples) => samples, false);
  try {
    const { loss, accuracy, samples, predicted } = await engine.score(order);
    const { classNames, provenance } = file.model;
    const confusion = classNames.map(() => classNames.map(() => 0));
    const labelOf = (sample: number): number =>
      sample < dataset.train.count ? dataset.train.labels[sample] : dataset.test!.labels[sample - dataset.train.count];
    let errors = 0;
    for (let place = 0; place < order.length; place++) {
      const label = labelOf(order[place]);
      confusion[label][predicted[place]]++;
      if (label !== predicted[place]) errors++;
    }
    return {
      model: provenance.model,
      dataset: dataset.name,
      split: options.split,
      loss,
      accuracy,
      errors,
      samples,
      classNames,
      confusion,
    };
  } finally {
    await engine.close();
  }
}
