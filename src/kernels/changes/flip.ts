import { change } from "./change.js";
import { oneOf } from "./words.js";

const off = { flipHorizontal: false, flipVertical: false };

/** Mirrors every second image left to right, or upside down. */
export const flip = change({
  name: "flip",
  off,
  words: [
    oneOf<typeof off>(
      "flip",
      "mirror every second image",
      { horizontal: { flipHorizontal: true }, vertical: { flipVertical: true } },
      ({ flipHorizontal, flipVertical }) => [
        ...(flipHorizontal ? ["horizontal"] : []),
        ...(flipVertical ? ["vertical"] : []),
      ],
    ),
  ],
  signature: "flipHorizontal flipVertical",
  draws: [
    [1, 2],
    [1, 3],
  ],
  examples: ["flip horizontal, flip vertical"],
  apply(x, { height, width, channels, chances }, { flipHorizontal, flipVertical }) {
    const mirrored = flipHorizontal === 1 && chances.uniform(1, 2) < 0.5;
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
