import { exp } from "../../base/exp.js";
import { log, philox } from "../../base/random.js";
import type { ImageShape } from "../../base/shape.js";
import { change } from "./change.js";
import { share } from "./words.js";

const off = {
  /** The least share of an image that a window may have; 0 for no windows. */
  resizedCrop: 0,
};

/** Draws until a window fits; then the largest in the image's middle (PyTorch's `RandomResizedCrop`, `ratio` its default). */
const tries = 10;
/** Proportions go from 3/4 to 4/3, evenly in their logarithm. */
const leastRatio = 3 / 4;
const logMost = -log(leastRatio);

export interface Window {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}
/** What an attempt draws: share of the area, width over height, and the place, each but the ratio in [0, 1). */
export type Attempt = readonly [area: number, ratio: number, top: number, left: number];

/** Attempt i: the words of block i of the key after the next, so that the 32 numbers stay for others. */
export function attempt(
  { epoch, sample, key0, key1 }: Readonly<Record<"epoch" | "sample" | "key0" | "key1", number>>,
  i: number,
  least: number,
): Attempt {
  const words = new Uint32Array(4);
  philox([epoch, sample, 0, i], key0, key1 + 2, words);
  const [area, ratio, top, left] = Array.from(words, (word) => word * 2 ** -32);
  return [least + (1 - least) * area, exp(logMost * (2 * ratio - 1)), top, left];
}

const whole = (x: number): number => Math.floor(x + 0.5);

/** The first attempt whose sides, rounded, fit into the image. */
export function windowOf(attempts: Iterable<Attempt>, { height, width }: ImageShape): Window {
  for (const [share, ratio, top, left] of attempts) {
    const area = share * (height * width);
    const [tall, wide] = [whole(Math.sqrt(area / ratio)), whole(Math.sqrt(area * ratio))];
    if (tall < 1 || tall > height || wide < 1 || wide > width) continue;
    const place = [Math.floor(top * (height - tall + 1)), Math.floor(left * (width - wide + 1))];
    return { top: place[0], left: place[1], height: tall, width: wide };
  }
  const tall = width < leastRatio * height ? whole(width / leastRatio) : height;
  const wide = width > height / leastRatio ? whole(height / leastRatio) : width;
  return { top: (height - tall) >> 1, left: (width - wide) >> 1, height: tall, width: wide };
}

/** Where pixel i of `side` comes from in a window of `of` pixels: by their centers, between two neighbors. */
function between(i: number, of: number, side: number): readonly [low: number, high: number, part: number] {
  const at = Math.min(Math.max((i + 0.5) * (of / side) - 0.5, 0), of - 1);
  const low = Math.floor(at);
  return [low, Math.min(low + 1, of - 1), at - low];
}

/** A window of the image, made as large as the image by bilinear interpolation. */
export const resizedCrop = change({
  name: "resized_crop",
  off,
  words: [
    share<typeof off>("resized-crop", "a window of at least that share of the image, made its size", "resizedCrop"),
  ],
  signature: "resizedCrop~",
  draws: [],
  examples: ["resized-crop 0.3"],
  apply(x, image, { resizedCrop: least }) {
    if (least === 0) return;
    const { height, width, channels } = image;
    const attempts = Array.from({ length: tries }, (_, i) => attempt(image, i, least));
    const window = windowOf(attempts, image);
    const before = x.slice();
    const pixel = (y: number, z: number, c: number): number =>
      before[((window.top + y) * width + window.left + z) * channels + c];
    for (let y = 0, i = 0; y < height; y++) {
      const [up, low, down] = between(y, window.height, height);
      for (let z = 0; z < width; z++) {
        const [left, next, right] = between(z, window.width, width);
        for (let c = 0; c < channels; c++, i++) {
          const top = pixel(up, left, c) + right * (pixel(up, next, c) - pixel(up, left, c));
          const bottom = pixel(low, left, c) + right * (pixel(low, next, c) - pixel(low, left, c));
          x[i] = top + down * (bottom - top);
        }
      }
    }
  },
});
