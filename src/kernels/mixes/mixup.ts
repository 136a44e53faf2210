import { positive } from "../changes/words.js";
import { drawBeta } from "./beta.js";
import { mix, noBox } from "./mix.js";

const off = {
  /** The share of an image is of Beta(mixup, mixup). */
  mixup: 0,
};

/** x = s x + (1 - s) x', and so the labels (Zhang et al. 2018, "mixup: Beyond Empirical Risk Minimization"). */
export const mixup = mix({
  name: "mixup",
  off,
  words: [positive<typeof off>("mixup", "blend with another image, the share of Beta(A, A); labels too", "mixup", 100)],
  examples: ["mixup 0.2"],
  isOn: ({ mixup: a }) => a > 0,
  draw(stream, _shape, { mixup: a }) {
    const share = drawBeta(stream, a);
    return { label: share, pixel: share, box: noBox };
  },
});
