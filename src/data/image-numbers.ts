/** The numbers that images become, as the gather kernel makes them, in double. */
import type { Preprocessing } from "./preprocessing.js";

/** Writes the image's numbers to `x`, [height][width][channels] both. */
export function writeImageNumbers(x: Float64Array, image: Uint8Array, preprocessing: Preprocessing): void {
  if (preprocessing.kind === "affine") {
    const { scale, shift, channels } = preprocessing;
    for (let i = 0; i < x.length; i++) x[i] = image[i] * scale[i % channels] + shift[i % channels];
    return;
  }
  const mean = image.reduce((sum, value) => sum + value, 0) / image.length;
  const norm = Math.sqrt(image.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  for (let i = 0; i < x.length; i++) x[i] = norm > 0 ? (image[i] - mean) / norm : 0;
}
