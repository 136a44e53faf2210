/** `--layout`: in which order an array of numbers holds the pixels of an image. */
import type { ImageShape } from "../base/shape.js";

/**
 * `rows`: row by row, the colors of a pixel side by side · `columns`: column by column, as MATLAB and EMNIST have it ·
 * `planes`: all of the first color row by row, then the second, as CIFAR and PyTorch have it.
 */
export const layouts = ["rows", "columns", "planes"] as const;
export type Layout = (typeof layouts)[number];

/** Brings images to rows, in their own memory. */
export function arrange(images: Uint8Array, shape: ImageShape, layout: Layout): void {
  if (layout === "rows" || (layout === "planes" && shape.channels === 1)) return;
  if (layout === "planes" && shape.channels === 3) return zipPlanes(images, shape.height * shape.width);
  const source = sourcesOf(shape, layout);
  const image = new Uint8Array(source.length);
  for (let start = 0; start < images.length; start += source.length) {
    image.set(images.subarray(start, start + source.length));
    for (let i = 0; i < source.length; i++) images[start + i] = image[source[i]];
  }
}

/** Three planes a picture: what CIFAR's 60,000 are made of, and thrice as fast as by a table. */
function zipPlanes(images: Uint8Array, area: number): void {
  if (area % 4 === 0 && images.byteOffset % 4 === 0) return zipWords(images, area);
  const planes = new Uint8Array(3 * area);
  for (let start = 0; start < images.length; start += 3 * area) {
    planes.set(images.subarray(start, start + 3 * area));
    for (let i = 0, at = start; i < area; i++, at += 3) {
      images[at] = planes[i];
      images[at + 1] = planes[area + i];
      images[at + 2] = planes[2 * area + i];
    }
  }
}

/** The same, four pixels at a time: three words of one color each become three of red, green, blue, red … */
function zipWords(images: Uint8Array, area: number): void {
  const words = new Uint32Array(images.buffer, images.byteOffset, Math.floor(images.length / 4));
  const plane = area / 4;
  const planes = new Uint32Array(3 * plane);
  for (let start = 0; start < words.length; start += 3 * plane) {
    planes.set(words.subarray(start, start + 3 * plane));
    for (let i = 0, at = start; i < plane; i++, at += 3) {
      const red = planes[i];
      const green = planes[plane + i];
      const blue = planes[2 * plane + i];
      words[at] = (red & 0xff) | ((green & 0xff) << 8) | ((blue & 0xff) << 16) | ((red & 0xff00) << 16);
      words[at + 1] = ((green >>> 8) & 0xff) | (blue & 0xff00) | (red & 0xff0000) | ((green & 0xff0000) << 8);
      words[at + 2] =
        ((blue >>> 16) & 0xff) | ((red >>> 16) & 0xff00) | ((green >>> 8) & 0xff0000) | (blue & 0xff000000);
    }
  }
}

/** Where each byte of an image in rows stands in the other layout. */
function sourcesOf({ height, width, channels }: ImageShape, layout: Layout): Uint32Array {
  const sources = new Uint32Array(height * width * channels);
  let next = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let channel = 0; channel < channels; channel++) {
        sources[next++] =
          layout === "columns"
            ? (column * height + row) * channels + channel
            : (channel * height + row) * width + column;
      }
    }
  }
  return sources;
}

/** So many images show how their bytes lie. */
const looked = 64;
/** Neighbors that are so much more alike in the other layout are no chance. */
const clearly = 0.6;

/**
 * True where bytes taken as rows of RGB change far less from one to the next if they are taken as planes: pictures are
 * smooth, and colors in the wrong order are not.
 */
export function looksLikePlanes(images: Uint8Array, { height, width, channels }: ImageShape): boolean {
  if (channels !== 3 || width < 4) return false;
  const bytes = height * width * channels;
  const count = Math.min(looked, Math.floor(images.length / bytes));
  let [asRows, asPlanes] = [0, 0];
  for (let i = 0; i < count * bytes; i++) {
    const at = i % bytes;
    if (at + 3 < bytes && Math.floor(at / 3) % width < width - 1) asRows += Math.abs(images[i] - images[i + 3]);
    // From one pixel to the next alone: within one, the colors of a grey picture are alike in either layout.
    if (at % 3 === 2 && at % width < width - 1) asPlanes += 3 * Math.abs(images[i] - images[i + 1]);
  }
  return asPlanes < clearly * asRows;
}
