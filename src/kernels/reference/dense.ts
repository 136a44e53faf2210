import { panelVectors } from "../backend.js";
import type { Panel, Real, Twin } from "./contract.js";
import { arrayLike, lanesOf, panelsOf, padded } from "./contract.js";
import { applyDerivativeOf, applyOf } from "./activation.js";
import { updateOf } from "./optimizer.js";

/** y[n] = start + x[depth] w, w packed in panels. Each number is one sum over the depth, in order. */
function multiplyRow(x: Real, from: number, w: Real, panels: Panel[], depth: number, start: Real, y: Real, to: number) {
  for (const { at, column, width } of panels) {
    const out = to + column;
    for (let j = 0; j < width; j++) y[out + j] = start.length > 0 ? start[column + j] : 0;
    for (let k = 0; k < depth; k++) {
      const factor = x[from + k];
      const row = at + k * width;
      for (let j = 0; j < width; j++) y[out + j] += factor * w[row + j];
    }
  }
}

/** y = f(x w + b), for the rows of this shard. */
export const dense: Twin<"dense"> = ({ x, ldx, w, b, y, ldy, k, n, function: f, slope }) => {
  const panels = panelsOf(k, n, lanesOf(w));
  const apply = applyOf(f, slope, y);
  const columns = padded(n, lanesOf(w));
  return ({ first, rows }) => {
    for (let r = first; r < first + rows; r++) {
      multiplyRow(x, r * ldx, w, panels, k, b, y, r * ldy);
      apply(y, r * ldy, y, r * ldy, columns);
    }
  };
};

/** dx = (dy wᵀ) f'(below), f' from the y that the function below gave. */
export const denseBackward: Twin<"denseBackward"> = (values) => {
  const { dy, lddy, wt, dx, lddx, y, ldy, k, n, function: f, slope } = values;
  const panels = panelsOf(n, k, lanesOf(wt));
  const nothing = arrayLike(wt, 0);
  const applyDerivative = applyDerivativeOf(f, slope, dx);
  const columns = padded(k, lanesOf(wt));
  return ({ first, rows }) => {
    for (let r = first; r < first + rows; r++) {
      multiplyRow(dy, r * lddy, wt, panels, n, nothing, dx, r * lddx);
      applyDerivative(y, r * ldy, dx, r * lddx, dx, r * lddx, columns);
    }
  };
};

/** A piece of work of the update: the rows [row, row + rows) of one panel of w, as many as a vector has lanes. */
interface Unit extends Panel {
  readonly row: number;
  readonly rows: number;
}

function unitsOf(k: number, n: number, lanes: number): Unit[] {
  const units: Unit[] = [];
  for (const { at, column, width } of panelsOf(k, n, lanes)) {
    for (let row = 0; row < k; row += lanes) {
      units.push({ at: at + row * width, column, width, row, rows: Math.min(lanes, k - row) });
    }
  }
  return units;
}

/** dw = xᵀ dy over all rows of the chunk, in order, and the update of w, for the units of this rank. */
export const denseUpdate: Twin<"denseUpdate"> = (values) => {
  const { x, ldx, dy, lddy, w, wt, g, s, t, k, n, firstUnit, lastUnit, optimizer } = values;
  const lanes = lanesOf(w);
  const update = updateOf(optimizer);
  const transposed = panelsOf(n, k, lanes);
  const panelWidth = transposed[0].width;
  const work = unitsOf(k, n, lanes)
    .slice(firstUnit, lastUnit)
    .map((unit) => {
      const part = (view: Real) => view.subarray(unit.at, unit.at + unit.rows * unit.width);
      return { unit, w: part(w), g: g.length > 0 ? part(g) : null, s: part(s), t: part(t) };
    });
  const scratch = arrayLike(w, lanes * panelVectors * lanes);

  /** Adds x[r][row …] dyᵀ[r][column …] to the gradient, for every row r of the chunk. */
  const accumulate = (gradient: Real, { row, rows, column, width }: Unit, chunk: number) => {
    for (let r = 0; r < chunk; r++) {
      for (let i = 0; i < rows; i++) {
        const factor = x[r * ldx + row + i];
        const from = r * lddy + column;
        for (let j = 0; j < width; j++) gradient[i * width + j] += factor * dy[from + j];
      }
    }
  };

  /** Copies the unit's new weights into the panels of the transposed matrix. */
  const transpose = (weights: Real, { row, rows, column, width }: Unit) => {
    const { at, column: first, width: outWidth } = transposed[Math.floor(row / panelWidth)];
    for (let j = 0; j < width && column + j < n; j++) {
      const out = at + (column + j) * outWidth + (row - first);
      for (let i = 0; i < rows; i++) wt[out + i] = weights[i * width + j];
    }
  };

  return ({ chunk, start, finish, hyper }) => {
    for (const part of work) {
      const gradient = part.g ?? scratch.subarray(0, part.w.length);
      if (start) gradient.fill(0);
      accumulate(gradient, part.unit, chunk);
      if (finish) {
        update(part.w, gradient, part.s, part.t, hyper);
        if (wt.length > 0) transpose(part.w, part.unit);
      }
    }
  };
};

/** db = the sum of dy over the rows of the chunk, in order, and the update of b, for the vectors of this rank. */
export const biasUpdate: Twin<"biasUpdate"> = (values) => {
  const { dy, lddy, b, g, s, t, firstVector, lastVector, optimizer } = values;
  const lanes = lanesOf(b);
  const update = updateOf(optimizer);
  const [from, to] = [firstVector * lanes, lastVector * lanes];
  const part = (view: Real) => view.subarray(from, to);
  const [weights, gradient, first, second] = [
    part(b),
    g.length > 0 ? part(g) : arrayLike(b, to - from),
    part(s),
    part(t),
  ];
  return ({ chunk, start, finish, hyper }) => {
    if (start) gradient.fill(0);
    for (let r = 0; r < chunk; r++) {
      for (let i = 0; i < gradient.length; i++) gradient[i] += dy[r * lddy + from + i];
    }
    if (finish) update(weights, gradient, first, second, hyper);
  };
};
