/** What making packed matrices [k][n] orthogonal takes. */
import { padded } from "./panels.js";

/** Bytes that the blocked product packs into (`native/gemm/arguments.h`). */
export const productBytes = 512 * 8 * 3 * 64;

/** The matrix with its shorter side as rows, and numbers from row to row of it and of the square of its rows. */
export function orthogonalShape(k: number, n: number, lanes: number) {
  const [rows, columns] = [Math.min(k, n), Math.max(k, n)];
  return { rows, columns, ld: padded(columns, lanes), squareLd: padded(rows, lanes) };
}
