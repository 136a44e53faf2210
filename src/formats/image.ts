/** Decodes image files, told apart by how they begin and not by their names. */

import { dataError, type HeddleError } from "../base/errors.js";
import { aText, checkBytes } from "../base/given.js";
import { decodeJpeg, isJpeg, jpegSize } from "./jpeg.js";
import { liesOnSide, orientationIn } from "./orientation.js";
import { decodeOther, type OtherFormat, otherFormats, otherSize } from "./other-images.js";
import { layOn, type Paper } from "./paper.js";
import { type DecodedImage, defaultLimits, type ImageLimits } from "./pixels.js";
import { isPng, pngSize } from "./png-chunks.js";
import { headBytes, sniff } from "./sniff.js";
import { type DecodedFile, decodePngUpright, withMaximum } from "./stored-image.js";

/** How names of files end. */
const endings: Readonly<Record<ImageFormat, RegExp>> = {
  PNG: /\.png$/i,
  JPEG: /\.(?:jpe?g|jpe|jfif)$/i,
  WebP: /\.webp$/i,
  GIF: /\.gif$/i,
  TIFF: /\.tiff?$/i,
  AVIF: /\.avif$/i,
};

/** The format whose files are called so; undefined for other names. */
export const formatInName = (name: string): ImageFormat | undefined =>
  (Object.keys(endings) as ImageFormat[]).find((format) => endings[format].test(name));

/** True for names that end as those of such files do. */
export const hasImageName = (name: string): boolean => formatInName(name) !== undefined;

/** True for bytes that begin as one of the formats does. */
export const isImage = (bytes: Uint8Array): boolean => formatOf(bytes) !== null;

/** Told by how the bytes begin; null for all else. */
export function formatOf(bytes: Uint8Array): ImageFormat | null {
  if (isPng(bytes)) return "PNG";
  if (isJpeg(bytes)) return "JPEG";
  const what = sniff(bytes.subarray(0, headBytes))?.what ?? "";
  return otherFormats.find((format) => what.endsWith(` ${format} image`)) ?? null;
}

export type ImageFormat = "PNG" | "JPEG" | OtherFormat;

/** An image as it came from its file. */
export interface ImageFile extends DecodedImage {
  readonly format: ImageFormat;
  /** True where parts of it are, or could be, transparent. */
  readonly alpha: boolean;
}

export interface DecodeOptions {
  readonly limits?: ImageLimits | undefined;
  /** What lies behind transparent parts; black unless given. */
  readonly paper?: Paper | undefined;
  /** The largest value that a pixel has in such files, where it is not their format's: it becomes 255. */
  readonly maximum?: number | undefined;
}

/** An image as its file stores it, at 8 bits a sample, with its alpha channel. */
export interface StoredImage extends DecodedFile {
  readonly format: ImageFile["format"];
  /** Frames or pages after the first, which are left out. */
  readonly more?: number;
}

/**
 * Grey stays one channel, color is three; an image with an alpha channel is laid on `paper`. `name` stands in errors.
 * Throws `dataError` where the bytes are no whole image within the limits, or hold a pixel above `maximum`.
 */
export async function decodeImage(bytes: Uint8Array, name: string, options: DecodeOptions = {}): Promise<ImageFile> {
  checkBytes(bytes, "decodeImage, bytes");
  aText(name, "decodeImage, name");
  const image = await readImage(bytes, name, options);
  return { ...layOn(options.paper ?? "black", image), format: image.format, alpha: image.channels % 2 === 0 };
}

/** The same, not laid on anything. */
export async function readImage(
  bytes: Uint8Array,
  name: string,
  { limits = defaultLimits, maximum }: Omit<DecodeOptions, "paper"> = {},
): Promise<StoredImage> {
  const format = formatOf(bytes);
  if (format === null) throw notAnImage(bytes, name);
  if (format === "PNG") return { ...decodePngUpright(bytes, name, limits, maximum), format };
  const decoded =
    format === "JPEG"
      ? await decodeJpeg(bytes, name, limits)
      : await decodeOther(format, bytes, name, limits, maximum ?? null);
  return withMaximum({ ...decoded, format }, name, maximum);
}

function notAnImage(bytes: Uint8Array, where: string): HeddleError {
  const kind = sniff(bytes.subarray(0, headBytes));
  const got = kind?.what ?? "something else";
  return dataError({
    where,
    expected: `a PNG or JPEG image (or ${otherFormats.join(", ")})`,
    got,
    fix: kind?.wayOut ?? "",
  });
}

/** Height and width of the image that the file would become: told by its header. Throws `dataError` as decoding it does. */
export async function sizeOf(
  bytes: Uint8Array,
  name: string,
  limits: ImageLimits = defaultLimits,
): Promise<{ height: number; width: number }> {
  const format = formatOf(bytes);
  if (format === null) throw notAnImage(bytes, name);
  if (format === "JPEG") return jpegSize(bytes, name, limits);
  if (format !== "PNG") return otherSize(format, bytes, name, limits);
  const { height, width, exif } = pngSize(bytes, name, limits);
  return exif && liesOnSide(orientationIn(exif)) ? { height: width, width: height } : { height, width };
}
