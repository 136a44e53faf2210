/** Brings an image of any size and colour to what a net sees, and says in words what that took. */
import type { Preprocessing } from "../data/preprocessing.js";
import { type DecodedImage, invert, toChannels } from "../data/formats/pixels.js";
import { type Fit, resize } from "../data/formats/resize.js";
import { usageError } from "../errors.js";

export interface PrepareOptions {
  /** For dark on light where the training images were light on dark. */
  readonly invert?: boolean;
  /** How the image is brought to the net's size; unless given, as the training images were, or by `pad`. */
  readonly fit?: Fit;
}

export interface PreparedImage {
  /** height x width x channels bytes of the net's input, 0..maximum. */
  readonly bytes: Uint8Array;
  /** What was done, in order; empty where the image was as the net wants it. */
  readonly steps: readonly string[];
}

/** Throws `usageError` for a net whose input is not an image. */
export function prepareImage(
  image: DecodedImage,
  { height, width, channels, maximum }: Preprocessing,
  { invert: inverts = false, fit }: PrepareOptions & { readonly fit: Fit },
): PreparedImage {
  if (channels !== 1 && channels !== 3) {
    const got = `${height}x${width}x${channels}`;
    throw usageError({ where: "the net's input", expected: "an image of 1 or 3 channels", got });
  }
  const steps: string[] = [];
  let made = toChannels(image, channels);
  if (made !== image) steps.push(channels === 1 ? "made grey" : "made RGB");
  if (inverts) {
    made = invert(made);
    steps.push("inverted");
  }
  const sized = resize(made, { height, width, fit });
  if (sized !== made) steps.push(`resized from ${image.height}x${image.width} to ${height}x${width} (${fit})`);
  if (maximum === 255) return { bytes: sized.pixels, steps };
  steps.push(`values brought from 0..255 to 0..${maximum}`);
  return { bytes: sized.pixels.map((x) => Math.round((x * maximum) / 255)), steps };
}
