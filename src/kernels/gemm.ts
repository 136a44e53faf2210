/** The public matrix product, on the kernels chosen at load (or the reference where there is no addon). */
import { usageError } from "../base/errors.js";
import { shown } from "../base/schema-words.js";
import { type ElementwiseName, elementwiseNames } from "./activations/index.js";
import type { Backend } from "./backend.js";
import { loadBackend } from "./index.js";

export interface GemmOptions<A extends Float32Array | Float64Array> {
  /** Rows of C, columns of C, and the dimension summed over. */
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** op(A) is [m][k]: A itself, or its transpose where A lies as [k][m]. Row-major. */
  readonly a: A;
  readonly b: A;
  readonly c: A;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly alpha?: number;
  /** 0 (the default) overwrites C whatever it holds, NaN too. */
  readonly beta?: number;
  /** Numbers from row to row; by default the row's own length. */
  readonly lda?: number;
  readonly ldb?: number;
  readonly ldc?: number;
  /** [n], added to each row of the result. */
  readonly bias?: A;
  /** Applied last. */
  readonly activation?: ElementwiseName;
  /** Slope of leaky-relu for negative numbers. */
  readonly slope?: number;
}

let backend: Backend | undefined;

type Type = { new (length: number): Float32Array | Float64Array; name: string };

function gemm<A extends Float32Array | Float64Array>(
  type: Type,
  options: GemmOptions<A>,
  run: (b: Backend) => Backend["sgemm"] | Backend["dgemm"],
): A {
  if (typeof options !== "object" || options === null) {
    throw usageError({ where: "gemm", expected: "an object of sizes and matrices", got: shown(options) });
  }
  const {
    m,
    n,
    k,
    a,
    b,
    c,
    transposeA = false,
    transposeB = false,
    alpha = 1,
    beta = 0,
    bias,
    activation = "identity",
    slope = 0,
  } = options;
  const rowsAndColumns = {
    lda: transposeA ? [k, m] : [m, k],
    ldb: transposeB ? [n, k] : [k, n],
    ldc: [m, n],
  };
  const { lda = rowsAndColumns.lda[1], ldb = rowsAndColumns.ldb[1], ldc = n } = options;
  for (const [name, size] of Object.entries({ m, n, k })) {
    if (!Number.isInteger(size) || size < 0)
      throw usageError({ where: `gemm, ${name}`, expected: "a whole number from 0", got: shown(size) });
  }
  const matrices = [
    ["a", a, lda, rowsAndColumns.lda],
    ["b", b, ldb, rowsAndColumns.ldb],
    ["c", c, ldc, rowsAndColumns.ldc],
  ] as const;
  for (const [name, array, ld, [rows, columns]] of matrices) {
    if (!(array instanceof type))
      throw usageError({
        where: `gemm, ${name}`,
        expected: `a ${type.name}`,
        got: Object.prototype.toString.call(array),
      });
    if (!Number.isInteger(ld) || ld < columns) {
      throw usageError({
        where: `gemm, ld${name}`,
        expected: `at least ${columns}, the length of a row`,
        got: shown(ld),
      });
    }
    const needed = rows > 0 && columns > 0 ? (rows - 1) * ld + columns : 0;
    if (array.length < needed) {
      throw usageError({
        where: `gemm, ${name}`,
        expected: `${needed} numbers for ${rows}x${columns} at ld${name} ${ld}`,
        got: `${array.length}`,
      });
    }
  }
  if (bias !== undefined && !(bias instanceof type && bias.length >= n)) {
    const got = bias instanceof type ? `${bias.length}` : Object.prototype.toString.call(bias);
    throw usageError({ where: "gemm, bias", expected: `a ${type.name} of ${n} numbers`, got });
  }
  for (const [name, value] of Object.entries({ transposeA, transposeB })) {
    if (typeof value !== "boolean") {
      throw usageError({ where: `gemm, ${name}`, expected: "true or false", got: shown(value) });
    }
  }
  for (const [name, value] of Object.entries({ alpha, beta, slope })) {
    if (typeof value !== "number") {
      throw usageError({ where: `gemm, ${name}`, expected: "a number", got: shown(value) });
    }
  }
  if (!elementwiseNames.includes(activation)) {
    const known = elementwiseNames.join(", ");
    throw usageError({ where: "gemm, activation", expected: `one of ${known}`, got: shown(activation) });
  }
  if (overlaps(a, c) || overlaps(b, c)) {
    throw usageError({ where: "gemm, c", expected: "memory that a and b do not read", got: "an overlap" });
  }
  backend ??= loadBackend("auto");
  const kernel = run(backend) as Backend["sgemm"];
  const numbers = [a, b, c, bias ?? null] as unknown as [Float32Array, Float32Array, Float32Array, Float32Array | null];
  kernel(
    transposeA,
    transposeB,
    m,
    n,
    k,
    alpha,
    numbers[0],
    lda,
    numbers[1],
    ldb,
    beta,
    numbers[2],
    ldc,
    numbers[3],
    elementwiseNames.indexOf(activation),
    slope,
  );
  return c;
}

/** Whether two arrays share bytes: C is written while A and B are read. */
const overlaps = (a: Float32Array | Float64Array, b: Float32Array | Float64Array): boolean =>
  a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;

/** C = f(alpha op(A) op(B) + beta C + bias) in single precision, row-major, on this thread. Returns C. Throws HeddleError. */
export const sgemm = (options: GemmOptions<Float32Array>): Float32Array =>
  gemm(Float32Array, options, ({ sgemm: run }) => run);

/** The same in double precision. */
export const dgemm = (options: GemmOptions<Float64Array>): Float64Array =>
  gemm(Float64Array, options, ({ dgemm: run }) => run);
