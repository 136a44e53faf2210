/** What programs give to be prepared, checked. Apart from `prepare.ts`, which goes into exported pages. */
import { usageError } from "../base/errors.js";
import { anObject, type Check, check, checkBytes, choice, whole } from "../base/given.js";
import { type DecodedImage, defaultLimits } from "../formats/pixels.js";
import { fits } from "../formats/resize.js";
import { preparations } from "./prepare.js";

export const prepareChecks: Readonly<Record<string, Check>> = {
  prepare: choice(preparations),
  invert: choice([true, false, "auto"]),
  fit: choice(fits),
};

/** Throws `usageError` unless it is an image whose bytes are there. */
export function checkImage(image: unknown, where: string): asserts image is DecodedImage {
  anObject(image, where);
  const { width, height, channels, pixels } = image as Partial<Record<keyof DecodedImage, unknown>>;
  const side = whole(1, defaultLimits.side);
  side(width, `${where}, width`);
  side(height, `${where}, height`);
  check("1 (grey) or 3 (RGB)", (value) => value === 1 || value === 3)(channels, `${where}, channels`);
  checkBytes(pixels, `${where}, pixels`);
  const needed = Number(width) * Number(height) * Number(channels);
  if (pixels.length === needed) return;
  const expected = `${needed} bytes for ${String(height)}x${String(width)}x${String(channels)}`;
  throw usageError({ where: `${where}, pixels`, expected, got: `${pixels.length}` });
}
