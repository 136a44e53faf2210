import type { Real } from "./operation.js";
import { operation } from "./operation.js";
import { roundingOf } from "./plain.js";

/** Factor and shift that give an image the mean 0 and the 2-norm 1; an even image becomes 0. */
function imageStatistics(pixels: Uint8Array, x: Real): readonly [scale: number, shift: number] {
  const sum = pixels.reduce((total, value) => total + value, 0);
  const squares = pixels.reduce((total, value) => total + value ** 2, 0);
  // Sum of squared deviations from the mean.
  const spread = (pixels.length * squares - sum * sum) / pixels.length;
  const scale = spread > 0 ? 1 / Math.sqrt(spread) : 0;
  const round = roundingOf(x);
  return [round(scale), round(-(sum / pixels.length) * scale)];
}

export const gather = {
  /** x[r] = standardized pixels of the sample at place cursor + r of the order: x [rows][pixels], images [samples][pixels]. */
  gather: operation({
    signature: "x[] images*8 order*32 scale*? shift*? pixels perImage",
    native: "gather/gather.h",
    cut: "rows",
    twin({ x, images, order, scale, shift, pixels, perImage }, { cursor, first, rows }) {
      for (let r = first; r < first + rows; r++) {
        const at = order[cursor + r] * pixels;
        const [image, out] = [images.subarray(at, at + pixels), x.row(r)];
        const own = perImage ? imageStatistics(image, out) : null;
        for (let i = 0; i < pixels; i++) out[i] = image[i] * (own?.[0] ?? scale![i]) + (own?.[1] ?? shift![i]);
      }
    },
  }),
};
