/** Classifies images of a split, timed. */

import { checkWritable } from "../base/atomic-write.js";
import { usageError } from "../base/errors.js";
import { aText, check, checkOptions, whole } from "../base/given.js";
import type { ImageShape } from "../base/shape.js";
import { placeOf } from "../data/samples.js";
import { type Candidate, topClasses } from "./answers-table.js";
import type { Asked } from "./asked-samples.js";
import { writeAnswers } from "./data-answers.js";
import { type ModelOptions, modelChecks, openModel } from "./model-session.js";

export interface PredictOptions extends ModelOptions {
  /** First and last image of the split, both included; the first `most` of them unless given. */
  readonly index?: readonly [first: number, last: number] | undefined;
  /** All unless given. */
  readonly most?: number | undefined;
  /** The likeliest classes of each image are told, so many. */
  readonly top?: number | undefined;
  /** A table for the answers, a line for each image; of images without labels, names and classes alone, as competitions take them. */
  readonly csv?: string | undefined;
}

export interface Prediction {
  readonly index: number;
  readonly class: number;
  readonly className: string;
  /** The true class, as the model numbers it; null where it does not know it. */
  readonly label: number | null;
  /** Its name in the data; null where that says nothing of classes. */
  readonly labelName: string | null;
  readonly probabilities: readonly number[];
  /** The likeliest classes, the best first; where they were asked for. */
  readonly top?: readonly Candidate[];
}

export interface Predictions {
  readonly predictions: readonly Prediction[];
  /** In the order of the probabilities. */
  readonly classNames: readonly string[];
  /** The images' bytes, one after the other, with their shape and largest value: for those who draw them. */
  readonly images: Uint8Array;
  readonly shape: ImageShape;
  readonly maximum: number;
  /** From bytes to probabilities, of a second pass over the images: the first one warms up. */
  readonly seconds: number;
  readonly imagesPerSecond: number;
}

const range = check("first and last image, whole numbers from 0 with first <= last", (value) => {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [first, last] = value as readonly unknown[];
  return (
    Number.isSafeInteger(first) && Number.isSafeInteger(last) && 0 <= Number(first) && Number(first) <= Number(last)
  );
});

export async function predict(options: PredictOptions): Promise<Predictions> {
  checkOptions("predict", options, { ...modelChecks, index: range, most: whole(1), top: whole(1), csv: aText });
  if (options.csv !== undefined) checkWritable(options.csv);
  const [first, last] = options.index ?? [0, Infinity];
  const take = ({ split, samples }: Asked): Uint32Array => {
    if (options.index === undefined) return samples.subarray(0, options.most);
    if (last < samples.length) return samples.subarray(first, last + 1);
    throw usageError({
      where: "--index",
      expected: `numbers from 0 to ${samples.length - 1}, the images of ${split === "all" ? "the set" : `the ${split} split`}`,
      got: `${last}`,
    });
  };
  const { file, dataset, order, toModel, engine } = await openModel({ unlabelled: true, ...options }, take, {
    probabilities: true,
  });
  try {
    await engine.score(order);
    const { answers, probabilities, seconds } = await engine.score(order);
    const { predicted } = answers;
    const { classNames } = file.model;
    const pixels = dataset.shape.height * dataset.shape.width * dataset.shape.channels;
    const images = new Uint8Array(order.length * pixels);
    const predictions = Array.from(order, (sample, place): Prediction => {
      const { split, at } = placeOf(dataset, sample);
      images.set(split.images.subarray(at * pixels, (at + 1) * pixels), place * pixels);
      const row = probabilities!.subarray(place * classNames.length, (place + 1) * classNames.length);
      const winner = predicted[place];
      const label = toModel[split.labels[at]] ?? -1;
      return {
        index: first + place,
        class: winner,
        className: classNames[winner],
        label: label < 0 ? null : label,
        labelName: dataset.classes[split.labels[at]] ?? null,
        probabilities: Array.from(row),
        ...(options.top !== undefined && { top: topClasses(row, classNames, options.top) }),
      };
    });
    if (options.csv !== undefined) {
      const names = Array.from(order, (sample) => {
        const { split, at } = placeOf(dataset, sample);
        return split.names?.[at];
      });
      writeAnswers(options.csv, { predictions, names, dataset, classNames, top: options.top });
    }
    const { shape, maximum } = dataset;
    return { predictions, classNames, images, shape, maximum, seconds, imagesPerSecond: order.length / seconds };
  } finally {
    await engine.close();
  }
}
