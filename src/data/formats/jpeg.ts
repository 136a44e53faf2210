/** JPEG by way of `sharp`, an optional package: loaded when the first JPEG comes, and not needed until then. */
import type { Sharp, SharpOptions } from "sharp";
import { dataError, HeddleError } from "../../errors.js";
import { checkSize, type DecodedImage, type ImageLimits, startsWith } from "./pixels.js";

/** Start of image, and the first byte of the marker that must follow. */
const signature = Uint8Array.of(0xff, 0xd8, 0xff);

/** Huffman codes take a bit for each block of 8x8 pixels, or more: twice as many pixels to the byte can only be a lie. */
const densest = 1024;

export const isJpeg = (bytes: Uint8Array): boolean => startsWith(bytes, signature);

/**
 * Grey stays one channel; all else (YCbCr, CMYK, embedded profiles) becomes sRGB. Turned as its EXIF orientation says.
 * `name` stands in errors. Throws `dataError` where the file is damaged or cut short, or `sharp` is not installed.
 */
export async function decodeJpeg(bytes: Uint8Array, name: string, limits: ImageLimits): Promise<DecodedImage> {
  const open = await loadSharp(name);
  try {
    const image = open(bytes, { limitInputPixels: limits.pixels, autoOrient: true });
    const { width, height, channels } = await image.metadata();
    checkSize(width, height, name, limits);
    if (width * height > densest * bytes.length) throw tooFew(name, width, height, bytes.length);
    const isGrey = channels === 1;
    const { data, info } = await image
      .toColourspace(isGrey ? "b-w" : "srgb")
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: isGrey ? 1 : 3, pixels: data };
  } catch (cause) {
    if (cause instanceof HeddleError) throw cause;
    throw dataError({ where: name, expected: "a whole JPEG image", got: firstLine(cause), cause });
  }
}

const tooFew = (name: string, width: number, height: number, bytes: number): HeddleError =>
  dataError({
    where: name,
    expected: `a JPEG of ${width}x${height} pixels, as its header says`,
    got: `${bytes} bytes, which cannot hold so many`,
  });

type Open = (bytes: Uint8Array, options: SharpOptions) => Sharp;
let loading: Promise<Open> | undefined;

async function loadSharp(name: string): Promise<Open> {
  loading ??= import("sharp").then(({ default: sharp }) => {
    sharp.concurrency(1); // images are decoded side by side: threads inside of one would only wait
    sharp.cache(false); // no image is opened twice
    return sharp;
  });
  try {
    return await loading;
  } catch (cause) {
    const absent = (cause as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND";
    throw dataError({
      where: name,
      expected: "the package sharp, which decodes JPEG",
      got: absent ? "no such package" : `one that does not load (${firstLine(cause)})`,
      fix: "Install it (npm install sharp@0.35), or convert the images to PNG.",
      cause,
    });
  }
}

const firstLine = (error: unknown): string => (error as Error).message.trim().split("\n")[0];
