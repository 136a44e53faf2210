/**
 * Randomness without state: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") maps
 * a counter of four words and a key of two to four random words. Whoever knows (seed, purpose, item) and the place can
 * make any draw again, on any thread and in any order: that is why a resumed run needs no generator state.
 *
 *   key     = (seed folded to 32 bits, purpose << 24 | item)      item: a tensor's or a layer's index
 *   counter = (a, b, c, block)                                    a, b, c: the place, as (epoch, sample, 0)
 *
 * The bytes of a run are made of these bits. The logarithm and cosine under the normals are therefore our own, from
 * operations that IEEE 754 rounds exactly: no engine's maths library decides a weight.
 */

/** What a draw is for. Numbers never change: they are part of every seed's meaning. */
export const purposes = {
  shuffle: 1,
  split: 2,
  subset: 3,
  weights: 4,
  synthetic: 5,
  dropout: 6,
  augment: 7,
  targets: 8,
  test: 9,
  search: 10,
  mix: 11,
} as const;
export type Purpose = keyof typeof purposes;

const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
const weyl0 = 0x9e3779b9;
const weyl1 = 0xbb67ae85;

/** The high word of the 64-bit product of two 32-bit words, by 16-bit halves; no partial sum passes 2^32. */
function multiplyHigh(x: number, y: number): number {
  const x0 = x & 0xffff;
  const x1 = x >>> 16;
  const y0 = y & 0xffff;
  const y1 = y >>> 16;
  const low = (Math.imul(x1, y0) + (Math.imul(x0, y0) >>> 16)) >>> 0;
  const middle = (Math.imul(x0, y1) + (low & 0xffff)) >>> 0;
  return (Math.imul(x1, y1) + (low >>> 16) + (middle >>> 16)) >>> 0;
}

/** out[0..3] = the random block of `counter` under the key. `out` may be `counter`. */
export function philox(counter: Readonly<ArrayLike<number>>, key0: number, key1: number, out: Uint32Array): void {
  let a = counter[0] | 0;
  let b = counter[1] | 0;
  let c = counter[2] | 0;
  let d = counter[3] | 0;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(a, multiplier0);
    const high1 = multiplyHigh(c, multiplier1);
    const low0 = Math.imul(a, multiplier0);
    const low1 = Math.imul(c, multiplier1);
    a = high1 ^ b ^ key0;
    b = low1;
    c = high0 ^ d ^ key1;
    d = low0;
    key0 = (key0 + weyl0) | 0;
    key1 = (key1 + weyl1) | 0;
  }
  out[0] = a;
  out[1] = b;
  out[2] = c;
  out[3] = d;
}

/** A seed of up to 53 bits as one word. Seeds below 2^32 stay themselves, so no two of them meet. */
export function foldSeed(seed: number): number {
  const high = Math.floor(seed / 2 ** 32);
  return ((seed >>> 0) ^ Math.imul(high, weyl0)) >>> 0;
}

/** The key of a stream, for native code too. `item` stays below 2^24. */
export function streamKey(seed: number, purpose: Purpose, item = 0): readonly [number, number] {
  return [foldSeed(seed), ((purposes[purpose] << 24) | item) >>> 0];
}

/** Draws in sequence from one place. `at` moves to another place and starts there anew. */
export class Stream {
  readonly #key0: number;
  readonly #key1: number;
  readonly #counter = new Uint32Array(4);
  readonly #block = new Uint32Array(4);
  #used = 4;

  constructor(seed: number, purpose: Purpose, item = 0) {
    [this.#key0, this.#key1] = streamKey(seed, purpose, item);
  }

  /** To the beginning of the place (a, b, c). */
  at(a: number, b = 0, c = 0): this {
    this.#counter[0] = a;
    this.#counter[1] = b;
    this.#counter[2] = c;
    this.#counter[3] = 0;
    this.#used = 4;
    return this;
  }

  /** 32 random bits. */
  word(): number {
    if (this.#used === 4) {
      philox(this.#counter, this.#key0, this.#key1, this.#block);
      this.#counter[3]++;
      this.#used = 0;
    }
    return this.#block[this.#used++];
  }

  /** An integer in [0, n), every one equally likely; 1 <= n <= 2^32. Lemire's method: redraw where the product's low word is too low. */
  below(n: number): number {
    if (n === 2 ** 32) return this.word();
    let word = this.word();
    let low = Math.imul(word, n) >>> 0;
    if (low < n) {
      const threshold = (2 ** 32 - n) % n;
      while (low < threshold) {
        word = this.word();
        low = Math.imul(word, n) >>> 0;
      }
    }
    return multiplyHigh(word, n);
  }

  /** A double in [0, 1), a multiple of 2^-53. */
  uniform(): number {
    const high = this.word() >>> 5;
    return (high * 2 ** 26 + (this.word() >>> 6)) * 2 ** -53;
  }

  /** One standard normal (two uniforms; the pair's second is dropped). Use `fillNormal` for many. */
  normal(): number {
    const radius = Math.sqrt(-2 * log(1 - this.uniform()));
    return radius * cosTurns(this.uniform());
  }

  /** Standard normals by Box-Muller, in pairs: out[2p] and out[2p + 1] from two uniforms, one block. */
  fillNormal(out: Float64Array): void {
    for (let i = 0; i < out.length; i += 2) {
      const radius = Math.sqrt(-2 * log(1 - this.uniform()));
      const turn = this.uniform();
      out[i] = radius * cosTurns(turn);
      if (i + 1 < out.length) out[i + 1] = radius * sinTurns(turn);
    }
  }
}

/** The identity permutation of n elements. */
export function identity(n: number): Uint32Array<ArrayBuffer> {
  const indices = new Uint32Array(n);
  for (let i = 0; i < n; i++) indices[i] = i;
  return indices;
}

/** Fisher-Yates from the end, in place: element i changes place with one of 0..i, drawn at the place (epoch, i). */
export function shuffle(indices: Uint32Array, seed: number, epoch: number, purpose: Purpose = "shuffle"): void {
  const stream = new Stream(seed, purpose);
  for (let i = indices.length - 1; i > 0; i--) {
    const j = stream.at(epoch, i).below(i + 1);
    const moved = indices[i];
    indices[i] = indices[j];
    indices[j] = moved;
  }
}

const float = new Float64Array(1);
/** The two words of `float`, low first: every machine that Heddle runs on is little-endian. */
const words = new Uint32Array(float.buffer);

/** ln 2 in two parts; the first ends in 21 zero bits, so that its products with an exponent are exact. */
const ln2High = 6.9314718036912381649e-1;
const ln2Low = 1.90821492927058770002e-10;

/** c[0] + c[1] z + c[2] z^2 + …, from the last. */
function polynomial(z: number, coefficients: readonly number[]): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * z + coefficients[i];
  return sum;
}

const atanhTail = [1 / 3, 1 / 5, 1 / 7, 1 / 9, 1 / 11, 1 / 13, 1 / 15, 1 / 17, 1 / 19, 1 / 21];

/**
 * Natural logarithm of a positive normal double, within 2 ulp (tested: 4): x = 2^k m with m in [sqrt 1/2, sqrt 2),
 * ln m = 2 atanh(s) = 2 s (1 + s^2/3 + s^4/5 + …) with s = (m - 1)/(m + 1), |s| < 0.172, cut where a term is below 2^-56.
 */
export function log(x: number): number {
  float[0] = x;
  let k = (words[1] >>> 20) - 1023;
  words[1] = (words[1] & 0xfffff) | 0x3ff00000;
  let m = float[0];
  if (m > Math.SQRT2) {
    m *= 0.5;
    k++;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  return k * ln2High + (2 * s + (2 * s * (z * polynomial(z, atanhTail)) + k * ln2Low));
}

// The Taylor series from their third and second term to x^16 and x^17: for |x| <= pi/4 what is cut off is below 2^-57.
const cosTail = [1 / 24, -1 / 720, 1 / 40320, -1 / 3628800, 1 / 479001600, -1 / 87178291200, 1 / 20922789888000];
const sinTail = [
  -1 / 6,
  1 / 120,
  -1 / 5040,
  1 / 362880,
  -1 / 39916800,
  1 / 6227020800,
  -1 / 1307674368000,
  1 / 355687428096000,
];

function cosSmall(x: number): number {
  const z = x * x;
  return 1 - (0.5 * z - z * z * polynomial(z, cosTail));
}

function sinSmall(x: number): number {
  const z = x * x;
  return x + x * z * polynomial(z, sinTail);
}

/**
 * cos(2 pi t) and sin(2 pi t) for t in [0, 1), within 2 ulp (tested: 4): counted in turns, taking off whole quarters is exact,
 * and only the product of what remains with 2 pi is rounded.
 */
export function cosTurns(t: number): number {
  const quarter = Math.floor(4 * t + 0.5);
  const x = 2 * Math.PI * (t - quarter / 4);
  switch (quarter & 3) {
    case 0:
      return cosSmall(x);
    case 1:
      return -sinSmall(x);
    case 2:
      return -cosSmall(x);
    default:
      return sinSmall(x);
  }
}

export function sinTurns(t: number): number {
  const quarter = Math.floor(4 * t + 0.5);
  const x = 2 * Math.PI * (t - quarter / 4);
  switch (quarter & 3) {
    case 0:
      return sinSmall(x);
    case 1:
      return cosSmall(x);
    case 2:
      return -sinSmall(x);
    default:
      return -cosSmall(x);
  }
}
