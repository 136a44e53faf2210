import { Chances } from "./chances.js";
import { change } from "./change.js";
import { oneOf } from "./words.js";

const off = { flipHorizontal: false, flipVertical: false, flipAlternating: false };

/**
 * Mirrors every second image left to right, or upside down. Alternating, left to right: what an image is in the first epoch is drawn,
 * and from then on it is mirrored in every second epoch, so that two epochs show both of its sides (Jordan 2024, "94% on CIFAR-10 in
 * 3.29 seconds on a single GPU", section 3.5).
 */
export const flip = change({
  name: "flip",
  off,
  words: [
    oneOf<typeof off>(
      "flip",
      "mirror every second image (alternating: each image every second epoch)",
      {
        horizontal: { flipHorizontal: true },
        vertical: { flipVertical: true },
        alternating: { flipHorizontal: true, flipAlternating: true },
      },
      ({ flipHorizontal, flipVertical, flipAlternating }) => [
        ...(flipHorizontal ? [flipAlternating ? "alternating" : "horizontal"] : []),
        ...(flipVertical ? ["vertical"] : []),
      ],
    ),
  ],
  signature: "flipHorizontal flipVertical flipAlternating",
  draws: [
    [1, 2],
    [1, 3],
  ],
  examples: ["flip horizontal, flip vertical", "flip alternating"],
  apply(x, image, { flipHorizontal, flipVertical, flipAlternating }) {
    const { height, width, channels, chances, epoch, sample } = image;
    const first = flipAlternating === 1 ? new Chances(0, sample, image) : chances;
    const turned = flipAlternating === 1 && epoch % 2 === 1;
    const mirrored = flipHorizontal === 1 && first.uniform(1, 2) < 0.5 !== turned;
    const upsideDown = flipVertical === 1 && chances.uniform(1, 3) < 0.5;
    const before = x.slice();
    for (let i = 0; i < x.length; i++) {
      const column = Math.floor(i / channels) % width;
      const row = Math.floor(i / (channels * width));
      const from = (upsideDown ? height - 1 - row : row) * width + (mirrored ? width - 1 - column : column);
      x[i] = before[from * channels + (i % channels)];
    }
  },
});
