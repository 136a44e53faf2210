/** WebP, GIF, TIFF and AVIF by way of `sharp`: the first frame or page, turned as its orientation says. */
import type { Metadata } from "sharp";
import { dataError, HeddleError } from "../base/errors.js";
import type { StoredPixels } from "./paper.js";
import { checkSize, type ImageLimits } from "./pixels.js";
import { loadSharp, notWhole } from "./sharp.js";

export const otherFormats = ["WebP", "GIF", "TIFF", "AVIF"] as const;
export type OtherFormat = (typeof otherFormats)[number];

export interface OtherImage extends StoredPixels {
  /** Of a file of 16 bits a sample, its largest color before it was made one of 8 bits; absent for other files. */
  readonly deepest?: number;
  /** Frames or pages after the first, which are left out. */
  readonly more: number;
}

/** Samples of 16 bits become v >> 8, or v x 255 / `maximum` where that is given. Throws `dataError`, also for floats. */
export async function decodeOther(
  format: OtherFormat,
  bytes: Uint8Array,
  name: string,
  limits: ImageLimits,
  maximum: number | null,
): Promise<OtherImage> {
  const open = await loadSharp(format, name);
  try {
    const image = open(bytes, { limitInputPixels: limits.pixels, autoOrient: true });
    const { width, height, space, depth, hasAlpha, channels: bands, pages = 1 } = await image.metadata();
    checkSize(width, height, name, limits);
    const isGrey = space === "b-w" || space === "grey16";
    const isDeep = depth === "ushort";
    if (!isDeep && depth !== "uchar") throw notSamples(name, depth);
    const space16 = isGrey ? "grey16" : "rgb16";
    const { data, info } = await image
      .toColourspace(isDeep ? space16 : isGrey ? "b-w" : "srgb")
      .raw({ depth: isDeep ? "ushort" : "uchar" })
      .toBuffer({ resolveWithObject: true });
    const channels = ((isGrey ? 1 : 3) + (hasAlpha ? 1 : 0)) as StoredPixels["channels"];
    if (info.channels !== channels || bands > 4) throw notBands(name, bands);
    const size = { width: info.width, height: info.height, channels, more: Math.max(0, pages - 1) };
    return isDeep ? { ...size, ...shallow(data, channels, maximum) } : { ...size, pixels: data };
  } catch (cause) {
    if (cause instanceof HeddleError) throw cause;
    throw notWhole(format, name, cause);
  }
}

/** Of the image as it is turned. Throws `dataError` as decoding it does. */
export async function otherSize(
  format: OtherFormat,
  bytes: Uint8Array,
  name: string,
  limits: ImageLimits,
): Promise<{ height: number; width: number }> {
  const open = await loadSharp(format, name);
  let metadata: Metadata;
  try {
    metadata = await open(bytes, { limitInputPixels: false }).metadata();
  } catch (cause) {
    throw notWhole(format, name, cause);
  }
  const { width, height } = metadata.autoOrient;
  checkSize(width, height, name, limits);
  return { height, width };
}

/** From 16 bits a sample to 8; alpha is always of the full range. */
function shallow(
  data: Uint8Array,
  channels: number,
  maximum: number | null,
): Pick<OtherImage, "pixels" | "deepest"> & { deepest: number } {
  const samples = new Uint16Array(new Uint8Array(data).buffer);
  const colors = channels % 2 === 0 ? channels - 1 : channels;
  let deepest = 0;
  const pixels = Uint8Array.from(samples, (value, i) => {
    if (i % channels >= colors) return value >> 8;
    if (value > deepest) deepest = value;
    return maximum === null ? value >> 8 : Math.min(255, Math.round((value * 255) / maximum));
  });
  return { pixels, deepest };
}

const notBands = (where: string, got: number): HeddleError =>
  dataError({
    where,
    expected: "1 channel (grey), 3 (RGB), or one more for transparency",
    got: `${got}`,
    fix: "Save three of them as an image.",
  });

const notSamples = (where: string, depth: string | undefined): HeddleError =>
  dataError({
    where,
    expected: "samples of at most 16 bits",
    got: depth === "float" || depth === "double" ? `floats (${depth === "float" ? 32 : 64}-bit)` : (depth ?? "others"),
    fix: "Save the images with 8 or 16 bits a sample, or as arrays by numpy.savez and use npz:FILE.",
  });
