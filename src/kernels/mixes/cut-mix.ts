import type { ImageShape } from "../../base/shape.js";
import { positive } from "../changes/words.js";
import { drawBeta } from "./beta.js";
import { type Box, mix } from "./mix.js";

const off = {
  /** The share of an image is of Beta(cutmix, cutmix). */
  cutmix: 0,
};

/** A box of sides floor(side sqrt(1 - share)), half of each on either side of a pixel, cut off at the image's border. */
export function boxOf(share: number, [row, column]: readonly [number, number], { height, width }: ImageShape): Box {
  const cut = Math.sqrt(1 - share);
  const along = (at: number, side: number): readonly [number, number] => {
    const half = Math.floor(Math.floor(side * cut) / 2);
    return [Math.max(0, at - half), Math.min(side, at + half)];
  };
  const [[top, bottom], [left, right]] = [along(row, height), along(column, width)];
  return { top, bottom, left, right };
}

/** What is left of an image of which the box was taken: exactly 1 where the box is empty. */
export const shareLeft = ({ top, bottom, left, right }: Box, { height, width }: ImageShape): number =>
  1 - ((bottom - top) * (right - left)) / (height * width);

/**
 * A box of another image stands in the image's place; labels weigh as the pixels that each has (Yun et al. 2019, "CutMix:
 * Regularization Strategy to Train Strong Classifiers with Localizable Features").
 */
export const cutMix = mix({
  name: "cutmix",
  off,
  words: [
    positive<typeof off>("cutmix", "put a box of another image in, its area of Beta(A, A); labels too", "cutmix", 100),
  ],
  examples: ["cutmix 1"],
  isOn: ({ cutmix: a }) => a > 0,
  draw(stream, shape, { cutmix: a }) {
    const share = drawBeta(stream, a);
    const box = boxOf(share, [stream.below(shape.height), stream.below(shape.width)], shape);
    return { label: shareLeft(box, shape), pixel: 1, box };
  },
});
