/** How bright the edges of images are: dark on light and light on dark are told apart by them. */
import type { ImageShape } from "../base/shape.js";
import type { Dataset } from "./dataset.js";
import { placeOf } from "./samples.js";

/** Shares of images whose border is dark, or bright: what the model file remembers of its training images. */
export interface Border {
  readonly dark: number;
  readonly bright: number;
}

/** Below it of the whole range a border is dark, above 1 - it bright. */
const margin = 0.25;
/** As many images tell. */
const looked = 1000;

/** Mean of the outermost ring of pixels, 0 to 1. */
export function borderOf(image: ArrayLike<number>, { height, width, channels }: ImageShape, maximum: number): number {
  let [sum, count] = [0, 0];
  const add = (y: number, x: number): void => {
    for (let c = 0; c < channels; c++) sum += image[(y * width + x) * channels + c];
    count += channels;
  };
  for (let x = 0; x < width; x++) {
    add(0, x);
    if (height > 1) add(height - 1, x);
  }
  for (let y = 1; y < height - 1; y++) {
    add(y, 0);
    if (width > 1) add(y, width - 1);
  }
  return sum / (count * maximum);
}

export const isDark = (border: number): boolean => border < margin;
export const isBright = (border: number): boolean => border > 1 - margin;

/** Of the samples named, or of a thousand of them, spread over all. */
export function bordersOf(dataset: Dataset, samples: Uint32Array): Border {
  const { shape, maximum } = dataset;
  const bytes = shape.height * shape.width * shape.channels;
  const step = Math.max(1, samples.length / looked);
  const count = Math.min(looked, samples.length);
  let [dark, bright] = [0, 0];
  for (let i = 0; i < count; i++) {
    const { split, at } = placeOf(dataset, samples[Math.floor(i * step)]);
    const border = borderOf(split.images.subarray(at * bytes, (at + 1) * bytes), shape, maximum);
    if (isDark(border)) dark++;
    else if (isBright(border)) bright++;
  }
  return { dark: dark / count, bright: bright / count };
}

/** The one kind that nearly all of them are; null where they are mixed, or neither. */
export function usualBorder({ dark, bright }: Border): "dark" | "bright" | null {
  return dark >= 0.95 ? "dark" : bright >= 0.95 ? "bright" : null;
}
