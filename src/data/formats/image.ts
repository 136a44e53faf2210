/** Decodes image files, told apart by how they begin and not by their names. */
import { dataError } from "../../errors.js";
import { decodeJpeg, isJpeg } from "./jpeg.js";
import { type DecodedImage, defaultLimits, type ImageLimits } from "./pixels.js";
import { decodePng, type PngImage } from "./png.js";
import { isPng } from "./png-chunks.js";

/** Grey stays one channel, colour is three; what is transparent lies on black. `name` stands in errors. Throws `dataError`. */
export async function decodeImage(
  bytes: Uint8Array,
  name: string,
  limits: ImageLimits = defaultLimits,
): Promise<DecodedImage> {
  if (isPng(bytes)) return onBlack(decodePng(bytes, name, limits));
  if (isJpeg(bytes)) return decodeJpeg(bytes, name, limits);
  const got = bytes.length === 0 ? "an empty file" : "something else";
  throw dataError({ where: name, expected: "a PNG or JPEG image", got });
}

/** The image without its alpha channel: colour x alpha. */
function onBlack({ width, height, channels, pixels: from }: PngImage): DecodedImage {
  if (channels === 1 || channels === 3) return { width, height, channels, pixels: from };
  const colors = channels === 2 ? 1 : 3;
  const pixels = new Uint8Array(width * height * colors);
  for (let i = 0, at = 0; i < pixels.length; i += colors, at += channels) {
    const alpha = from[at + colors];
    for (let c = 0; c < colors; c++) pixels[i + c] = Math.round((from[at + c] * alpha) / 255);
  }
  return { width, height, channels: colors, pixels };
}
