/** The twin of `augment`: images as training sees them. What is drawn for an image and done to it is in `../changes`. */
import type { ImageShape } from "../../base/shape.js";
import { Chances } from "../changes/chances.js";
import { changes, changesSignature } from "../changes/index.js";
import { mixNumbers } from "../mixes/index.js";
import { operation, type Real, type TwinValues } from "./operation.js";
import { roundingOf } from "./plain.js";

const head =
  "x[] images*8 order*32 scale*? shift*? workspace* partners*32? mixes*64? key0 key1 height width channels maximum perImage";
const signature = `${head} ${changesSignature}` as const;

/** One image as training sees it in an epoch, as numbers of 0 … maximum. */
function augmented(values: TwinValues<typeof signature>, epoch: number, sample: number): Float64Array {
  const pixels = values.height * values.width * values.channels;
  const x = Float64Array.from(values.images.subarray(sample * pixels, (sample + 1) * pixels));
  const image = { ...values, epoch, sample, chances: new Chances(epoch, sample, values) };
  for (const { apply } of changes) apply(x, image, values as never);
  return x;
}

/** x mixed with another image, as the numbers of its place say. */
function mixImages(x: Float64Array, other: Float64Array, numbers: Float64Array, { width, channels }: ImageShape): void {
  const [, pixel, top, bottom, left, right] = numbers;
  for (let i = 0; i < x.length; i++) {
    const column = Math.floor(i / channels) % width;
    const row = Math.floor(i / (channels * width));
    const inside = row >= top && row < bottom && column >= left && column < right;
    x[i] = inside ? other[i] : pixel * x[i] + (1 - pixel) * other[i];
  }
}

/** Factor and shift that give an image mean 0 and 2-norm 1; an even image becomes 0. */
function statistics(x: Float64Array, maximum: number, out: Real): readonly [number, number] {
  const round = roundingOf(out);
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const spread = x.reduce((sum, value) => sum + value * value, 0) - mean * mean * x.length;
  const scale = spread > 1e-12 * maximum * maximum * x.length ? 1 / Math.sqrt(spread) : 0;
  return [round(scale), round(-mean * scale)];
}

export const augment = {
  /**
   * x[r] = the augmented sample at place cursor + r of the order, standardized as `gather` does; mixed before with its augmented
   * partner, where there are partners.
   */
  augment: operation({
    signature,
    native: "augment/augment.h",
    cut: "rows",
    twin(values, { cursor, first, rows, epoch }) {
      const { x, order, scale, shift, perImage, maximum, partners, mixes } = values;
      for (let r = first; r < first + rows; r++) {
        const [image, out] = [augmented(values, epoch, order[cursor + r]), x.row(r)];
        if (partners && mixes) {
          const numbers = mixes.subarray((cursor + r) * mixNumbers, (cursor + r + 1) * mixNumbers);
          mixImages(image, augmented(values, epoch, partners[cursor + r]), numbers, values);
        }
        const own = perImage ? statistics(image, maximum, out) : null;
        for (const [i, value] of image.entries()) out[i] = value * (own?.[0] ?? scale![i]) + (own?.[1] ?? shift![i]);
      }
    },
  }),
};
