/** Pictures of many samples at once: contact sheets and mean images, as 8-bit grey or RGB. */
import type { ImageShape, Split } from "../dataset.js";
import type { DecodedImage } from "../formats/pixels.js";

/** Between the images, in pixels, and its grey: seen on black and on white images, on light and on dark pages. */
const gap = 1;
const gapGrey = 128;

/** What the samples of a sheet have in common. */
export interface Tiles {
  readonly shape: ImageShape;
  /** The largest value a pixel can have: it becomes white. */
  readonly maximum: number;
}

/** The images (height x width x channels bytes each) in rows of `columns`, with lines between them. */
export function contactSheet(images: readonly Uint8Array[], { shape, maximum }: Tiles, columns: number): DecodedImage {
  const across = Math.max(1, Math.min(columns, images.length));
  const down = Math.ceil(images.length / across);
  const channels = shape.channels === 3 ? 3 : 1;
  const width = across * (shape.width + gap) - gap;
  const height = Math.max(1, down * (shape.height + gap) - gap);
  const pixels = new Uint8Array(width * height * channels).fill(gapGrey);
  for (const [i, image] of images.entries()) {
    const left = (i % across) * (shape.width + gap);
    const top = Math.floor(i / across) * (shape.height + gap);
    const { pixels: bytes } = toPicture(image, { shape, maximum });
    const row = shape.width * channels;
    for (let y = 0; y < shape.height; y++) {
      pixels.set(bytes.subarray(y * row, (y + 1) * row), ((top + y) * width + left) * channels);
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
