/** Classifies images of a split, timed. */
import type { ImageShape } from "../data/dataset.js";
import { usageError } from "../errors.js";
import { type ModelOptions, openModel } from "./model-session.js";

export interface PredictOptions extends ModelOptions {
  /** First and last image of the split, both included. */
  readonly index: readonly [first: number, last: number];
}

export interface Prediction {
  readonly index: number;
  readonly class: number;
  readonly className: string;
  /** The true class. */
  readonly label: number;
  readonly probabilities: readonly number[];
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

export async function predict(options: PredictOptions): Promise<Predictions> {
  const [first, last] = options.index;
  const take = (samples: Uint32Array): Uint32Array => {
    if (last < samples.length) return samples.subarray(first, last + 1);
    throw usageError({
      where: "--index",
      expected: `numbers from 0 to ${samples.length - 1}, the images of the ${options.split} split`,
      got: `${last}`,
    });
  };
  const { file, dataset, order, engine } = await openModel(options, take, true);
  try {
    await engine.score(order);
    const { predicted, probabilities, seconds } = await engine.score(order);
    const { classNames } = file.model;
    const pixels = dataset.shape.height * dataset.shape.width * dataset.shape.channels;
    const images = new Uint8Array(order.length * pixels);
    const predictions = Array.from(order, (sample, place): Prediction => {
      const split = sample < dataset.train.count ? dataset.train : dataset.test!;
      const at = sample < dataset.train.count ? sample : sample - dataset.train.count;
      images.set(split.images.subarray(at * pixels, (at + 1) * pixels), place * pixels);
      const row = probabilities!.subarray(place * classNames.length, (place + 1) * classNames.length);
      const winner = predicted[place];
      return {
        index: first + place,
        class: winner,
        className: classNames[winner],
        label: split.labels[at],
        probabilities: Array.from(row),
      };
    });
    const { shape, maximum } = dataset;
    return { predictions, classNames, images, shape, maximum, seconds, imagesPerSecond: order.length / seconds };
  } finally {
    await engine.close();
  }
}
