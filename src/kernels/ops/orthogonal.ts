/**
 * Muon's step in phases, once whole directions are there: the direction, with its shorter side as rows, is made nearly orthogonal
 * by Newton-Schulz iterations. With A = x x^T an iteration x = P x, P = 3.4445 I - 4.7750 A + 2.0315 A A, makes P A P of A, so all
 * iterations are on squares of the shorter side; Q, the product of the P, is multiplied with x at last. Each phase is divided into
 * `lines`, rows of x; between phases all ranks meet. A number of a square belongs to the larger of its row and column.
 */
import type { Range } from "../signature.js";
import { operation, type Real } from "./operation.js";
import { scalarsOf } from "./optimizer.js";
import { arrayLike, type Part, pack, roundingOf, transpose, unpack } from "./plain.js";

/** a[i] · b[j] for the numbers that belong to `lines`, each to `put(sum, i, j)` and, mirrored, to (j, i). */
function symmetric(
  [first, last]: Range,
  of: (i: number, j: number) => number,
  put: (value: number, i: number, j: number) => void,
): void {
  for (let i = first; i < last; i++) {
    for (let j = 0; j <= i; j++) {
      const value = of(i, j);
      put(value, i, j);
      put(value, j, i);
    }
  }
}

/** Rounded after each step, as a kept sum is. */
function dot(a: Real, b: Real, length: number): number {
  const sum = arrayLike(a, 1);
  for (let i = 0; i < length; i++) sum[0] += a[i] * b[i];
  return sum[0];
}

export const orthogonal = {
  /** x = direction / max(|direction|, 1e-7): the direction is [k][n], x has the shorter side as rows. */
  orthogonalBegin: operation({
    signature: "direction* x[] k n lines..",
    native: "optimizer/orthogonal.h",
    cut: "units",
    twin({ direction, x, k, n, lines: [first, last] }) {
      const plain = unpack(direction, k, n);
      let squares = 0;
      for (const row of plain) for (const value of row) squares += value * value;
      const inverse = roundingOf(direction)(1 / Math.max(Math.sqrt(squares), 1e-7));
      const oriented = k <= n ? plain : transpose(plain);
      for (let i = first; i < last; i++) for (const [j, value] of oriented[i].entries()) x.row(i)[j] = value * inverse;
    },
  }),

  /** A = x x^T of x [rows][columns]. */
  orthogonalGram: operation({
    signature: "x[] gram[] workspace* rows columns lines..",
    native: "optimizer/orthogonal.h",
    cut: "units",
    twin({ x, gram, columns, lines }) {
      symmetric(
        lines,
        (i, j) => dot(x.row(i), x.row(j), columns),
        (value, i, j) => {
          gram.row(i)[j] = value;
        },
      );
    },
  }),

  /** P = 3.4445 I - 4.7750 A + 2.0315 A A. */
  orthogonalPolynomial: operation({
    signature: "gram[] polynomial[] workspace* rows lines..",
    native: "optimizer/orthogonal.h",
    cut: "units",
    twin({ gram, polynomial, rows, lines }) {
      symmetric(
        lines,
        (i, j) => (i === j ? 3.4445 : 0) - 4.775 * gram.row(i)[j] + 2.0315 * dot(gram.row(i), gram.row(j), rows),
        (value, i, j) => {
          polynomial.row(i)[j] = value;
        },
      );
    },
  }),

  /** a b of two polynomials in one symmetric matrix, which is symmetric again. */
  orthogonalProduct: operation({
    signature: "a[] b[] product[] workspace* rows lines..",
    native: "optimizer/orthogonal.h",
    cut: "units",
    twin({ a, b, product, rows, lines }) {
      symmetric(
        lines,
        (i, j) => dot(a.row(i), b.row(j), rows),
        (value, i, j) => {
          product.row(i)[j] = value;
        },
      );
    },
  }),

  /** w -= lr sqrt(max(1, n / k)) Q x; the rate is the first scalar of the rule. */
  orthogonalEnd: operation({
    signature: "q[] x[] moved[] workspace* w* k n lines.. optimizer",
    native: "optimizer/orthogonal.h",
    cut: "units",
    twin({ q, x, moved, w, k, n, lines: [first, last], optimizer }, { hyperparameters }) {
      const [lr] = scalarsOf(optimizer, hyperparameters, new Float64Array(0));
      const rate = roundingOf(w)(lr * Math.sqrt(Math.max(1, n / k)));
      const isWide = k <= n;
      const [rows, columns] = isWide ? [k, n] : [n, k];
      for (let i = first; i < last; i++) {
        moved.row(i).fill(0, 0, columns);
        for (let r = 0; r < rows; r++) {
          for (let j = 0; j < columns; j++) moved.row(i)[j] += q.row(i)[r] * x.row(r)[j];
        }
      }
      const own: Part = { rows: isWide ? [first, last] : [0, k], columns: isWide ? [0, n] : [first, last] };
      const plain = unpack(w, k, n, own);
      for (const [i, row] of plain.entries()) {
        for (let j = 0; j < row.length; j++)
          row[j] -= rate * (isWide ? moved.row(first + i)[j] : moved.row(first + j)[i]);
      }
      pack(plain, w, k, n, own.rows[0], own.columns[0]);
    },
  }),
};
