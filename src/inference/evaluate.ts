/** Measures a model on a split: loss, accuracy, and who was taken for whom. */

import { usageError } from "../base/errors.js";
import { someOf } from "../base/finding.js";
import { aText, checkOptions } from "../base/given.js";
import { settings } from "../config/given.js";
import { countLabels } from "../data/count-labels.js";
import { placeOf } from "../data/samples.js";
import { type Guess, guessOf } from "../metrics/guess.js";
import { type ClassScores, measure, measureClasses, metrics, readLogits } from "../metrics/index.js";
import type { Score } from "../metrics/score.js";
import { type Threshold, thresholdOf } from "../metrics/target.js";
import { contextOf } from "./context.js";
import { type ModelOptions, modelChecks, openModel } from "./model-session.js";
import { answersOfViews } from "./view-mean.js";
import { parseViews } from "./views/index.js";

export interface Evaluation {
  readonly model: string;
  readonly dataset: string;
  readonly score: Score;
  /** What the accuracy must beat. */
  readonly guess: Guess;
  /** The model's, in the order of its numbers. */
  readonly classNames: readonly string[];
  /** confusion[true class][predicted class]: counts. */
  readonly confusion: readonly number[][];
  /** In the order of the classes. */
  readonly perClass: readonly ClassScores[];
  /** Classes of the data that the model does not know; their samples count nowhere else. */
  readonly unknown: readonly UnknownClass[];
  /** `requireAccuracy`, and whether it was reached on the test split, or on the split that was asked for. */
  readonly threshold?: Threshold;
  /** With `tta`: its text, and how many views of each image that makes, the image itself included. */
  readonly tta?: { readonly list: string; readonly views: number };
}

export interface UnknownClass {
  readonly className: string;
  readonly samples: number;
}

export interface EvaluateOptions extends ModelOptions {
  readonly requireAccuracy?: number | undefined;
  /** Test-time augmentation: "flip, shift 1". What is measured are the means of the probabilities over the views of each image. */
  readonly tta?: string | undefined;
}

export async function evaluate(options: EvaluateOptions = {}): Promise<Evaluation> {
  checkOptions("evaluate", options, { ...modelChecks, ...settings("requireAccuracy"), tta: aText });
  const unknown = new Map<string, number>();
  const opened = await openModel(
    options,
    ({ samples }, { dataset, toModel }) =>
      samples.filter((sample) => {
        const label = labelOf(dataset, sample);
        if (toModel[label] >= 0) return true;
        const name = dataset.classes[label];
        unknown.set(name, (unknown.get(name) ?? 0) + 1);
        return false;
      }),
    { logits: readLogits(metrics) },
  );
  const { file, dataset, split, order, engine } = opened;
  try {
    if (order.length === 0) throw nothingKnown(dataset.name, [...unknown.keys()], file.model.classNames);
    const views = options.tta === undefined ? null : parseViews(options.tta, dataset.shape);
    const answers = views ? await answersOfViews(opened, views) : (await engine.score(order)).answers;
    const { classNames, provenance } = file.model;
    const score: Score = {
      split,
      ...contextOf(file),
      samples: answers.samples,
      values: measure(answers, metrics),
    };
    const { requireAccuracy: target } = options;
    return {
      model: provenance.model,
      dataset: dataset.name,
      score,
      guess: guessOf(countLabels(answers.labels, classNames.length), classNames),
      classNames,
      confusion: answers.confusion.map((row) => [...row]),
      perClass: measureClasses(answers),
      unknown: [...unknown].map(([className, samples]) => ({ className, samples })),
      ...(views && { tta: { list: options.tta ?? "", views: views.length } }),
      ...(target !== undefined && { threshold: thresholdOf(target, isHeldTo(score, options) ? score : null) }),
    };
  } finally {
    await engine.close();
  }
}

/** Images that chose the weights, or taught them, prove nothing unless they are asked for. */
const isHeldTo = ({ split }: Score, asked: EvaluateOptions): boolean =>
  split === "test" || split === "all" || asked.split !== undefined;

function labelOf(dataset: Parameters<typeof placeOf>[0], sample: number): number {
  const { split, at } = placeOf(dataset, sample);
  return split.labels[at];
}

const nothingKnown = (dataset: string, unknown: readonly string[], known: readonly string[]) =>
  usageError({
    where: dataset,
    expected: `images of classes that the model knows (${someOf(known, 10)})`,
    got: `images of ${someOf(unknown, 10)} alone`,
  });
