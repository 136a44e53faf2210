import { usageError } from "../../base/errors.js";
import { change } from "./change.js";
import { count } from "./words.js";

const off = {
  /** Take a window of the image's size out of the image padded with so many pixels of 0. */
  crop: 0,
};

/** A window of the image padded with zeros, as large as the image and up to so many pixels away. */
export const crop = change({
  name: "crop",
  off,
  words: [count<typeof off>("crop", "pad with so many pixels of 0, then crop at random", "crop", "pixels", 1024)],
  signature: "crop",
  check({ crop: padding }, { height, width }, where) {
    const most = Math.min(height, width) - 1;
    if (padding <= most) return;
    const expected = most === 0 ? "no crop" : `at most ${most}, so that a part of every ${height}x${width} image stays`;
    throw usageError({ where: `${where}, crop`, expected, got: `${padding}` });
  },
  draws: [
    [2, 2],
    [2, 3],
  ],
  examples: ["crop 3"],
  apply(x, { height, width, channels, chances }, { crop: padding }) {
    if (padding === 0) return;
    const [down, right] = [2, 3].map((word) => chances.below(2 * padding + 1, 2, word) - padding);
    const before = x.slice();
    for (let i = 0; i < x.length; i++) {
      const column = (Math.floor(i / channels) % width) + right;
      const row = Math.floor(i / (channels * width)) + down;
      const inside = row >= 0 && row < height && column >= 0 && column < width;
      x[i] = inside ? before[(row * width + column) * channels + (i % channels)] : 0;
    }
  },
});
