/**
 * Whether one image is another one moved, brightened or saved again: a straight line is laid through their pixels where they
 * overlap, and what it leaves over is looked at. Saving again leaves noise that is zero in the mean over every few pixels; of
 * two pictures of the same kind of thing some place always differs. The line's ends are cut at black and white, as brightening
 * cuts them.
 */

import type { Move } from "./find.js";
import type { GreyImages } from "./grey-images.js";

/** Correlation below which nobody need look closer. */
const leastCorrelation = 0.9;
/** The largest mean over a few pixels of what is left over, in deviations of the image, or in steps of 255 where it is pale. */
const [mostDeviations, mostSteps] = [0.13, 5];
/** Gain from one to the other: more is no brightening. */
const [leastGain, mostGain] = [0.4, 2.5];
const [black, white] = [0.5, 254.5];

interface Overlap {
  readonly rows: number;
  readonly columns: number;
  /** Pixel by pixel, of both. */
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** `moved`: where the second image's middle lies in the first. */
export const showsTheSame = (images: GreyImages, first: number, second: number, moved: Move): boolean =>
  images.greys.some((grey) => fits(images, overlapOf(images, images.of(first, grey), images.of(second, grey), moved)));

function fits(images: GreyImages, overlap: Overlap): boolean {
  const { a, b } = overlap;
  const every = lineThrough(a, b, () => true);
  if (every.correlation < leastCorrelation || !isGain(every.gain)) return false;
  const side = Math.max(2, Math.round(Math.min(images.height, images.width) / 8));
  const most = Math.max(mostDeviations * every.deviation, mostSteps);
  if (largestMean(overlap, every, side) <= most) return true;
  const onBlack = isDark(a, b);
  const inside = (i: number): boolean => a[i] < white && b[i] < white && (a[i] > black || b[i] > black || onBlack);
  const line = lineThrough(a, b, inside);
  return isGain(line.gain) && largestMean(overlap, line, side) <= most;
}

const isGain = (gain: number): boolean => gain >= leastGain && gain <= mostGain;

/** Most of the first image is black and so is the second: black ground, not cut off. */
function isDark(a: Float32Array, b: Float32Array): boolean {
  let both = 0;
  for (let i = 0; i < a.length; i++) if (a[i] <= black && b[i] <= black) both++;
  return both > a.length / 10;
}

function overlapOf(
  { height, width }: GreyImages,
  first: Float32Array,
  second: Float32Array,
  { top, left }: Move,
): Overlap {
  const [rows, columns] = [height - Math.abs(top), width - Math.abs(left)];
  const cut = (image: Float32Array, y: number, x: number): Float32Array => {
    const part = new Float32Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      const from = (row + y) * width + x;
      part.set(image.subarray(from, from + columns), row * columns);
    }
    return part;
  };
  return {
    rows,
    columns,
    a: cut(first, Math.max(0, top), Math.max(0, left)),
    b: cut(second, Math.max(0, -top), Math.max(0, -left)),
  };
}

interface Line {
  /** a = gain b + offset, by least squares. */
  readonly gain: number;
  readonly offset: number;
  readonly correlation: number;
  /** Of a. */
  readonly deviation: number;
}

function lineThrough(a: Float32Array, b: Float32Array, counts: (i: number) => boolean): Line {
  let [n, sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    if (!counts(i)) continue;
    n++;
    sumA += a[i];
    sumB += b[i];
    squaresA += a[i] * a[i];
    squaresB += b[i] * b[i];
    products += a[i] * b[i];
  }
  const [varianceA, varianceB] = [squaresA - (sumA * sumA) / n, squaresB - (sumB * sumB) / n];
  const covariance = products - (sumA * sumB) / n;
  const gain = varianceB > 0 ? covariance / varianceB : 0;
  return {
    gain,
    offset: (sumA - gain * sumB) / n,
    correlation: varianceA > 0 && varianceB > 0 ? covariance / Math.sqrt(varianceA * varianceB) : 0,
    deviation: Math.sqrt(Math.max(0, varianceA) / n),
  };
}

/** The largest mean, over a square of `side` pixels, of what the line leaves over. */
function largestMean({ rows, columns, a, b }: Overlap, { gain, offset }: Line, side: number): number {
  const sums = new Float64Array((rows + 1) * (columns + 1));
  for (let y = 0; y < rows; y++) {
    let row = 0;
    for (let x = 0; x < columns; x++) {
      const i = y * columns + x;
      row += leftOver(a[i], b[i], gain * b[i] + offset);
      sums[(y + 1) * (columns + 1) + x + 1] = sums[y * (columns + 1) + x + 1] + row;
    }
  }
  let largest = 0;
  for (let y = side; y <= rows; y++) {
    for (let x = side; x <= columns; x++) {
      const [below, above] = [y * (columns + 1), (y - side) * (columns + 1)];
      const sum = sums[below + x] - sums[below + x - side] - sums[above + x] + sums[above + x - side];
      largest = Math.max(largest, Math.abs(sum));
    }
  }
  return largest / side ** 2;
}

/** What was cut off at white or black in one of the two may have been anything beyond. */
function leftOver(a: number, b: number, expected: number): number {
  if (b >= white) return Math.min(0, a - Math.min(255, expected));
  if (b <= black) return Math.max(0, a - Math.max(0, expected));
  return a - Math.min(255, Math.max(0, expected));
}
