/** Brings images to one size: averages areas where they shrink, interpolates between pixels where they grow. */
import type { DecodedImage } from "./pixels.js";

/**
 * `crop` fills the new size and cuts off what is left over, half on each side · `pad` fits the whole image in and leaves
 * black around it · `stretch` changes the proportions. All keep the center in the center.
 */
export const fits = ["crop", "pad", "stretch"] as const;
export type Fit = (typeof fits)[number];

export interface ResizeOptions {
  readonly height: number;
  readonly width: number;
  readonly fit: Fit;
}

/** An image that has the size already is returned as it is. */
export function resize(image: DecodedImage, { height, width, fit }: ResizeOptions): DecodedImage {
  if (image.height === height && image.width === width) return image;
  const { channels } = image;
  const scales = [height / image.height, width / image.width];
  const scale = fit === "crop" ? Math.max(...scales) : Math.min(...scales);
  const rows = axis(image.height, height, fit === "stretch" ? scales[0] : scale);
  const columns = axis(image.width, width, fit === "stretch" ? scales[1] : scale);
  const pixels = new Uint8Array(height * width * channels);
  const line = new Float64Array(image.width * channels);
  for (const [i, row] of rows.taps.entries()) {
    sumRows(image, row, line);
    const start = ((rows.first + i) * width + columns.first) * channels;
    for (const [j, { first, weights }] of columns.taps.entries()) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k] * line[(first + k) * channels + c];
        pixels[start + j * channels + c] = Math.round(sum);
      }
    }
  }
  return { width, height, channels, pixels };
}

/** A new pixel: the old ones it is made of, from `first` on, and their shares of it, which add to 1. */
interface Tap {
  readonly first: number;
  readonly weights: readonly number[];
}

/** The new pixels that come from old ones, of all `to`: from `first` on. */
interface Axis {
  readonly first: number;
  readonly taps: readonly Tap[];
}

/** An axis of `from` pixels scaled to a whole number of pixels, of which the middle `to` are kept, or put in the middle of `to`. */
function axis(from: number, to: number, scale: number): Axis {
  const scaled = Math.max(1, Math.round(from * scale));
  const kept = Math.min(scaled, to);
  const cut = Math.floor((scaled - kept) / 2);
  const step = from / scaled;
  const tap = step > 1 ? areaTap : linearTap;
  const taps = Array.from({ length: kept }, (_, i) => tap(cut + i, step, from));
  return { first: Math.floor((to - kept) / 2), taps };
}

/** The old pixels that lie under the new pixel `i`, by how much of each does. */
function areaTap(i: number, step: number, from: number): Tap {
  const start = i * step;
  const end = Math.min((i + 1) * step, from);
  const first = Math.floor(start);
  const weights: number[] = [];
  for (let at = first; at < end; at++) weights.push((Math.min(at + 1, end) - Math.max(at, start)) / (end - start));
  return { first, weights };
}

/** The two old pixels whose centers lie around that of the new pixel `i`; at the border, the one there is. */
function linearTap(i: number, step: number, from: number): Tap {
  const center = Math.min(Math.max((i + 0.5) * step - 0.5, 0), from - 1);
  const first = Math.floor(center);
  const share = center - first;
  return { first, weights: share === 0 ? [1] : [1 - share, share] };
}

/** The weighted sum of whole rows. */
function sumRows({ width, channels, pixels }: DecodedImage, { first, weights }: Tap, into: Float64Array): void {
  into.fill(0);
  const bytes = width * channels;
  for (const [k, weight] of weights.entries()) {
    const start = (first + k) * bytes;
    for (let i = 0; i < bytes; i++) into[i] += weight * pixels[start + i];
  }
}
