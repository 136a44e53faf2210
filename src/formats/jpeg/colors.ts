/** From planes of Y, Cb and Cr to RGB, bit for bit as libjpeg has it: colors are interpolated (3:1), not repeated. */

import { smallArray } from "../slab.js";

/** Samples of one component, in rows of `stride`; `width` x `height` of them are the picture's, the rest fills blocks. */
export interface Plane {
  readonly samples: Uint8Array;
  readonly stride: number;
  readonly width: number;
  readonly height: number;
}

/** Twice as wide: each new sample is three parts of the nearest old one and one of the next. */
export function widen({ samples, stride, width, height }: Plane): Plane {
  const wide = smallArray(2 * width * height);
  const sums = new Int32Array(width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) sums[x] = samples[y * stride + x];
    widenRow(sums, wide, 2 * width * y, 0);
  }
  return { samples: wide, stride: 2 * width, width: 2 * width, height };
}

/** Twice as wide and twice as high: the same in both directions, rounded once. */
export function widenBoth({ samples, stride, width, height }: Plane): Plane {
  const wide = smallArray(4 * width * height);
  const sums = new Int32Array(width);
  for (let y = 0; y < 2 * height; y++) {
    const own = (y >> 1) * stride;
    // Above the first row and below the last one they are repeated.
    const next = Math.min(height - 1, Math.max(0, (y >> 1) + (y % 2 === 0 ? -1 : 1))) * stride;
    // Narrower than three samples, libjpeg repeats them in both directions.
    for (let x = 0; x < width; x++) sums[x] = 3 * samples[own + x] + samples[(width <= 2 ? own : next) + x];
    widenRow(sums, wide, 2 * width * y, 2);
  }
  return { samples: wide, stride: 2 * width, width: 2 * width, height: 2 * height };
}

/** A row of sums, each 2 ** bits samples: half of the roundings are up and half down. */
function widenRow(sums: Int32Array, wide: Uint8Array, at: number, bits: number): void {
  const last = sums.length - 1;
  if (last < 2) {
    for (let x = 0; x <= last; x++) wide[at + 2 * x] = wide[at + 2 * x + 1] = sums[x] >> bits;
    return;
  }
  const shift = 2 + bits;
  const left = bits === 0 ? 1 : 8;
  const right = bits === 0 ? 2 : 7;
  wide[at] = (4 * sums[0] + left) >> shift;
  for (let x = 0, to = at + 1; x < last; x++, to += 2) {
    const own = sums[x];
    const next = sums[x + 1];
    wide[to] = (3 * own + next + right) >> shift;
    wide[to + 1] = (3 * next + own + left) >> shift;
  }
  wide[at + 2 * last + 1] = (4 * sums[last] + right) >> shift;
}

/** The rounded products of the color transform (ITU-R BT.601, full range), 16 bits after the point where two are added. */
const half = 32_768;
const by = (factor: number, offset: number, shift: number): Int32Array =>
  Int32Array.from({ length: 256 }, (_, i) => (factor * (i - 128) + offset) >> shift);
const [redOfCr, blueOfCb, greenOfCr, greenOfCb] = [
  by(91_881, half, 16),
  by(116_130, half, 16),
  by(-46_802, 0, 0),
  by(-22_554, half, 0),
];

/** width x height x 3 bytes. */
export function toRgb(width: number, height: number, luma: Plane, cb: Plane, cr: Plane): Uint8Array {
  const pixels = new Uint8ClampedArray(width * height * 3);
  const lights = luma.samples;
  const blues = cb.samples;
  const reds = cr.samples;
  for (let y = 0, to = 0; y < height; y++) {
    const rowY = y * luma.stride;
    const rowB = y * cb.stride;
    const rowR = y * cr.stride;
    for (let x = 0; x < width; x++, to += 3) {
      const light = lights[rowY + x];
      const b = blues[rowB + x];
      const r = reds[rowR + x];
      pixels[to] = light + redOfCr[r];
      pixels[to + 1] = light + ((greenOfCb[b] + greenOfCr[r]) >> 16);
      pixels[to + 2] = light + blueOfCb[b];
    }
  }
  return new Uint8Array(pixels.buffer);
}

/** The picture's part of a plane. */
export function cut({ samples, stride }: Plane, width: number, height: number): Uint8Array {
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) pixels.set(samples.subarray(y * stride, y * stride + width), y * width);
  return pixels;
}
