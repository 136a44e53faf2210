/**
 * Held-out images that show what a training image shows: moved by some pixels, brightened, saved again as JPEG. What a move
 * brings in at the border can be anything, so the middle of a held-out image is cut out at every place that a move can have
 * put it, and looked for among the middles of the training images: by their lowest frequencies (2-D DCT without the mean,
 * at length 1, which brightness does not change), in a grid over four of them; `same-picture.ts` confirms on the pixels.
 */

import type { Dataset } from "../../data/dataset.js";
import { sgemm } from "../../kernels/gemm.js";
import { GreyImages } from "./grey-images.js";
import { showsTheSame } from "./same-picture.js";

export interface MovedCopy {
  /** Samples, as `samples.ts` counts them. */
  readonly held: number;
  readonly trained: number;
}

/** Frequencies in either direction. */
const frequencies = 5;
/**
 * Squared distance of two copies' descriptions at most. Saving as JPEG costs up to 0.0015 (of 8x8 digits 0.015), brightening
 * that cuts at white 0.02; a move costs nothing, so that moved copies are looked for more narrowly: there are many places.
 */
const [farthest, farthestMoved] = [0.02, 0.004];
/** Cells of the grid are as wide as a copy can be away in one number, so that it lies in the same cell or in a neighbor. */
const cell = Math.sqrt(farthest);
const across = Math.ceil(2 / cell) + 3;
const gridNumbers = 4;
/** So many images are described at a time. */
const chunk = 512;

export interface Look {
  readonly trained: Uint32Array;
  readonly held: Uint32Array;
  /** Hears now and then how many of `held` have been looked at. */
  readonly onLook?: (done: number) => void;
}

/** The first training image found for each of `held` that has one. */
export async function findMovedCopies(dataset: Dataset, { trained, held, onLook }: Look): Promise<MovedCopy[]> {
  const images = new GreyImages(dataset);
  const { height, width } = images;
  // Two pixels of 28 or 32, one of 8.
  const move = Math.max(1, Math.round(Math.min(height, width) / 14));
  if (Math.min(height, width) < 2 * move + 4 || trained.length === 0) return [];
  const places = square(-move, move);
  const none = { top: 0, left: 0 };
  const numbers = frequencies ** 2 - 1;
  const cut = { move, height: height - 2 * move, width: width - 2 * move };
  const known = describe(images, trained, [none], cut);
  const grid = new Grid(known, numbers);
  const found: MovedCopy[] = [];
  for (let first = 0; first < held.length; first += chunk) {
    onLook?.(first);
    // Others, such as a bar and Ctrl-C, get their turn.
    await new Promise(setImmediate);
    const some = held.subarray(first, first + chunk);
    const wanted = describe(images, some, places, cut);
    for (const [i, sample] of some.entries()) {
      const match = (): number => {
        for (const [p, place] of places.entries()) {
          const from = (i * places.length + p) * numbers;
          const most = place.top === 0 && place.left === 0 ? farthest : farthestMoved;
          for (const k of grid.near(wanted.subarray(from, from + numbers), most)) {
            if (showsTheSame(images, sample, trained[k], place)) return trained[k];
          }
        }
        return -1;
      };
      const twin = images.isEven(sample) ? -1 : match();
      if (twin >= 0) found.push({ held: sample, trained: twin });
    }
  }
  return found;
}

export interface Move {
  readonly top: number;
  readonly left: number;
}

/** All moves within a square, the shortest first. */
const square = (least: number, most: number): Move[] => {
  const side = Array.from({ length: most - least + 1 }, (_, i) => least + i);
  const moves = side.flatMap((top) => side.map((left) => ({ top, left })));
  return moves.sort((a, b) => a.top ** 2 + a.left ** 2 - b.top ** 2 - b.left ** 2);
};

interface Cut {
  readonly move: number;
  readonly height: number;
  readonly width: number;
}

/** [samples][places][numbers]: of the middle of each image, moved to each of the places. */
function describe(images: GreyImages, samples: Uint32Array, places: readonly Move[], cut: Cut): Float32Array {
  const numbers = frequencies ** 2 - 1;
  const [pixels, columns] = [images.height * images.width, places.length * numbers];
  const basis = basisOf(images, places, cut);
  const found = new Float32Array(samples.length * columns);
  const rows = new Float32Array(Math.min(chunk, samples.length) * pixels);
  for (let first = 0; first < samples.length; first += chunk) {
    const m = Math.min(chunk, samples.length - first);
    for (let i = 0; i < m; i++) images.read(samples[first + i], rows.subarray(i * pixels, (i + 1) * pixels));
    const c = found.subarray(first * columns, (first + m) * columns);
    sgemm({ m, n: columns, k: pixels, a: rows.subarray(0, m * pixels), b: basis, c });
  }
  for (let at = 0; at < found.length; at += numbers) {
    let squares = 0;
    for (let d = 0; d < numbers; d++) squares += found[at + d] ** 2;
    const length = Math.sqrt(squares) || 1;
    for (let d = 0; d < numbers; d++) found[at + d] /= length;
  }
  return found;
}

/** [pixels][places][numbers]: DCT-II over the middle, 0 outside of it, moved. */
function basisOf({ height, width }: GreyImages, places: readonly Move[], cut: Cut): Float32Array {
  const numbers = frequencies ** 2 - 1;
  const basis = new Float32Array(height * width * places.length * numbers);
  const wave = (frequency: number, at: number, length: number): number =>
    (frequency > 0 ? Math.SQRT2 : 1) * Math.cos((Math.PI * frequency * (at + 0.5)) / length);
  for (const [p, { top, left }] of places.entries()) {
    for (let y = 0; y < cut.height; y++) {
      for (let x = 0; x < cut.width; x++) {
        const pixel = (y + cut.move + top) * width + x + cut.move + left;
        for (let d = 0; d < numbers; d++) {
          const [u, v] = [Math.floor((d + 1) / frequencies), (d + 1) % frequencies];
          basis[(pixel * places.length + p) * numbers + d] = wave(u, y, cut.height) * wave(v, x, cut.width);
        }
      }
    }
  }
  return basis;
}

/** Of a number of -1 to 1, and a little beyond. */
const cellAt = (value: number): number => 1 + Math.floor((value + 1) / cell);

/** Descriptions by the cell that they lie in. */
class Grid {
  readonly #known: Float32Array;
  readonly #numbers: number;
  /** The numbers that differ most from image to image. */
  readonly #axes: readonly number[];
  /** Those of cell c are `members[starts[c]]` to before `members[starts[c + 1]]`. */
  readonly #starts: Uint32Array;
  readonly #members: Uint32Array;

  constructor(known: Float32Array, numbers: number) {
    [this.#known, this.#numbers] = [known, numbers];
    const count = known.length / numbers;
    this.#axes = widest(known, numbers).slice(0, gridNumbers);
    const cells = Uint32Array.from({ length: count }, (_, i) => this.#cellOf(known, i * numbers));
    this.#starts = new Uint32Array(across ** gridNumbers + 1);
    for (const at of cells) this.#starts[at + 1]++;
    for (let i = 1; i < this.#starts.length; i++) this.#starts[i] += this.#starts[i - 1];
    this.#members = new Uint32Array(count);
    const next = this.#starts.slice();
    for (const [i, at] of cells.entries()) this.#members[next[at]++] = i;
  }

  /** Places of the descriptions that are not farther, in squares. */
  *near(wanted: Float32Array, most: number): Generator<number> {
    const reach = Math.sqrt(most);
    let cells = [0];
    for (let axis = gridNumbers - 1; axis >= 0; axis--) {
      const value = wanted[this.#axes[axis]];
      const [first, last] = [cellAt(value - reach), cellAt(value + reach)];
      const along = Array.from({ length: last - first + 1 }, (_, i) => first + i);
      cells = cells.flatMap((at) => along.map((next) => at * across + next));
    }
    for (const at of cells) {
      for (let m = this.#starts[at]; m < this.#starts[at + 1]; m++) {
        if (this.#isNear(wanted, this.#members[m], most)) yield this.#members[m];
      }
    }
  }

  #cellOf(list: Float32Array, from: number): number {
    let at = 0;
    for (let axis = gridNumbers - 1; axis >= 0; axis--) {
      at = at * across + cellAt(list[from + this.#axes[axis]]);
    }
    return at;
  }

  #isNear(wanted: Float32Array, k: number, most: number): boolean {
    let squares = 0;
    for (let d = 0; d < this.#numbers; d++) {
      squares += (wanted[d] - this.#known[k * this.#numbers + d]) ** 2;
      if (squares > most) return false;
    }
    return true;
  }
}

/** Numbers of the descriptions by their variance, the largest first. */
function widest(known: Float32Array, numbers: number): number[] {
  const [sums, squares] = [new Float64Array(numbers), new Float64Array(numbers)];
  for (const [i, value] of known.entries()) {
    sums[i % numbers] += value;
    squares[i % numbers] += value * value;
  }
  const count = known.length / numbers;
  const variance = (d: number): number => squares[d] / count - (sums[d] / count) ** 2;
  return Array.from({ length: numbers }, (_, d) => d).sort((a, b) => variance(b) - variance(a));
}
