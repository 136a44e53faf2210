import { usageError } from "../../base/errors.js";
import { change } from "./change.js";
import { count, oneOf } from "./words.js";

const off = {
  /** Take a window of the image's size out of the image padded with so many pixels. */
  crop: 0,
  /** Those are the image mirrored at its edge, whose pixels stand twice then, instead of 0. */
  cropReflect: false,
};

/** The pixel that stands for one outside, mirrored at the edge. */
const mirrored = (at: number, size: number): number => (at < 0 ? -1 - at : at >= size ? 2 * size - 1 - at : at);

/** A window of the padded image, as large as the image and up to so many pixels away. */
export const crop = change({
  name: "crop",
  off,
  words: [
    count<typeof off>("crop", "pad with so many pixels of 0, then crop at random", "crop", "pixels", 1024),
    {
      ...oneOf<typeof off>(
        "crop-fill",
        "what crop pads with: 0 (constant, default), or the image mirrored at its edge",
        { constant: { cropReflect: false }, reflect: { cropReflect: true } },
        ({ cropReflect }) => (cropReflect ? ["reflect"] : []),
      ),
      beside: { holds: ({ crop: padding }) => padding > 0, expected: "a crop-fill only beside crop" },
    },
  ],
  signature: "crop cropReflect",
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
  examples: ["crop 3", "crop 2, crop-fill reflect"],
  apply(x, { height, width, channels, chances }, { crop: padding, cropReflect }) {
    if (padding === 0) return;
    const [down, right] = [2, 3].map((word) => chances.below(2 * padding + 1, 2, word) - padding);
    const before = x.slice();
    for (let i = 0; i < x.length; i++) {
      const [column, row] = [(Math.floor(i / channels) % width) + right, Math.floor(i / (channels * width)) + down];
      const inside = row >= 0 && row < height && column >= 0 && column < width;
      const from =
        inside || !cropReflect ? row * width + column : mirrored(row, height) * width + mirrored(column, width);
      x[i] = inside || cropReflect ? before[from * channels + (i % channels)] : 0;
    }
  },
});
