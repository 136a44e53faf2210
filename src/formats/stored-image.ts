/** From what a decoder gives to an image as its file stores it: upright, and with colors of the range that the files are said to have. */
import { dataError } from "../base/errors.js";
import { orientationIn, upright } from "./orientation.js";
import type { StoredPixels } from "./paper.js";
import type { ImageLimits } from "./pixels.js";
import { decodePng } from "./png.js";

/** With what a decoder says beside the pixels. */
export interface DecodedFile extends StoredPixels {
  /** Of a file of 16 bits a sample, its largest color before it was made one of 8 bits; absent for other files. */
  readonly deepest?: number;
}

/** `maximum`: the largest value that a pixel has in such files. Throws `dataError`. */
export function decodePngUpright(
  bytes: Uint8Array,
  name: string,
  limits: ImageLimits,
  maximum: number | undefined,
): DecodedFile {
  const { exif, ...image } = decodePng(bytes, name, limits, maximum ?? null);
  return withMaximum(upright(image, exif ? orientationIn(exif) : 1), name, maximum);
}

/** Throws `dataError` for a pixel above `maximum`. */
export function withMaximum<Image extends DecodedFile>(image: Image, name: string, maximum: number | undefined): Image {
  if (maximum === undefined) return image;
  const { deepest } = image;
  if (deepest !== undefined && deepest > maximum) throw tooLarge(name, maximum, deepest);
  // More than a byte holds can only be meant of files of 16 bits.
  return deepest === undefined && maximum < 255 ? spread(image, name, maximum) : image;
}

/** Colors of 0..maximum as 0..255. */
function spread<Image extends StoredPixels>(image: Image, name: string, maximum: number): Image {
  const { channels } = image;
  const colors = channels % 2 === 0 ? channels - 1 : channels;
  const pixels = image.pixels.slice();
  for (let at = 0; at < pixels.length; at += channels) {
    for (let c = at; c < at + colors; c++) {
      if (pixels[c] > maximum) throw tooLarge(name, maximum, pixels[c]);
      pixels[c] = Math.round((pixels[c] * 255) / maximum);
    }
  }
  return { ...image, pixels };
}

const tooLarge = (where: string, maximum: number, got: number) =>
  dataError({ where, expected: `pixels of at most ${maximum}, as --maximum says`, got: `${got}` });
