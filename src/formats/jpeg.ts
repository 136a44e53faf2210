/** JPEG: plain files as they are, all others, and large ones, by way of `sharp`. */
import { dataError, HeddleError } from "../base/errors.js";
import { decodePlain } from "./jpeg/decode.js";
import { type JpegHeader, readHeader } from "./jpeg/header.js";
import { liesOnSide } from "./orientation.js";
import { checkSize, type DecodedImage, type ImageLimits, startsWith } from "./pixels.js";
import { isWithoutSharp, loadSharp, notWhole, type OpenSharp } from "./sharp.js";

/** Start of image, and the first byte of the marker that must follow. */
const signature = Uint8Array.of(0xff, 0xd8, 0xff);

/** Huffman codes take a bit for each block of 8x8 pixels, or more: twice as many pixels to the byte can only be a lie. */
const densest = 1024;

export const isJpeg = (bytes: Uint8Array): boolean => startsWith(bytes, signature);

/** Of small images `sharp` takes longer to begin than these take here; of larger ones it is the faster. The bytes are the same. */
const smallPixels = 96 * 96;

/**
 * Grey stays one channel; all else (YCbCr, CMYK, embedded profiles) becomes sRGB. Turned as its EXIF orientation says.
 * `name` stands in errors. Throws `dataError` where the file is damaged or cut short, or where it takes `sharp`, which is not
 * installed: for files that are not plain (`jpeg/header.ts`).
 */
export async function decodeJpeg(bytes: Uint8Array, name: string, limits: ImageLimits): Promise<DecodedImage> {
  const header = readHeader(bytes);
  if (header && header.width * header.height <= smallPixels) {
    const decoded = decodeHere(bytes, header, name, limits);
    if (decoded) return decoded;
  }
  try {
    return await decodeThere(await loadSharp("JPEG", name), bytes, name, limits);
  } catch (error) {
    if (!header || !isWithoutSharp(error)) throw error;
    const decoded = decodeHere(bytes, header, name, limits);
    if (decoded) return decoded;
    throw dataError({ where: name, expected: "a whole JPEG image", got: "data that are damaged or cut short" });
  }
}

/** Null where the data are not plain after all. */
function decodeHere(bytes: Uint8Array, header: JpegHeader, name: string, limits: ImageLimits): DecodedImage | null {
  checkClaim(header, bytes, name, limits);
  return decodePlain(bytes, header);
}

async function decodeThere(
  open: OpenSharp,
  bytes: Uint8Array,
  name: string,
  limits: ImageLimits,
): Promise<DecodedImage> {
  try {
    const image = open(bytes, { limitInputPixels: limits.pixels, autoOrient: true });
    const { width, height, channels } = frameOf(bytes) ?? (await image.metadata());
    checkClaim({ width, height }, bytes, name, limits);
    const isGrey = channels === 1;
    const { data, info } = await image
      .toColourspace(isGrey ? "b-w" : "srgb")
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: isGrey ? 1 : 3, pixels: data };
  } catch (cause) {
    if (cause instanceof HeddleError) throw cause;
    throw notWhole("JPEG", name, cause);
  }
}

/** Throws `dataError` for a size beyond the limits, or one that so few bytes cannot hold. */
function checkClaim(
  { width, height }: { readonly width: number; readonly height: number },
  bytes: Uint8Array,
  name: string,
  limits: ImageLimits,
): void {
  checkSize(width, height, name, limits);
  if (width * height > densest * bytes.length) throw tooFew(name, width, height, bytes.length);
}

/**
 * What the frame's header (SOF) says, of which libvips would make an image of its own; null where it is not found before the
 * first scan, for libvips to say what is wrong.
 */
function frameOf(bytes: Uint8Array): { width: number; height: number; channels: number } | null {
  const word = (at: number): number => bytes[at] * 256 + bytes[at + 1];
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; at += 2 + word(at + 2)) {
    const marker = bytes[at + 1];
    if (marker === 0xda) return null;
    // C4, C8 and CC are tables; the others of C0 to CF begin frames.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    const [height, width] = [word(at + 5), word(at + 7)];
    if (isFrame) return width > 0 && height > 0 ? { height, width, channels: bytes[at + 9] } : null;
    if (word(at + 2) < 2) return null;
  }
  return null;
}

/** Of the image as it is turned by its EXIF orientation. Throws `dataError` as decoding it does. */
export async function jpegSize(
  bytes: Uint8Array,
  name: string,
  limits: ImageLimits,
): Promise<{ height: number; width: number }> {
  const header = readHeader(bytes);
  if (header) {
    const [width, height] = liesOnSide(header.orientation)
      ? [header.height, header.width]
      : [header.width, header.height];
    checkSize(width, height, name, limits);
    return { height, width };
  }
  const open = await loadSharp("JPEG", name);
  try {
    const { autoOrient } = await open(bytes, { limitInputPixels: false }).metadata();
    checkSize(autoOrient.width, autoOrient.height, name, limits);
    return autoOrient;
  } catch (cause) {
    if (cause instanceof HeddleError) throw cause;
    throw notWhole("JPEG", name, cause);
  }
}

const tooFew = (name: string, width: number, height: number, bytes: number): HeddleError =>
  dataError({
    where: name,
    expected: `a JPEG of ${width}x${height} pixels, as its header says`,
    got: `${bytes} bytes, which cannot hold so many`,
  });
