import { change } from "./change.js";
import { share } from "./words.js";

const off = {
  /** Probability that a rectangle becomes 0. */
  erase: 0,
};

/** Sets a rectangle of 2 to 33 % of the image, of proportions 0.3 to 1 / 0.3, to 0 (Zhong et al. 2020). */
export const erase = change({
  name: "erase",
  off,
  words: [share<typeof off>("erase", "make a rectangle 0, with that probability", "erase")],
  signature: "erase~",
  draws: [
    [3, 0],
    [3, 1],
    [3, 2],
    [4, 0],
    [4, 1],
  ],
  examples: ["erase 0.7"],
  apply(x, { height, width, channels, chances }, { erase: probability }) {
    if (chances.uniform(3, 0) >= probability) return;
    const area = (0.02 + 0.31 * chances.uniform(3, 1)) * (height * width);
    const ratio = 0.3 + (1 / 0.3 - 0.3) * chances.uniform(3, 2);
    const side = (square: number, most: number): number =>
      Math.min(Math.max(Math.floor(Math.sqrt(square) + 0.5), 1), most);
    const [tall, wide] = [side(area * ratio, height), side(area / ratio, width)];
    const top = chances.below(height - tall + 1, 4, 0);
    const left = chances.below(width - wide + 1, 4, 1);
    for (let y = top; y < top + tall; y++) {
      x.fill(0, (y * width + left) * channels, (y * width + left + wide) * channels);
    }
  },
});
