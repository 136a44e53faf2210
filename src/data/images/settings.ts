/** What a data set of image files can be told: size, way of fitting, channels, and how many bad files may be passed over. */
import { usageError } from "../../errors.js";
import type { LoadOptions } from "../dataset.js";
import { defaultLimits } from "../formats/pixels.js";
import type { Fit } from "../formats/resize.js";

export interface ImageSettings {
  /** Null: the images must all have one size. */
  readonly size: { readonly height: number; readonly width: number } | null;
  readonly fit: Fit;
  /** Null: grey if all images are, else RGB. */
  readonly channels: 1 | 3 | null;
  readonly skipBad: number;
}

export function imageSettings({ imageSize, fit = "pad", channels, skipBad = 0 }: LoadOptions): ImageSettings {
  const size = imageSize === undefined ? null : parseImageSize(imageSize);
  return { size, fit, channels: channels ?? null, skipBad };
}

/** "64x32": height, then width. Throws `usageError`. */
export function parseImageSize(text: string): { height: number; width: number } {
  const [, height, width] = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(text) ?? [];
  const pixels = width === undefined ? null : Number(height) * Number(width);
  if (pixels !== null && pixels <= defaultLimits.pixels) return { height: Number(height), width: Number(width) };
  const most = pixels === null ? "" : `, at most ${defaultLimits.pixels} in all`;
  throw usageError({ where: "--image-size", expected: `HEIGHTxWIDTH in pixels, as in 64x32${most}`, got: `"${text}"` });
}
