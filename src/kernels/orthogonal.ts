/** What making a packed matrix [k][n] orthogonal takes. */
import { padded } from "./panels.js";

/** Bytes that the blocked product packs into (`native/gemm/arguments.h`). */
const productBytes = 512 * 8 * 3 * 64;

/** Numbers: two matrices, two squares of its shorter side, and what the product packs. */
export function orthogonalWorkspace(k: number, n: number, lanes: number): number {
  const [short, long] = [Math.min(k, n), Math.max(k, n)];
  return 2 * short * padded(long, lanes) + 2 * short * padded(short, lanes) + (productBytes * lanes) / 64;
}
