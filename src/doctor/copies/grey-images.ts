/** The images of a set as small grey ones of 0..255, which is enough to tell whether two show the same. */
import type { Dataset } from "../../data/dataset.js";
import { placeOf } from "../../data/samples.js";

/** Larger ones are made smaller by a whole factor. */
const longest = 48;
/** Of an image with less deviation nothing is told. */
const leastDeviation = 8;
/** Shares of the channels in a grey. */
export type Grey = readonly number[];
/**
 * Of red, green and blue by what is seen brightest (ITU-R BT.601, in eighths), which JPEG keeps best; and green alone, of which
 * white cuts off nothing until it is white.
 */
const colorGreys: readonly Grey[] = [
  [2 / 8, 5 / 8, 1 / 8],
  [0, 1, 0],
];

export class GreyImages {
  readonly height: number;
  readonly width: number;
  /** What they can be looked at as, the best first. */
  readonly greys: readonly Grey[];
  readonly #dataset: Dataset;
  readonly #factor: number;

  constructor(dataset: Dataset) {
    const { height, width, channels } = dataset.shape;
    this.#dataset = dataset;
    this.greys = channels === 3 ? colorGreys : [[1]];
    this.#factor = Math.max(1, Math.ceil(Math.max(height, width) / longest));
    [this.height, this.width] = [Math.floor(height / this.#factor), Math.floor(width / this.#factor)];
  }

  /** Writes the height x width pixels of a sample: means of grey over squares of the image. */
  read(sample: number, into: Float32Array, grey = this.greys[0]): Float32Array {
    const { shape, maximum } = this.#dataset;
    const { width, channels } = shape;
    const { split, at } = placeOf(this.#dataset, sample);
    const from = at * shape.height * width * channels;
    const factor = this.#factor;
    const scale = 255 / maximum / factor ** 2;
    into.fill(0);
    for (let y = 0; y < this.height * factor; y++) {
      const row = Math.floor(y / factor) * this.width;
      for (let x = 0; x < this.width * factor; x++) {
        const pixel = from + (y * width + x) * channels;
        let value = 0;
        for (let c = 0; c < channels; c++) value += grey[c] * split.images[pixel + c];
        into[row + Math.floor(x / factor)] += value * scale;
      }
    }
    return into;
  }

  /** A copy of its own. */
  of(sample: number, grey?: Grey): Float32Array {
    return this.read(sample, new Float32Array(this.height * this.width), grey);
  }

  /** True for an image that is much the same all over: no picture, and alike to all others of its kind. */
  isEven(sample: number): boolean {
    const pixels = this.of(sample);
    let [sum, squares] = [0, 0];
    for (const value of pixels) [sum, squares] = [sum + value, squares + value * value];
    return squares / pixels.length - (sum / pixels.length) ** 2 < leastDeviation ** 2;
  }
}
