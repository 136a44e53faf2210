/** Pictures of many samples at once: contact sheets and mean images, as 8-bit grey or RGB. */
import type { ImageShape, Split } from "../dataset.js";
import type { DecodedImage } from "../formats/pixels.js";

/** Between the pictures, in pixels, and its grey: seen on black and on white images, on light and on dark pages. */
const gap = 1;
const gapGrey = 128;

/** What pixels mean. */
export interface Tiles {
  readonly shape: ImageShape;
  /** The largest value a pixel can have: it becomes white. */
  readonly maximum: number;
}

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

/** One sample in 0..255: RGB where it has three channels, else the mean of its channels as grey. */
export function toPicture(image: ArrayLike<number>, { shape, maximum }: Tiles): DecodedImage {
  const { height, width } = shape;
  const channels = shape.channels === 3 ? 3 : 1;
  const merged = shape.channels / channels;
  const pixels = new Uint8Array(height * width * channels);
  for (let i = 0; i < pixels.length; i++) {
    let sum = 0;
    for (let c = 0; c < merged; c++) sum += image[i * merged + c];
    pixels[i] = Math.round((sum * 255) / (maximum * merged));
  }
  return { width, height, channels, pixels };
}

/** Views of the samples at these positions of the split. */
export function imagesAt({ images }: Split, { height, width, channels }: ImageShape, indices: ArrayLike<number>) {
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
