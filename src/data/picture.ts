/** Samples as pictures that people look at. */

import type { ImageShape } from "../base/shape.js";
import type { DecodedImage } from "../formats/pixels.js";

/** What pixels mean. */
export interface Tiles {
  readonly shape: ImageShape;
  /** The largest value a pixel can have: it becomes white. */
  readonly maximum: number;
}

/** One sample in 0..255: RGB where it has three channels, else the mean of its channels as grey. */
export function toPicture(image: ArrayLike<number>, { shape, maximum }: Tiles): DecodedImage {
  const { height, width } = shape;
  const channels = shape.channels === 3 ? 3 : 1;
  const merged = shape.channels / channels;
  const pixels = new Uint8Array(height * width * channels);
  for (let i = 0; i < pixels.length; i++) {
    let sum = 0;
    for (let c = 0; c < merged; c++) sum += image[i * merged + c];
    pixels[i] = Math.round((sum * 255) / (maximum * merged));
  }
  return { width, height, channels, pixels };
}
