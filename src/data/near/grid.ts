/** Images by the means of their quadrants: a grid of four dimensions, of which only the cells that hold something are there. */
import { nearLimits } from "./limits.js";

const { cell } = nearLimits;
const across = Math.ceil(256 / cell) + 2;

export interface Cell {
  /** Its places in `samples`. */
  readonly begin: number;
  readonly end: number;
  /** Itself and the cells around it, by number. */
  readonly around: readonly number[];
}

export class Grid {
  /** Cell by cell, ascending in each. */
  readonly samples: Uint32Array;
  /** Where each cell begins in `samples`, and the end of the last. */
  readonly begins: Uint32Array;
  readonly #keys: Float64Array;

  /** `quadrants` has four means of every image, 0..255, `samples` those to be placed, ascending. */
  constructor(samples: Uint32Array, quadrants: Float64Array) {
    const all = quadrants.length / 4;
    const placed = Float64Array.from(
      samples,
      (sample) => keyOf(quadrants.subarray(4 * sample, 4 * sample + 4)) * all + sample,
    );
    placed.sort();
    this.samples = Uint32Array.from(placed, (both) => both % all);
    const keys = placed.map((both) => Math.floor(both / all));
    const firsts = Uint32Array.from(keys.keys()).filter((place) => place === 0 || keys[place] !== keys[place - 1]);
    this.begins = Uint32Array.of(...firsts, keys.length);
    this.#keys = Float64Array.from(firsts, (place) => keys[place]);
  }

  /** In ascending order of their keys: so do those of the cells at one offset from them ascend, and each is found by going on. */
  *cells(): Generator<Cell> {
    const next = new Uint32Array(offsets.length);
    const keys = this.#keys;
    for (const [number, key] of keys.entries()) {
      const around: number[] = [];
      for (const [i, offset] of offsets.entries()) {
        while (keys[next[i]] < key + offset) next[i]++;
        if (keys[next[i]] === key + offset) around.push(next[i]);
      }
      yield { begin: this.begins[number], end: this.begins[number + 1], around };
    }
  }
}

const keyOf = (means: Float64Array): number =>
  means.reduce((key, mean) => key * across + 1 + Math.floor(mean / cell), 0);

/** From a cell's key to its own and those around it: in each dimension one less, the same, or one more. */
const offsets = Array.from({ length: 81 }, (_, near) =>
  [near, near / 3, near / 9, near / 27].reduce((key, rest) => key * across + (Math.floor(rest) % 3) - 1, 0),
);
