/** An image in memory, the limits on what may become one, and its channels. */
import { dataError } from "../base/errors.js";

export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 RGB. */
  readonly channels: 1 | 3;
  /** height x width x channels bytes: row by row, channels last. */
  readonly pixels: Uint8Array;
}

/** What an image may claim to be, checked before memory is asked for. */
export interface ImageLimits {
  /** The longest width or height. */
  readonly side: number;
  readonly pixels: number;
}

/** The sides that JPEG can have, and 64 megapixels: far more than a classifier's images. */
export const defaultLimits: ImageLimits = { side: 65_535, pixels: 2 ** 26 };

/** Throws `dataError` unless the size is one that a decoder may make. */
export function checkSize(width: number, height: number, name: string, { side, pixels }: ImageLimits): void {
  if (width >= 1 && height >= 1 && width <= side && height <= side && width * height <= pixels) return;
  const expected = `a width and height of 1..${side}, and at most ${pixels} pixels in all`;
  const megapixels = Math.ceil((width * height) / 1e6);
  const fix = width <= side && height <= side ? `--max-megapixels ${megapixels} takes it.` : "";
  throw dataError({ where: name, expected, got: `width ${width} and height ${height}`, fix });
}

/** True where the first bytes are these: how a file's format is told. */
export const startsWith = (bytes: Uint8Array, head: Uint8Array): boolean => head.every((byte, i) => bytes[i] === byte);

/**
 * The same image as grey or as RGB. Grey is 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601) in 16 bits after the point, which
 * leaves R = G = B as it is; RGB from grey has three equal channels.
 */
export function toChannels(image: DecodedImage, channels: 1 | 3): DecodedImage {
  if (image.channels === channels) return image;
  const { width, height, pixels: from } = image;
  const pixels = new Uint8Array(width * height * channels);
  if (channels === 3) for (let i = 0; i < pixels.length; i++) pixels[i] = from[Math.floor(i / 3)];
  else {
    for (let i = 0, at = 0; i < pixels.length; i++, at += 3) {
      pixels[i] = (19595 * from[at] + 38470 * from[at + 1] + 7471 * from[at + 2] + 32768) >> 16;
    }
  }
  return { width, height, channels, pixels };
}

/** Black for white and white for black: x becomes 255 - x. */
export const invert = (image: DecodedImage): DecodedImage => ({ ...image, pixels: image.pixels.map((x) => 255 - x) });
