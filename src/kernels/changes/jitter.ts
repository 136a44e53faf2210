import { usageError } from "../../base/errors.js";
import { change } from "./change.js";
import { share } from "./words.js";

const off = {
  /** Multiply each channel by a factor of its own, of 1 - jitter to 1 + jitter. */
  jitter: 0,
};

/** As many channels have a draw of their own. */
const most = 4;

/** A gain for each channel, as light of another color gives; then back into 0 … maximum. */
export const jitter = change({
  name: "jitter",
  off,
  words: [share<typeof off>("jitter", "multiply each channel by a factor of its own, off 1 by up to that", "jitter")],
  signature: "jitter~",
  check({ jitter: by }, { channels }, where) {
    if (by === 0 || channels <= most) return;
    throw usageError({ where: `${where}, jitter`, expected: `images of at most ${most} channels`, got: `${channels}` });
  },
  draws: [
    [6, 0],
    [6, 1],
    [6, 2],
    [6, 3],
  ],
  examples: ["jitter 0.6"],
  apply(x, { channels, maximum, chances }, { jitter: by }) {
    if (by === 0) return;
    for (let i = 0; i < x.length; i++) {
      const gain = 1 + chances.within(by, 6, (i % channels) % most);
      x[i] = Math.min(Math.max(x[i] * gain, 0), maximum);
    }
  },
});
