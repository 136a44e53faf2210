import { philox } from "../../base/random.js";

/** The draws of one image: a function of (key, epoch, sample), a number of [0, 1) for each of 4 words of 8 blocks. */
export class Chances {
  readonly #value = new Float64Array(32);

  constructor(epoch: number, sample: number, { key0, key1 }: { readonly key0: number; readonly key1: number }) {
    const words = new Uint32Array(4);
    for (let block = 0; block < 8; block++) {
      philox([epoch, sample, 0, block], key0, key1, words);
      for (let word = 0; word < 4; word++) this.#value[4 * block + word] = words[word] * 2 ** -32;
    }
  }
  uniform(block: number, word: number): number {
    return this.#value[4 * block + word];
  }
  /** In [-range, range). */
  within(range: number, block: number, word: number): number {
    return range * (2 * this.uniform(block, word) - 1);
  }
  /** One of `count` integers from 0. */
  below(count: number, block: number, word: number): number {
    return Math.floor(this.uniform(block, word) * count);
  }
}
