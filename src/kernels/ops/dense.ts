import { padded } from "../panels.js";
import { operation, type Real, type TwinValues } from "./operation.js";
import { updateOf, updatePart } from "./optimizer.js";
import { arrayLike, lanesOf, matrix, type Part, pack, transpose, unitsOf, unpack } from "./plain.js";

/** `dense`, for some rows and columns of y. */
export function forward(
  { x, w, b, y, k, n, activation }: TwinValues<"x[] w* b*? y[] k n activation()">,
  { rows: [top, bottom], columns: [left, right] }: Part,
): void {
  const weights = unpack(w, k, padded(n, lanesOf(w)), { rows: [0, k], columns: [left, right] });
  for (let r = top; r < bottom; r++) {
    const [input, output] = [x.row(r), y.row(r).subarray(left, right)];
    for (let j = 0; j < output.length; j++) output[j] = b ? b[left + j] : 0;
    for (let i = 0; i < k; i++) for (let j = 0; j < output.length; j++) output[j] += input[i] * weights[i][j];
    for (let j = 0; j < output.length; j++) output[j] = activation.apply(output[j]);
  }
}

/** `denseInputGradient`, for some rows and columns of dx. */
export function inputGradient(
  { dy, wt, dx, y, k, n, activation }: TwinValues<"dy[] wt* dx[] y[]? k n activation()">,
  { rows: [top, bottom], columns: [left, right] }: Part,
): void {
  const transposed = unpack(wt, n, padded(k, lanesOf(wt)), { rows: [0, n], columns: [left, right] });
  for (let r = top; r < bottom; r++) {
    const [delta, out] = [dy.row(r), dx.row(r).subarray(left, right)];
    out.fill(0);
    for (let j = 0; j < n; j++) for (let i = 0; i < out.length; i++) out[i] += delta[j] * transposed[j][i];
    const value = y?.row(r).subarray(left, right);
    if (value) for (let i = 0; i < out.length; i++) out[i] = activation.derive(value[i], out[i]);
  }
}

/** x [rows][k], w [k][n] and its transpose wt [n][k] packed, b [n], y [rows][n]. Columns of padding are computed too. */
export const dense = {
  /** y = f(x w + b); each number is one sum over k, in order. */
  dense: operation({
    signature: "x[] w* b*? y[] k n activation()",
    native: "dense/dense.h",
    cut: "rows",
    twin(values, { first, rows }) {
      forward(values, { rows: [first, first + rows], columns: [0, padded(values.n, lanesOf(values.w))] });
    },
  }),

  /** dx = (dy wᵀ) f', f' of the function that gave x, from its y. */
  denseInputGradient: operation({
    signature: "dy[] wt* dx[] y[]? k n activation()",
    native: "dense/dense.h",
    cut: "rows",
    twin(values, { first, rows }) {
      inputGradient(values, { rows: [first, first + rows], columns: [0, padded(values.k, lanesOf(values.wt))] });
    },
  }),

  /** dw = xᵀ dy over all rows of the chunk, in order, and the update of w, for the units of this rank. */
  denseUpdate: operation({
    signature: "x[] dy[] w* wt*? g*? state+ workspace* k n units.. optimizer",
    native: "dense/update.h",
    cut: "units",
    twin(values, { chunk, start, finish, hyperparameters }) {
      const { x, dy, w, wt, g, k, n, units } = values;
      for (const unit of unitsOf(k, n, lanesOf(w)).slice(...units)) {
        const [[top, bottom], [left, right]] = [unit.rows, unit.columns];
        const dw = g && !start ? unpack(g, k, n, unit) : matrix(w, bottom - top, right - left);
        for (let r = 0; r < chunk; r++) {
          const [input, delta] = [x.row(r), dy.row(r)];
          for (let i = top; i < bottom; i++) {
            for (let j = left; j < right; j++) dw[i - top][j - left] += input[i] * delta[j];
          }
        }
        if (g) pack(dw, g, k, n, top, left);
        if (!finish) continue;
        const weights = updatePart(values, k, n, unit, dw, hyperparameters);
        if (wt) pack(transpose(weights).slice(0, n - left), wt, n, k, left, top);
      }
    },
  }),

  /** wt = the transpose of w, for the units of this rank, where w was updated elsewhere in this step. */
  denseCopyUpdate: operation({
    signature: "w* wt* k n units..",
    native: "dense/update.h",
    cut: "units",
    twin({ w, wt, k, n, units }, { finish }) {
      if (!finish) return;
      for (const unit of unitsOf(k, n, lanesOf(w)).slice(...units)) {
        const [[top], [left]] = [unit.rows, unit.columns];
        pack(transpose(unpack(w, k, n, unit)).slice(0, n - left), wt, n, k, left, top);
      }
    },
  }),

  /** db = the sum of dy over the rows of the chunk, in order, and the update of b, for the vectors of this rank. */
  biasUpdate: operation({
    signature: "dy[] b* g*? state+ vectors.. optimizer",
    native: "dense/update.h",
    cut: "units",
    twin({ dy, b, g, state, vectors, optimizer }, { chunk, start, finish, hyperparameters }) {
      const [from, to] = vectors.map((vector) => vector * lanesOf(b));
      const part = (view: Real): Real => view.subarray(from, to);
      const db = g ? part(g) : arrayLike(b, to - from);
      if (start) db.fill(0);
      for (let r = 0; r < chunk; r++) for (let i = from; i < to; i++) db[i - from] += dy.row(r)[i];
      if (finish) updateOf(optimizer, hyperparameters, b)(part(b), db, state.map(part));
    },
  }),
};
