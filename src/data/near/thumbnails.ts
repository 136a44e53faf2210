/** Thumbnails of images: 8x8 means of grey without their mean, which tell at a glance that two images are no copies. */
import type { ImageShape } from "../../base/shape.js";
import { nearLimits } from "./limits.js";

const side = 8;
const cells = side * side;
/** Sums of 2x2 pixels of a thumbnail: what differs much here differs no less there. */
const coarse = cells / 4;
/** What rounding of coarse sums may add. */
const slack = 0.01;

export class Thumbnails {
  /** Images that show something, ascending. */
  readonly contrasting: Uint32Array;
  /** Of every image, the means of its four quadrants. */
  readonly quadrants: Float64Array;
  readonly #fine: Float32Array;
  /** By places of `sortBy`: compared ones lie side by side. */
  #samples: Uint32Array = new Uint32Array(0);
  #coarse = new Float32Array(0);

  /** `scale` brings pixels to 0..255. */
  constructor(images: readonly Uint8Array[], shape: ImageShape, scale: number) {
    this.#fine = new Float32Array(images.length * cells);
    this.quadrants = new Float64Array(images.length * 4);
    const draw = drawer(shape, scale);
    this.contrasting = Uint32Array.from(images.keys()).filter((sample) => {
      const thumbnail = this.#fine.subarray(sample * cells, (sample + 1) * cells);
      draw(images[sample], thumbnail);
      quadrantsOf(thumbnail, this.quadrants, sample * 4);
      return withoutMean(thumbnail) >= nearLimits.leastContrast;
    });
  }

  /** From here on images are named by their places in the list. */
  sortBy(samples: Uint32Array): void {
    this.#samples = samples;
    this.#coarse = new Float32Array(samples.length * coarse);
    for (const [place, sample] of samples.entries()) {
      for (let i = 0; i < coarse; i++) {
        const at = sample * cells + (i >> 2) * 2 * side + (i & 3) * 2;
        const fine = this.#fine;
        this.#coarse[place * coarse + i] = fine[at] + fine[at + 1] + fine[at + side] + fine[at + side + 1];
      }
    }
  }

  /** True where they cannot be copies of each other. */
  differ(place: number, other: number): boolean {
    const sums = this.#coarse;
    let sum = 0;
    for (let i = place * coarse, j = other * coarse, end = i + coarse; i < end; i += 4, j += 4) {
      sum += Math.abs(sums[i] - sums[j]) + Math.abs(sums[i + 1] - sums[j + 1]);
      sum += Math.abs(sums[i + 2] - sums[j + 2]) + Math.abs(sums[i + 3] - sums[j + 3]);
      if (sum > nearLimits.mostDifference + slack) return true;
    }
    const fine = this.#fine;
    const [a, b] = [this.#samples[place] * cells, this.#samples[other] * cells];
    sum = 0;
    for (let i = 0; i < cells; i++) sum += Math.abs(fine[a + i] - fine[b + i]);
    return sum > nearLimits.mostDifference;
  }
}

/** Means over equal parts, of all channels together; of small images several thumbnail pixels are one of theirs. */
function drawer(
  { height, width, channels }: ImageShape,
  scale: number,
): (image: Uint8Array, into: Float32Array) => void {
  const [rows, columns] = [height, width].map((size) => Array.from({ length: side }, (_, part) => partOf(part, size)));
  const begins = Uint32Array.from(columns, ([left]) => left * channels);
  const ends = Uint32Array.from(columns, ([, right]) => right * channels);
  const areas = rows.flatMap(([top, bottom]) =>
    columns.map(([left, right]) => (bottom - top) * (right - left) * channels),
  );
  const rowBytes = width * channels;
  return (image, into) => {
    for (let row = 0; row < side; row++) {
      const [top, bottom] = rows[row];
      for (let column = 0; column < side; column++) {
        let sum = 0;
        for (let start = top * rowBytes; start < bottom * rowBytes; start += rowBytes) {
          for (let i = start + begins[column], end = start + ends[column]; i < end; i++) sum += image[i];
        }
        into[row * side + column] = (sum * scale) / areas[row * side + column];
      }
    }
  };
}

/** The pixels of `size` that a row or column of the thumbnail covers: at least one. */
function partOf(index: number, size: number): [first: number, end: number] {
  const first = Math.floor((index * size) / side);
  return [first, Math.max(first + 1, Math.floor(((index + 1) * size) / side))];
}

/** Takes its mean away, since a copy may be brighter; returns the deviation. */
function withoutMean(thumbnail: Float32Array): number {
  let mean = 0;
  for (const value of thumbnail) mean += value / cells;
  let squares = 0;
  for (let i = 0; i < cells; i++) {
    const value = thumbnail[i] - mean;
    thumbnail[i] = value;
    squares += value * value;
  }
  return Math.sqrt(squares / cells);
}

function quadrantsOf(thumbnail: Float32Array, into: Float64Array, at: number): void {
  for (let i = 0; i < cells; i++) {
    const bottom = i >= cells / 2 ? 2 : 0;
    into[at + bottom + (i % side >= side / 2 ? 1 : 0)] += thumbnail[i];
  }
  for (let i = at; i < at + 4; i++) into[i] /= cells / 4;
}
