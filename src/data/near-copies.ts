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
  for (const [sample, image] of images.entries()) {
    const thumbnail = thumbnails.subarray(sample * cells, (sample + 1) * cells);
    drawThumbnail(image, dataset.shape, scale, thumbnail);
    const at = quadrants.subarray(sample * 4, (sample + 1) * 4);
    placeInGrid(thumbnail, at);
    if (withoutMean(thumbnail) < leastContrast) continue;
    let compared = 0;
    for (let near = 0; near < 81 && compared < mostCompared; near++) {
      for (const other of grid.get(keyOf(at, near)) ?? []) {
        if (++compared > mostCompared) break;
        if (groups.of(other) === groups.of(sample)) continue;
        if (differ(thumbnails, sample, other) || correlation(image, images[other], dataset.shape) < leastCorrelation)
          continue;
        groups.join(sample, other);
      }
    }
    const key = keyOf(at, 40);
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

/** Of the cell itself (`near` 40) or one of those around it: in each dimension one less, the same, or one more. */
function keyOf(at: Int32Array, near: number): number {
  let [key, rest] = [0, near];
  for (let i = 0; i < 4; i++) {
    key = key * cellsAcross + at[i] + (rest % 3) - 1;
    rest = Math.floor(rest / 3);
  }
  return key;
}

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

function correlation(a: Uint8Array, b: Uint8Array, { channels }: ImageShape): number {
  const isColored = channels === 3;
  let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i += isColored ? 3 : 1) {
    const x = isColored ? redShare * a[i] + greenShare * a[i + 1] + blueShare * a[i + 2] : a[i];
    const y = isColored ? redShare * b[i] + greenShare * b[i + 1] + blueShare * b[i + 2] : b[i];
    sumA += x;
    sumB += y;
    squaresA += x * x;
    squaresB += y * y;
    products += x * y;
  }
  const n = isColored ? a.length / 3 : a.length;
  const spread = (n * squaresA - sumA * sumA) * (n * squaresB - sumB * sumB);
  return spread <= 0 ? 0 : (n * products - sumA * sumB) / Math.sqrt(spread);
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
