/** Decodes image files, told apart by how they begin and not by their names. */
import { dataError } from "../../errors.js";
import { decodeJpeg, isJpeg } from "./jpeg.js";
import { type DecodedImage, defaultLimits, type ImageLimits } from "./pixels.js";
import { decodePng, type PngImage } from "./png.js";
import { isPng } from "./png-chunks.js";

/** True for bytes that begin as one of the formats does. */
export const isImage = (bytes: Uint8Array): boolean => isPng(bytes) || isJpeg(bytes);

/** An image as it came from its file. */
export interface ImageFile extends DecodedImage {
  readonly format: "PNG" | "JPEG";
  /** True where parts of it are, or could be, transparent. */
  readonly alpha: boolean;
}

/** What shows where an image is transparent. */
export type Paper = "black" | "white";

/**
 * Grey stays one channel, colour is three; an image with an alpha channel is laid on `paper`. `name` stands in errors.
 * Throws `dataError` where the bytes are no whole PNG or JPEG within the limits.
 */
export async function decodeImage(
  bytes: Uint8Array,
  name: string,
  limits: ImageLimits = defaultLimits,
  paper: Paper = "black",
): Promise<ImageFile> {
  if (isPng(bytes)) {
    const image = decodePng(bytes, name, limits);
    return { ...layOn(paper, image), format: "PNG", alpha: image.channels % 2 === 0 };
  }
  if (isJpeg(bytes)) return { ...(await decodeJpeg(bytes, name, limits)), format: "JPEG", alpha: false };
  const got = bytes.length === 0 ? "an empty file" : "something else";
  throw dataError({ where: name, expected: "a PNG or JPEG image", got });
}

/** The image without its alpha channel: colour x alpha + paper x (1 - alpha). */
function layOn(paper: Paper, { width, height, channels, pixels: from }: PngImage): DecodedImage {
  if (channels === 1 || channels === 3) return { width, height, channels, pixels: from };
  const colors = channels === 2 ? 1 : 3;
  const ground = paper === "black" ? 0 : 255;
  const pixels = new Uint8Array(width * height * colors);
  for (let i = 0, at = 0; i < pixels.length; i += colors, at += channels) {
    const alpha = from[at + colors] / 255;
    for (let c = 0; c < colors; c++) pixels[i + c] = Math.round(from[at + c] * alpha + ground * (1 - alpha));
  }
  return { width, height, channels: colors, pixels };
}
