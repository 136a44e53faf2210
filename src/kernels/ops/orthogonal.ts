/** Muon's step, once a whole matrix is there. */
import { operation, type Real } from "./operation.js";
import { scalarsOf } from "./optimizer.js";
import { arrayLike, pack, roundingOf, transpose, unpack } from "./plain.js";

/** a b, row by row. */
function product(a: readonly Real[], b: readonly Real[]): Real[] {
  return a.map((row) => {
    const sums = arrayLike(row, b[0].length);
    for (const [k, x] of row.entries()) for (let j = 0; j < sums.length; j++) sums[j] += x * b[k][j];
    return sums;
  });
}

/** p a + q b. */
const combine = (p: number, a: readonly Real[], q: number, b: readonly Real[]): Real[] =>
  a.map((row, i) => row.map((value, j) => p * value + q * b[i][j]));

export const orthogonal = {
  /**
   * w -= lr sqrt(max(1, n / k)) X: the direction [k][n], as X^T, made nearly orthogonal by five Newton-Schulz iterations; the
   * rate is the first scalar of the rule. One rank does all of a matrix.
   */
  orthogonalStep: operation({
    signature: "w* direction* workspace* k n optimizer",
    native: "optimizer/orthogonal_step.h",
    cut: "whole",
    twin({ w, direction, k, n, optimizer }, { hyperparameters }) {
      const round = roundingOf(w);
      const plain = unpack(direction, k, n);
      let squares = 0;
      for (const row of plain) for (const value of row) squares += value * value;
      const inverse = round(1 / Math.max(Math.sqrt(squares), 1e-7));
      const scaled = plain.map((row) => row.map((value) => value * inverse));
      let x = k <= n ? scaled : transpose(scaled);
      for (let i = 0; i < 5; i++) {
        const gram = product(x, transpose(x));
        const polynomial = combine(-4.775, gram, 2.0315, product(gram, gram));
        x = combine(3.4445, x, 1, product(polynomial, x));
      }
      const [lr] = scalarsOf(optimizer, hyperparameters, new Float64Array(0));
      const rate = round(lr * Math.sqrt(Math.max(1, n / k)));
      const weights = combine(1, unpack(w, k, n), -rate, k <= n ? x : transpose(x));
      pack(weights, w, k, n);
    },
  }),
};
