/**
 * Whitening of the first layer: its filters are the principal directions of what they see. Of n x n windows p of training
 * images, as numbers, let C = mean p p^T = sum of l_i v_i v_i^T, largest l first. Filter i is v_i / sqrt(l_i + epsilon) and
 * filter d + i its negative, d numbers in a window, so that the outputs have one size and none follows from another; filters
 * beyond 2 d start as the rest of the net does. After the first layer of Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a
 * single GPU", section 3.2, which keeps these weights as they are (`--freeze 0.weight`).
 */
import { z } from "zod";
import { usageError } from "../../base/errors.js";
import { dirac } from "./dirac.js";
import { eigenvectors } from "./eigenvectors.js";
import { glorotUniform } from "./glorot-uniform.js";
import { heNormal } from "./he-normal.js";
import type { FirstImages, Initializer } from "./initializer.js";

const options = z.strictObject({
  samples: z.int().min(1).default(5000).meta({ description: "training images that are looked at" }),
  epsilon: z.number().positive().default(5e-4).meta({ description: "keeps faint directions from being blown up" }),
  rest: z.enum(["usual", "dirac"]).default("usual").meta({ description: "how all other weights start" }),
});

/** Windows of more numbers take longer than they are worth: their products grow with the square. */
const largest = 256;

export const whitening: Initializer<typeof options> = {
  name: "whitening",
  summary: "a first convolution that whitens the windows of the training images",
  options,
  looks: true,
  fill(w, weights, stream, { samples, epsilon, rest }) {
    const others = rest === "dirac" ? dirac : weights.rectified ? heNormal : glorotUniform;
    others.fill(w, weights, stream, {});
    const { firstImages } = weights;
    if (!firstImages) return;
    const [filters, channels, height, width] = weights.shape;
    const size = channels * height * width;
    if (size > largest) {
      throw usageError({
        where: "initializer whitening",
        expected: `a first convolution whose filters see at most ${largest} numbers`,
        got: `${channels} x ${height} x ${width}`,
      });
    }
    const directions = eigenvectors(secondMoments(firstImages, [channels, height, width], samples), size);
    for (let filter = 0; filter < Math.min(filters, 2 * size); filter++) {
      const { value, vector } = directions[filter % size];
      const factor = (filter < size ? 1 : -1) / Math.sqrt(Math.max(0, value) + epsilon);
      w.set(
        vector.map((x) => factor * x),
        filter * size,
      );
    }
  },
};

/** Mean of p p^T over all whole windows of the first images, [size][size], p in the order channel, row, column. */
function secondMoments(
  { count, height, width, channels, read }: FirstImages,
  [, windowHeight, windowWidth]: readonly [channels: number, height: number, width: number],
  samples: number,
): Float64Array {
  const size = channels * windowHeight * windowWidth;
  const [sums, window] = [new Float64Array(size * size), new Float64Array(size)];
  const taken = Math.min(count, samples);
  let windows = 0;
  for (let sample = 0; sample < taken; sample++) {
    const image = read(sample);
    for (let top = 0; top + windowHeight <= height; top++) {
      for (let left = 0; left + windowWidth <= width; left++) {
        let i = 0;
        for (let c = 0; c < channels; c++)
          for (let y = top; y < top + windowHeight; y++)
            for (let x = left; x < left + windowWidth; x++) window[i++] = image[(y * width + x) * channels + c];
        for (let a = 0; a < size; a++) for (let b = 0; b <= a; b++) sums[a * size + b] += window[a] * window[b];
        windows++;
      }
    }
  }
  for (let a = 0; a < size; a++) {
    for (let b = 0; b <= a; b++) sums[b * size + a] = sums[a * size + b] /= Math.max(1, windows);
  }
  return sums;
}
