/**
 * Images that show the same without being byte-equal: saved again as JPEG, scaled, a little brighter. Found by their thumbnails
 * (8x8 means of grey), then confirmed pixel by pixel.
 *
 * Images whose quadrants have about the same means lie in the same or in neighboring cells of a grid of four dimensions, so that
 * each is compared with few others.
 */
import type { ImageShape } from "../base/shape.js";
import type { Dataset } from "./dataset.js";
import { splitsOf } from "./samples.js";

const side = 8;
const cells = side * side;
/** Quadrants of copies differ by less than a cell of the grid. */
const cell = 4;
const cellsAcross = Math.ceil(256 / cell) + 2;
/** Thumbnails of copies, less their means, differ by less, in the mean over their pixels, of 0..255. */
const thumbnailDifference = 2.5;
/** Pixels of copies go together at least so well (Pearson's correlation). */
const leastCorrelation = 0.99;
/** Of images with less contrast (deviation of the thumbnail, of 0..255) nothing is told. */
const leastContrast = 4;
/** No more comparisons for one image: crowds of like images are no copies, and would take for ever. */
const mostCompared = 500;

/** Groups of samples (`samples.ts`), each ascending, by their first. */
export function findNearCopies(dataset: Dataset): number[][] {
  const images = imagesOf(dataset);
  const thumbnails = new Float32Array(images.length * cells);
  const quadrants = new Int32Array(images.length * 4);
  const groups = new Groups(images.length);
  const grid = new Map<number, number[]>();
  const scale = 255 / dataset.maximum;
  const alike = new Alike(images, dataset.shape);
  for (const [sample, image] of images.entries()) {
    const thumbnail = thumbnails.subarray(sample * cells, (sample + 1) * cells);
    drawThumbnail(image, dataset.shape, scale, thumbnail);
    const at = quadrants.subarray(sample * 4, (sample + 1) * 4);
    placeInGrid(thumbnail, at);
    if (withoutMean(thumbnail) < leastContrast) continue;
    const key = keyOf(at);
    let compared = 0;
    for (const offset of neighbors) {
      const others = grid.get(key + offset);
      if (!others) continue;
      for (const other of others) {
        if (++compared > mostCompared) break;
        if (differ(thumbnails, sample, other) || groups.of(other) === groups.of(sample)) continue;
        if (alike.are(sample, other)) groups.join(sample, other);
      }
      if (compared >= mostCompared) break;
    }
    const inside = grid.get(key);
    if (inside) inside.push(sample);
    else grid.set(key, [sample]);
  }
  return groups.all();
}

const imagesOf = (dataset: Dataset): Uint8Array[] => {
  const { height, width, channels } = dataset.shape;
  const bytes = height * width * channels;
  return splitsOf(dataset).flatMap(({ count, images }) =>
    Array.from({ length: count }, (_, at) => images.subarray(at * bytes, (at + 1) * bytes)),
  );
};

/** Means over equal parts, of all channels together; of small images several thumbnail pixels are one of theirs. */
function drawThumbnail(
  image: Uint8Array,
  { height, width, channels }: ImageShape,
  scale: number,
  into: Float32Array,
): void {
  for (let row = 0; row < side; row++) {
    const [top, bottom] = partOf(row, height);
    for (let column = 0; column < side; column++) {
      const [left, right] = partOf(column, width);
      let sum = 0;
      for (let y = top; y < bottom; y++) {
        for (let i = (y * width + left) * channels, end = (y * width + right) * channels; i < end; i++) sum += image[i];
      }
      into[row * side + column] = (sum * scale) / ((bottom - top) * (right - left) * channels);
    }
  }
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
  for (let i = 0; i < cells; i++) squares += (thumbnail[i] -= mean) ** 2;
  return Math.sqrt(squares / cells);
}

/** The cell of the grid by the means of the four quadrants. */
function placeInGrid(thumbnail: Float32Array, into: Int32Array): void {
  const sums = [0, 0, 0, 0];
  for (let i = 0; i < cells; i++) {
    const bottom = i >= cells / 2 ? 2 : 0;
    sums[bottom + (i % side >= side / 2 ? 1 : 0)] += thumbnail[i];
  }
  for (let i = 0; i < 4; i++) into[i] = 1 + Math.floor(sums[i] / (cells / 4) / cell);
}

const keyOf = (at: ArrayLike<number>): number =>
  ((at[0] * cellsAcross + at[1]) * cellsAcross + at[2]) * cellsAcross + at[3];

/** From a cell's key to its own and those around it: in each dimension one less, the same, or one more. */
const neighbors = Array.from({ length: 81 }, (_, near) =>
  keyOf([near, near / 3, near / 9, near / 27].map((rest) => (Math.floor(rest) % 3) - 1)),
);

function differ(thumbnails: Float32Array, a: number, b: number): boolean {
  const most = thumbnailDifference * cells;
  let sum = 0;
  for (let i = 0; i < cells; i++) {
    sum += Math.abs(thumbnails[a * cells + i] - thumbnails[b * cells + i]);
    if (sum > most) return true;
  }
  return false;
}

/** Of RGB by what is seen brightest (ITU-R BT.601, times 8): JPEG keeps colors at half the size. */
const [redShare, greenShare, blueShare] = [2, 5, 1];

/**
 * Whether pixels of two images go together: of a = (x - mean) / deviation, the correlation of n pixels is
 * 1 - sum (a - b)^2 / 2 n. The sum only grows, so most pairs are told apart by a few rows.
 */
class Alike {
  readonly #images: readonly Uint8Array[];
  readonly #shape: ImageShape;
  /** 1 / deviation of each image, 0 where it has none, and mean / deviation; NaN until they are asked for. */
  readonly #factors: Float64Array;
  readonly #shifts: Float64Array;

  constructor(images: readonly Uint8Array[], shape: ImageShape) {
    [this.#images, this.#shape] = [images, shape];
    this.#factors = new Float64Array(images.length).fill(NaN);
    this.#shifts = new Float64Array(images.length);
  }

  are(first: number, second: number): boolean {
    for (const image of [first, second]) if (Number.isNaN(this.#factors[image])) this.#measure(image);
    const [a, b] = [this.#images[first], this.#images[second]];
    const [f, g] = [this.#factors[first], this.#factors[second]];
    if (f === 0 || g === 0) return false;
    const shift = this.#shifts[first] - this.#shifts[second];
    const { channels, width } = this.#shape;
    const isColored = channels === 3;
    const row = isColored ? width * 3 : width;
    const pixels = isColored ? a.length / 3 : a.length;
    const most = 2 * (1 - leastCorrelation) * pixels;
    let sum = 0;
    for (let i = 0; i < a.length; ) {
      const end = i + row;
      if (isColored) {
        for (; i < end; i += 3) {
          const x = redShare * a[i] + greenShare * a[i + 1] + blueShare * a[i + 2];
          const y = redShare * b[i] + greenShare * b[i + 1] + blueShare * b[i + 2];
          sum += (f * x - g * y - shift) ** 2;
        }
      } else {
        for (; i < end; i++) sum += (f * a[i] - g * b[i] - shift) ** 2;
      }
      if (sum > most) return false;
    }
    return true;
  }

  #measure(image: number): void {
    const a = this.#images[image];
    const isColored = this.#shape.channels === 3;
    let [sum, squares] = [0, 0];
    for (let i = 0; i < a.length; i += isColored ? 3 : 1) {
      const x = isColored ? redShare * a[i] + greenShare * a[i + 1] + blueShare * a[i + 2] : a[i];
      sum += x;
      squares += x * x;
    }
    const pixels = isColored ? a.length / 3 : a.length;
    const mean = sum / pixels;
    const variance = squares / pixels - mean * mean;
    const factor = variance > 0 ? 1 / Math.sqrt(variance) : 0;
    [this.#factors[image], this.#shifts[image]] = [factor, mean * factor];
  }
}

/** Union-find: what is near to something near is one group. */
class Groups {
  readonly #parent: Uint32Array;

  constructor(samples: number) {
    this.#parent = Uint32Array.from({ length: samples }, (_, i) => i);
  }

  of(sample: number): number {
    let root = sample;
    while (this.#parent[root] !== root) root = this.#parent[root] = this.#parent[this.#parent[root]];
    return root;
  }

  join(a: number, b: number): void {
    const [first, second] = [this.of(a), this.of(b)];
    this.#parent[Math.max(first, second)] = Math.min(first, second);
  }

  /** Those of at least two. */
  all(): number[][] {
    const found = new Map<number, number[]>();
    for (let sample = 0; sample < this.#parent.length; sample++) {
      const root = this.of(sample);
      if (root === sample) continue;
      const group = found.get(root) ?? [root];
      group.push(sample);
      found.set(root, group);
    }
    return [...found.values()].sort((a, b) => a[0] - b[0]);
  }
}
