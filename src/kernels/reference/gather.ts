import type { Twin } from "./contract.js";
import { roundingOf } from "./contract.js";

/** x = byte * scale + shift that give an image the mean 0 and the 2-norm 1 (a constant image becomes 0). */
function imageStatistics(images: Uint8Array, at: number, pixels: number): { scale: number; shift: number } {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < pixels; i++) {
    sum += images[at + i];
    squares += images[at + i] ** 2;
  }
  // Sum of squared deviations from the mean.
  const spread = (pixels * squares - sum * sum) / pixels;
  const scale = spread > 0 ? 1 / Math.sqrt(spread) : 0;
  return { scale, shift: -(sum / pixels) * scale };
}

/** x[r] = standardised pixels of the sample at place cursor + r of the order, for the rows of this shard. */
export const gather: Twin<"gather"> = ({ x, ldx, images, order, scale, shift, pixels, perImage }) => {
  const round = roundingOf(x);
  return ({ cursor, first, rows }) => {
    for (let r = first; r < first + rows; r++) {
      const image = order[cursor + r] * pixels;
      const at = r * ldx;
      if (perImage) {
        const own = imageStatistics(images, image, pixels);
        const [ownScale, ownShift] = [round(own.scale), round(own.shift)];
        for (let i = 0; i < pixels; i++) x[at + i] = images[image + i] * ownScale + ownShift;
      } else {
        for (let i = 0; i < pixels; i++) x[at + i] = images[image + i] * scale[i] + shift[i];
      }
    }
  };
};
