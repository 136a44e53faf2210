/** What a data set of image files can be told: size, way of fitting, channels, and how many bad files may be passed over. */
import { usageError } from "../../base/errors.js";
import { type Paper, parsePaper } from "../../formats/paper.js";
import { defaultLimits, type ImageLimits } from "../../formats/pixels.js";
import type { Fit } from "../../formats/resize.js";
import type { LoadOptions } from "../dataset.js";

export interface ImageSettings {
  /** Null: the images' own, or one chosen where they have several. */
  readonly size: { readonly height: number; readonly width: number } | null;
  readonly fit: Fit;
  /** Null: grey if all images are, else RGB. */
  readonly channels: 1 | 3 | null;
  readonly skipBad: number;
  /** Null: what makes most of the transparent images visible. */
  readonly paper: Paper | null;
  /** The largest value of a pixel in the files; null: their format's own. */
  readonly maximum: number | null;
  readonly limits: ImageLimits;
}

export function imageSettings(options: LoadOptions): ImageSettings {
  const { imageSize, fit = "pad", channels, skipBad = 0, paper, maximum, maxMegapixels } = options;
  if (paper !== undefined) parsePaper(paper);
  return {
    size: imageSize === undefined ? null : parseImageSize(imageSize),
    fit,
    channels: channels ?? null,
    skipBad,
    paper: paper ?? null,
    maximum: maximum ?? null,
    limits: limitsOf(maxMegapixels),
  };
}

/** How large an image of a file may be. */
export const limitsOf = (maxMegapixels: number | undefined): ImageLimits =>
  maxMegapixels === undefined ? defaultLimits : { ...defaultLimits, pixels: Math.floor(maxMegapixels * 1e6) };

/** "64x32": height, then width; "64" is 64x64. Throws `usageError`. */
export function parseImageSize(text: string): { height: number; width: number } {
  const [, height, width = height] = /^([1-9]\d{0,4})(?:x([1-9]\d{0,4}))?$/i.exec(text.trim()) ?? [];
  const pixels = width === undefined ? null : Number(height) * Number(width);
  if (pixels !== null && pixels <= defaultLimits.pixels) return { height: Number(height), width: Number(width) };
  const most = pixels === null ? "" : `, at most ${defaultLimits.pixels} in all`;
  throw usageError({
    where: "--image-size",
    expected: `HEIGHTxWIDTH in pixels, as in 64x32, or 64${most}`,
    got: `"${text}"`,
  });
}
