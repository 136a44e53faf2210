/** Pictures of many samples at once: contact sheets and mean images, as 8-bit grey or RGB. */

import type { ImageShape, Split } from "../base/shape.js";
import { type Tiles, toPicture } from "../data/picture.js";
import type { DecodedImage } from "../formats/pixels.js";

/** Between the pictures, in pixels, and its grey: seen on black and on white images, on light and on dark pages. */
const gap = 1;
const gapGrey = 128;

/** Pictures of one size, at least one, in rows of `columns` with lines between them. */
export function contactSheet(pictures: readonly DecodedImage[], columns: number): DecodedImage {
  const [{ width: tileWidth, height: tileHeight, channels }] = pictures;
  const across = Math.max(1, Math.min(columns, pictures.length));
  const down = Math.ceil(pictures.length / across);
  const width = across * (tileWidth + gap) - gap;
  const height = down * (tileHeight + gap) - gap;
  const pixels = new Uint8Array(width * height * channels).fill(gapGrey);
  const row = tileWidth * channels;
  for (const [i, tile] of pictures.entries()) {
    const left = (i % across) * (tileWidth + gap);
    const top = Math.floor(i / across) * (tileHeight + gap);
    for (let y = 0; y < tileHeight; y++) {
      pixels.set(tile.pixels.subarray(y * row, (y + 1) * row), ((top + y) * width + left) * channels);
    }
  }
  return { width, height, channels, pixels };
}

/** Views of the samples at these positions of the split. */
export function imagesAt({ images }: Split, { height, width, channels }: ImageShape, indices: Iterable<number>) {
  const bytes = height * width * channels;
  return Array.from(indices, (index) => images.subarray(index * bytes, (index + 1) * bytes));
}

/** The mean over the samples, pixel by pixel; black where there are none. */
export function meanImage(images: readonly Uint8Array[], tiles: Tiles): DecodedImage {
  const { height, width, channels } = tiles.shape;
  const sums = new Float64Array(height * width * channels);
  for (const image of images) for (let i = 0; i < sums.length; i++) sums[i] += image[i];
  return toPicture(
    sums.map((sum) => sum / Math.max(1, images.length)),
    tiles,
  );
}

/** `count` of the items, spread evenly from the first on: the whole of the file is seen, not only its beginning. */
export function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]);
}
