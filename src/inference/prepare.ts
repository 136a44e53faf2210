/** Brings an image of any size and color to what a net sees, and says in words what that took. */

import { usageError } from "../base/errors.js";
import { borderOf, isBright, isDark } from "../data/border.js";
import type { Preprocessing } from "../data/preprocessing.js";
import { asMnist } from "../formats/as-mnist.js";
import { type Paper, type StoredPixels, visiblePaper } from "../formats/paper.js";
import { type DecodedImage, invert, toChannels } from "../formats/pixels.js";
import { type Fit, resize } from "../formats/resize.js";

/** Ways to make images of one kind what the training images were. */
export const preparations = ["mnist"] as const;
export type Preparation = (typeof preparations)[number];

export interface PrepareOptions {
  /** `mnist`: a drawn or photographed digit, dark on light or light on dark, becomes one as MNIST's are. */
  readonly prepare?: Preparation | undefined;
  /** For dark on light where the training images were light on dark; `auto` looks at the image's border and theirs. */
  readonly invert?: boolean | "auto" | undefined;
  /** How the image is brought to the net's size; unless given, as the training images were, or by `pad`. */
  readonly fit?: Fit | undefined;
}

export interface PreparedImage {
  /** height x width x channels bytes of the net's input, 0..maximum. */
  readonly bytes: Uint8Array;
  /** What was done, in order; empty where the image was as the net wants it. */
  readonly steps: readonly string[];
}

/** What lies behind transparent parts: paper of the training images' own, or what lets the image be seen. */
export const paperFor = (
  image: StoredPixels,
  own: Paper | undefined,
  { invert, prepare }: Pick<PrepareOptions, "invert" | "prepare">,
): Paper => (invert === true ? "white" : (own ?? (invert || prepare ? visiblePaper(image) : "black")));

/** `usual`: what border nearly all training images have. Throws `usageError` for a net whose input is not an image. */
export function prepareImage(
  image: DecodedImage,
  { height, width, channels, maximum }: Preprocessing,
  {
    invert: wish = false,
    prepare,
    fit,
    usual,
  }: PrepareOptions & { readonly fit: Fit; readonly usual: "dark" | "bright" | null },
): PreparedImage {
  if (channels !== 1 && channels !== 3) {
    const got = `${height}x${width}x${channels}`;
    throw usageError({ where: "the net's input", expected: "an image of 1 or 3 channels", got });
  }
  const steps: string[] = [];
  const digit = prepare === "mnist" ? asMnist(image) : image;
  if (digit !== image) steps.push("ink cut out, made bright, brought to 20x20 and centered in 28x28");
  let made = toChannels(digit, channels);
  if (made !== digit) steps.push(channels === 1 ? "made grey" : "made RGB");
  if (wish === "auto" ? isOpposite(made, usual) : wish) {
    made = invert(made);
    steps.push(wish === "auto" ? `inverted, as the training images' border is ${usual}` : "inverted");
  }
  const sized = resize(made, { height, width, fit });
  if (sized !== made) steps.push(`resized from ${made.height}x${made.width} to ${height}x${width} (${fit})`);
  if (maximum === 255) return { bytes: sized.pixels, steps };
  steps.push(`values brought from 0..255 to 0..${maximum}`);
  return { bytes: sized.pixels.map((x) => Math.round((x * maximum) / 255)), steps };
}

/** True for an image whose border is the contrary of theirs. */
function isOpposite(image: DecodedImage, usual: "dark" | "bright" | null): boolean {
  const border = borderOf(image.pixels, image, 255);
  return usual === "dark" ? isBright(border) : usual === "bright" && isDark(border);
}
