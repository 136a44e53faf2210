/** Problems for GEMM: matrices with guards around them, the call, and the bound that a right answer keeps. */
import assert from "node:assert/strict";
import { activationOf } from "../../src/kernels/activations/index.js";
import type { Backend } from "../../src/kernels/backend.js";
import { random } from "./data.js";
import type { Format, Real } from "./lab.js";

export interface Problem {
  readonly format: Format;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly alpha: number;
  readonly a: Real;
  readonly lda: number;
  readonly b: Real;
  readonly ldb: number;
  readonly beta: number;
  readonly c: Real;
  readonly ldc: number;
  readonly bias: Real | null;
  readonly function: number;
  readonly slope: number;
}

export interface Wanted extends Partial<Omit<Problem, "bias">> {
  readonly bias?: boolean;
  /** Numbers between the rows of each matrix. */
  readonly spare?: number;
  readonly seed?: number;
}

/** Fills rows of a matrix; what lies between them is NaN. Where nothing may be read, all is NaN. */
function matrix(format: Format, rows: number, columns: number, ld: number, next: () => number, unread: boolean): Real {
  const out = format.array(rows === 0 ? 0 : (rows - 1) * ld + columns).fill(NaN);
  for (let r = 0; r < rows && !unread; r++) for (let i = 0; i < columns; i++) out[r * ld + i] = 2 * next() - 1;
  return out;
}

export function problem(format: Format, wanted: Wanted): Problem {
  const { m = 1, n = 1, k = 1, alpha = 1, beta = 0, spare = 0, seed = 1 } = wanted;
  const { transposeA = false, transposeB = false } = wanted;
  const next = random(seed + 1);
  const [aRows, aColumns] = transposeA ? [k, m] : [m, k];
  const [bRows, bColumns] = transposeB ? [n, k] : [k, n];
  const [lda, ldb, ldc] = [aColumns + spare, bColumns + 2 * spare, n + 3 * spare];
  return {
    ...{ format, transposeA, transposeB, m, n, k, alpha, beta, lda, ldb, ldc },
    a: matrix(format, aRows, aColumns, lda, next, alpha === 0),
    b: matrix(format, bRows, bColumns, ldb, next, alpha === 0),
    c: matrix(format, m, n, ldc, next, beta === 0),
    bias: wanted.bias ? matrix(format, 1, n, n, next, false) : null,
    function: wanted.function ?? 0,
    slope: 0.25,
  };
}

const guard = 37;

/** Solves it on copies that lie between guards, at odd addresses; gives back C. */
export function solve(backend: Backend, given: Problem): Real {
  const { format, transposeA, transposeB, m, n, k, alpha, lda, beta, ldb, ldc, slope } = given;
  const guarded = (numbers: Real) => {
    const all = format.array(numbers.length + 2 * guard).fill(-777);
    all.set(numbers, guard);
    return { all, view: all.subarray(guard, guard + numbers.length) };
  };
  const [a, b, c] = [guarded(given.a), guarded(given.b), guarded(given.c)];
  const bias = given.bias && guarded(given.bias).view;
  const rest = [beta, c.view, ldc, bias, given.function, slope] as const;
  const values = [transposeA, transposeB, m, n, k, alpha, a.view, lda, b.view, ldb, ...rest] as const;
  const gemm = format.name === "f32" ? backend.sgemm : backend.dgemm;
  (gemm as (...values: unknown[]) => void)(...values);
  for (const { all } of [a, b, c]) {
    const ends = [...all.subarray(0, guard), ...all.subarray(all.length - guard)];
    assert.ok(
      ends.every((value) => value === -777),
      "a guard was overwritten",
    );
  }
  return c.view;
}

/**
 * Each number is off by at most (k + 3) roundings of the sum of magnitudes that went into it (k products, alpha, beta
 * and bias), and 8 more of a function's result; what lies between the rows of C is as it was.
 */
export function assertBound(given: Problem, out: Real): void {
  const { format, transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, bias, slope } = given;
  const f = activationOf(given.function).apply;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const kept = beta === 0 ? 0 : beta * c[i * ldc + j];
      const added = bias === null ? 0 : bias[j];
      let [sum, magnitude] = [kept + added, Math.abs(kept) + Math.abs(added)];
      for (let p = 0; p < k && alpha !== 0; p++) {
        const product = alpha * a[transposeA ? p * lda + i : i * lda + p] * b[transposeB ? j * ldb + p : p * ldb + j];
        sum += product;
        magnitude += Math.abs(product);
      }
      const error = Math.abs(out[i * ldc + j] - f(sum, slope));
      const bound = format.unit * ((k + 3) * magnitude + 8);
      assert.ok(error <= bound, `C[${i}][${j}] of ${m} x ${n} x ${k}: ${out[i * ldc + j]}, expected ${f(sum, slope)}`);
    }
    const between = out.subarray(i * ldc + n, (i + 1) * ldc);
    assert.ok(
      between.every((value) => Number.isNaN(value)),
      `beside row ${i} of C`,
    );
  }
}
