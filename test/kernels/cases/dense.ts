import { elementwiseNames } from "../../../src/kernels/operations.js";
import { blank, pack, padded, paddedRows, random, rows, vector, weights } from "../data.js";
import type { Format, Real } from "../lab.js";
import { call, wholeStep } from "../lab.js";
import type { Case, Cases } from "./case.js";
import { pick, rowCounts, sizes } from "./case.js";

export const slope = 0.3;
/** Two chains of `depth` products of numbers below 1, rounded at each step in ways that may differ. */
const chainTolerance = (format: Format, depth: number) => 4 * (depth + 4) * format.unit;

/** Scalars of one step of each optimizer, by its number: sgd, momentum, adam (its third step). */
export const hypers = [
  [0.1],
  [0.1, 0.9],
  [0.01 / (1 - 0.9 ** 3), 0.9, 0.1, 0.999, 0.001, 1 / Math.sqrt(1 - 0.999 ** 3), 1e-8],
];
export const optimizers = hypers.map((_, number) => number);

/** Leading dimension of rows of n: their padding, and sometimes a vector more. */
const ldOf = (n: number, format: Format, i: number) => padded(n, format) + format.lanes * (i % 2);

export const dense: Cases = (format) =>
  sizes.map((n, i): Case => {
    const [k, count, f] = [pick(sizes, 7 * i + 3), pick(rowCounts, i), i % elementwiseNames.length];
    const next = random(i);
    const [ldx, ldy] = [ldOf(k, format, i), ldOf(n, format, i + 1)];
    const values = {
      x: rows(format, count, k, ldx, next),
      ldx,
      w: weights(format, k, n, next).w,
      b: i % 4 === 0 ? null : vector(format, n, next),
      y: blank(format, count * ldy),
      ldy,
      k,
      n,
      function: f,
      slope,
    };
    const title = `${count} rows, ${k} to ${n}, ${elementwiseNames[f]}`;
    return { title, call: call("dense", values), step: wholeStep(count), outputs: { y: chainTolerance(format, k) } };
  });

export const denseBackward: Cases = (format) =>
  sizes.map((k, i): Case => {
    const [n, count, f] = [pick(sizes, 7 * i + 5), pick(rowCounts, i), i % elementwiseNames.length];
    const next = random(100 + i);
    const [lddy, lddx, ldy] = [ldOf(n, format, i), ldOf(k, format, i + 1), ldOf(k, format, i)];
    const values = {
      dy: rows(format, count, n, lddy, next),
      lddy,
      wt: weights(format, k, n, next).wt,
      dx: blank(format, count * lddx),
      lddx,
      y: f === 0 ? null : paddedRows(format, count, k, ldy, next),
      ldy,
      k,
      n,
      function: f,
      slope,
    };
    const title = `${count} rows, ${n} back to ${k}, ${elementwiseNames[f]}`;
    const outputs = { dx: chainTolerance(format, n) };
    return { title, call: call("denseBackward", values), step: wholeStep(count), outputs };
  });

/** State of an optimizer on numbers like `weights`: second moments are not negative. */
export function state(optimizer: number, w: Real, next: () => number): { s: Real | null; t: Real | null } {
  const filled = (from: number) => w.map((value) => (value === 0 ? 0 : from + next()));
  return { s: optimizer >= 1 ? filled(-0.5) : null, t: optimizer >= 2 ? filled(0.1) : null };
}

/** Only the buffers that are there. */
export const outputsOf = (values: Record<string, unknown>, names: string[], tolerance: number) =>
  Object.fromEntries(names.filter((name) => values[name] !== null).map((name) => [name, tolerance]));

export const denseUpdate: Cases = (format) =>
  sizes.map((n, i): Case => {
    const [k, count, optimizer] = [pick(sizes, 7 * i + 3), pick(rowCounts, i + 1), i % hypers.length];
    const next = random(200 + i);
    const [ldx, lddy] = [ldOf(k, format, i), ldOf(n, format, i + 1)];
    const { w, wt } = weights(format, k, n, next);
    const panels = Math.ceil(n / (3 * format.lanes));
    const values = {
      x: rows(format, count, k, ldx, next),
      ldx,
      dy: paddedRows(format, count, n, lddy, next),
      lddy,
      w,
      wt: i % 5 === 4 ? null : wt,
      g: i % 2 === 0 ? null : pack(format, k, n, () => NaN),
      ...state(optimizer, w, next),
      workspace: blank(format, count * 3 * format.lanes),
      k,
      n,
      firstUnit: 0,
      lastUnit: panels * Math.ceil(k / format.lanes),
      optimizer,
    };
    const title = `${count} rows, ${k} by ${n}, optimizer ${optimizer}`;
    const outputs = outputsOf(values, ["w", "wt", "g", "s", "t"], chainTolerance(format, count));
    const step = { ...wholeStep(count), hyper: hypers[optimizer] };
    return { title, call: call("denseUpdate", values), step, outputs };
  });

export const biasUpdate: Cases = (format) =>
  sizes.map((n, i): Case => {
    const [count, optimizer] = [pick(rowCounts, i + 1), i % hypers.length];
    const next = random(300 + i);
    const lddy = ldOf(n, format, i);
    const b = vector(format, n, next);
    const values = {
      dy: paddedRows(format, count, n, lddy, next),
      lddy,
      b,
      g: i % 2 === 0 ? null : blank(format, b.length),
      ...state(optimizer, b, next),
      firstVector: 0,
      lastVector: b.length / format.lanes,
      optimizer,
    };
    const title = `${count} rows of ${n}, optimizer ${optimizer}`;
    const outputs = outputsOf(values, ["b", "g", "s", "t"], chainTolerance(format, count));
    const step = { ...wholeStep(count), hyper: hypers[optimizer] };
    return { title, call: call("biasUpdate", values), step, outputs };
  });
