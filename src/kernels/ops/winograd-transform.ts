/** Winograd's F(4x4, 3x3) by its matrices, at the points 0, p, -p, q, -q and infinity. */
import type { ConvGeometry } from "./conv-geometry.js";
import type { Real } from "./operation.js";
import { p, q } from "./winograd-filters.js";

type Matrix = readonly (readonly number[])[];

const finite = [0, p, -p, q, -q];
/** Coefficients of the product of (x - r) over the roots r, from the constant on. */
const product = (roots: readonly number[]): number[] =>
  roots.reduce((c, root) => [...c, 0].map((_, i) => (c[i - 1] ?? 0) - root * (c[i] ?? 0)), [1]);
const others = finite.map((point) => finite.filter((other) => other !== point));
const scale = finite.map((point, i) => others[i].reduce((all, other) => all * (point - other), 1));

/** Bᵀ, Aᵀ and G. */
export const inputMatrix: Matrix = [...others.map((roots) => [...product(roots), 0]), product(finite)];
export const outputMatrix: Matrix = [0, 1, 2, 3].map((power) => [
  ...finite.map((point) => point ** power),
  power === 3 ? 1 : 0,
]);
export const filterMatrix: Matrix = [
  ...finite.map((point, i) => [0, 1, 2].map((power) => point ** power / scale[i])),
  [0, 0, 1],
];
export const transposed = (matrix: Matrix): Matrix => matrix[0].map((_, j) => matrix.map((row) => row[j]));

/** matrix · square · matrixᵀ, on flat squares. What a coefficient of 0 would take, even NaN, is not there. */
export function sandwich(matrix: Matrix, square: ArrayLike<number>): Float64Array {
  const [rows, size] = [matrix.length, matrix[0].length];
  const half = new Float64Array(rows * size);
  const out = new Float64Array(rows * rows);
  for (const [i, coefficients] of matrix.entries()) {
    for (const [k, factor] of coefficients.entries()) {
      for (let j = 0; factor !== 0 && j < size; j++) half[i * size + j] += factor * square[k * size + j];
    }
  }
  for (const [j, coefficients] of matrix.entries()) {
    for (const [k, factor] of coefficients.entries()) {
      for (let i = 0; factor !== 0 && i < rows; i++) out[i * rows + j] += half[i * size + k] * factor;
    }
  }
  return out;
}

/** The transform of the square of pixels from (top, left) on, for each channel: [channel][point]. Zero outside the image. */
export function transformSquare(
  matrix: Matrix,
  x: readonly (readonly Real[])[],
  channels: number,
  top: number,
  left: number,
): Float64Array[] {
  const size = matrix[0].length;
  return Array.from({ length: channels }, (_, channel) => {
    const square = Array.from({ length: size * size }, (_value, i) => {
      return x[top + Math.floor(i / size)]?.[left + (i % size)]?.[channel] ?? 0;
    });
    return sandwich(matrix, square);
  });
}

export interface Pooled {
  /** The size of the windows that z is pooled in; 0 where it is not. */
  readonly pool: number;
}

/** First outputs of the tiles of dL/dz: what lies in no whole window of a pooling is 0, and no tile's. */
export function deltaTiles({ outHeight, outWidth, pool }: ConvGeometry & Pooled): [top: number, left: number][] {
  const [height, width] = [outHeight, outWidth].map((n) => n - (pool > 1 ? n % pool : 0));
  const across = Math.ceil(width / 4);
  return Array.from({ length: Math.ceil(height / 4) * across }, (_, tile) => [
    4 * Math.floor(tile / across),
    4 * (tile % across),
  ]);
}
