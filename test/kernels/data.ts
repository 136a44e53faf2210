/** Contents of buffers for tests: the same numbers in every run. */

import { panelVectors } from "../../src/kernels/layout.js";
import type { Format, Matrix, Real } from "./lab.js";

/** Numbers in [0, 1): Marsaglia's xorshift of 32 bits. */
export function random(seed: number): () => number {
  let state = (seed * 2654435761 + 1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

export const padded = (n: number, { lanes }: Format): number => Math.ceil(n / lanes) * lanes;

/** A buffer whose contents must not matter. */
export const blank = (format: Format, length: number): Real => format.array(length).fill(NaN);

/** Numbers in [-1, 1). */
export function uniform(format: Format, length: number, next: () => number): Real {
  return format.array(length).map(() => 2 * next() - 1);
}

/** Numbers from row to row: n in whole vectors, and some more. */
const ldOf = (n: number, format: Format, spare: number): number => padded(n, format) + spare * format.lanes;

/** Rows whose contents must not matter. `spare`: vectors between them. */
export const blankRows = (format: Format, count: number, n: number, spare = 0): Matrix => ({
  numbers: blank(format, count * ldOf(n, format, spare)),
  ld: ldOf(n, format, spare),
});

/** Rows of n numbers in [-1, 1). What lies beyond is nobody's. */
export function rows(format: Format, count: number, n: number, next: () => number, spare = 0): Matrix {
  const { numbers, ld } = blankRows(format, count, n, spare);
  for (let r = 0; r < count; r++) for (let i = 0; i < n; i++) numbers[r * ld + i] = 2 * next() - 1;
  return { numbers, ld };
}

/** The same with zeros up to the next whole vector, as weights, deltas and what kernels write have them. */
export function paddedRows(format: Format, count: number, n: number, next: () => number, spare = 0): Matrix {
  const { numbers, ld } = rows(format, count, n, next, spare);
  for (let r = 0; r < count; r++) numbers.fill(0, r * ld + n, r * ld + padded(n, format));
  return { numbers, ld };
}

/** Rows with every number changed. */
export const mapRows = ({ numbers, ld }: Matrix, of: (value: number) => number): Matrix => ({
  numbers: numbers.map(of),
  ld,
});

/** Rows of n bytes whose contents must not matter, `spare` bytes between them. */
export const blankBytes = (count: number, n: number, spare = 0): Matrix<Uint8Array> => ({
  numbers: new Uint8Array(count * (n + spare)).fill(255),
  ld: n + spare,
});

/** A row of n numbers and zeros up to the next whole vector: a bias, its gradient, its state. */
export const vector = (format: Format, n: number, next: () => number): Real => paddedRows(format, 1, n, next).numbers;

/** Where number (k, j) of a packed matrix of `depth` rows and n columns lies. */
export function panelIndex(format: Format, depth: number, n: number, k: number, j: number): number {
  const panel = panelVectors * format.lanes;
  const first = j - (j % panel);
  const width = Math.min(panel, padded(n, format) - first);
  return first * depth + k * width + (j - first);
}

/** A packed matrix of `depth` rows and n columns; padding is zero. */
export function pack(format: Format, depth: number, n: number, at: (k: number, j: number) => number): Real {
  const out = format.array(depth * padded(n, format));
  for (let k = 0; k < depth; k++) for (let j = 0; j < n; j++) out[panelIndex(format, depth, n, k, j)] = at(k, j);
  return out;
}

/** A matrix [k][n] packed, and its transpose packed. */
export function weights(format: Format, k: number, n: number, next: () => number): { w: Real; wt: Real; plain: Real } {
  const plain = uniform(format, k * n, next);
  return {
    plain,
    w: pack(format, k, n, (p, j) => plain[p * n + j]),
    wt: pack(format, n, k, (j, p) => plain[p * n + j]),
  };
}
