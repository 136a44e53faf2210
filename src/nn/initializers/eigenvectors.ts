/**
 * Eigenvalues and unit eigenvectors of a symmetric matrix by Jacobi's rotations, cyclic by rows (Golub and Van Loan, "Matrix
 * Computations", 4th edition, section 8.5): plain arithmetic in double, the same on every machine.
 */
export interface Direction {
  readonly value: number;
  /** Of length 1; its number of largest size is positive, the first of them on ties. */
  readonly vector: Float64Array;
}

/** Rotations converge quadratically: so many rounds are never needed. */
const rounds = 60;

/** Of `matrix` [size][size], largest eigenvalue first. */
export function eigenvectors(matrix: Float64Array, size: number): Direction[] {
  const a = Float64Array.from(matrix);
  const v = new Float64Array(size * size);
  for (let i = 0; i < size; i++) v[i * size + i] = 1;
  const total = Math.sqrt(a.reduce((sum, x) => sum + x * x, 0));
  for (let round = 0; round < rounds && offDiagonal(a, size) > 1e-15 * total; round++) {
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, v, size, p, q);
  }
  const directions = Array.from({ length: size }, (_, i) => ({ value: a[i * size + i], vector: signed(v, size, i) }));
  return directions.sort((one, other) => other.value - one.value);
}

/** The 2-norm of what is not on the diagonal. */
function offDiagonal(a: Float64Array, size: number): number {
  let sum = 0;
  for (let p = 0; p < size; p++) for (let q = 0; q < size; q++) if (p !== q) sum += a[p * size + q] ** 2;
  return Math.sqrt(sum);
}

/** a becomes J^T a J and v becomes v J for the rotation J of p and q that makes a[p][q] zero. */
function rotate(a: Float64Array, v: Float64Array, size: number, p: number, q: number): void {
  const apq = a[p * size + q];
  if (apq === 0) return;
  const tau = (a[q * size + q] - a[p * size + p]) / (2 * apq);
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
  const cos = 1 / Math.sqrt(1 + t * t);
  const sin = t * cos;
  const turn = (m: Float64Array, i: number, j: number): void => {
    const [x, y] = [m[i], m[j]];
    m[i] = cos * x - sin * y;
    m[j] = sin * x + cos * y;
  };
  for (let k = 0; k < size; k++) turn(a, k * size + p, k * size + q);
  for (let k = 0; k < size; k++) turn(a, p * size + k, q * size + k);
  for (let k = 0; k < size; k++) turn(v, k * size + p, k * size + q);
}

function signed(v: Float64Array, size: number, column: number): Float64Array {
  const vector = Float64Array.from({ length: size }, (_, i) => v[i * size + column]);
  const most = vector.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0);
  return most < 0 ? vector.map((x) => -x) : vector;
}
