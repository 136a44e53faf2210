import { usageError } from "../../base/errors.js";
import { activationOf, elementwiseNames } from "../activations/index.js";
import type { Gemm } from "../backend.js";
import type { Real } from "../ops/operation.js";
import { arrayLike, roundingOf } from "../ops/plain.js";

/** Whether rows of a matrix, `ld` numbers apart, lie in the array. An empty matrix fits anywhere. */
function fits(rows: number, columns: number, ld: number, array: Real): boolean {
  if (rows === 0 || columns === 0) return true;
  return (rows === 1 || ld >= columns) && (rows - 1) * ld + columns <= array.length;
}

/** C = f(alpha op(A) op(B) + beta C + bias). Each number is one sum over k in order, begun at beta C. */
function gemm(...values: Parameters<Gemm<Real>>): void {
  const [transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, bias, f, slope] = values;
  const sizes = [m, n, k].every((size) => Number.isInteger(size) && size >= 0);
  const inside =
    fits(transposeA ? k : m, transposeA ? m : k, lda, a) &&
    fits(transposeB ? n : k, transposeB ? k : n, ldb, b) &&
    fits(m, n, ldc, c) &&
    (bias === null || bias.length >= n);
  if (!sizes || !inside || elementwiseNames[f] === undefined) {
    throw usageError({
      where: "gemm",
      expected: "matrices that lie inside their arrays",
      got: `sizes ${m}, ${n}, ${k}`,
    });
  }
  const [aRow, aColumn] = transposeA ? [1, lda] : [lda, 1];
  const [bRow, bColumn] = transposeB ? [1, ldb] : [ldb, 1];
  const round = roundingOf(c);
  const { apply } = activationOf(f);
  // As in BLAS, A and B are not read where alpha is 0.
  const depth = alpha === 0 ? 0 : k;

  /** alpha op(B), row after row. */
  const scaled = arrayLike(c, depth * n);
  for (let p = 0; p < depth; p++) {
    for (let j = 0; j < n; j++) scaled[p * n + j] = round(alpha) * b[p * bRow + j * bColumn];
  }
  const row = arrayLike(c, n);
  for (let i = 0; i < m; i++) {
    const out = i * ldc;
    // C is not read where beta is 0: it may hold anything, NaN too.
    for (let j = 0; j < n; j++) row[j] = beta === 0 ? 0 : round(beta) * c[out + j];
    for (let p = 0; p < depth; p++) {
      const factor = a[i * aRow + p * aColumn];
      for (let j = 0; j < n; j++) row[j] += factor * scaled[p * n + j];
    }
    if (bias !== null) for (let j = 0; j < n; j++) row[j] += bias[j];
    for (let j = 0; j < n; j++) c[out + j] = apply(row[j], round(slope));
  }
}

export const sgemm: Gemm<Float32Array> = gemm;
export const dgemm: Gemm<Float64Array> = gemm;
