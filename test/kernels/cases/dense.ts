import type { Range } from "../../../src/kernels/signature.js";
import { blank, blankRows, pack, paddedRows, random, rows, vector, weights } from "../data.js";
import type { Format } from "../lab.js";
import { call, wholeStep } from "../lab.js";
import { type Case, type Cases, chain, functions, loops, sizes, updateBy, writtenOf } from "./case.js";

interface Product {
  readonly count: number;
  readonly k: number;
  readonly n: number;
  /** Vectors between the rows. */
  readonly spare?: number;
}

/** Rows around the edges of tiles (5, 8, 9), sizes around those of vectors, panels and the blocks of a panel. */
const products: readonly Product[] = [
  { count: 0, k: 8, n: 1 },
  { count: 1, k: 47, n: 2, spare: 1 },
  { count: 5, k: 193, n: 7 },
  { count: 8, k: 9, n: 8, spare: 1 },
  { count: 9, k: 48, n: 9 },
  { count: 25, k: 511, n: 15, spare: 1 },
  { count: 1, k: 15, n: 16 },
  { count: 5, k: 49, n: 17, spare: 1 },
  { count: 8, k: 515, n: 23 },
  { count: 9, k: 16, n: 24, spare: 1 },
  { count: 25, k: 50, n: 25 },
  { count: 1, k: 1, n: 47, spare: 1 },
  { count: 5, k: 17, n: 48 },
  { count: 8, k: 97, n: 49, spare: 1 },
  { count: 9, k: 2, n: 50 },
  { count: 25, k: 23, n: 97, spare: 1 },
  { count: 1, k: 193, n: 193 },
  { count: 5, k: 7, n: 511, spare: 1 },
  { count: 8, k: 24, n: 515 },
];
const titleOf = ({ count, k, n }: Product): string => `${count} rows, ${k} by ${n}`;

/** Each product with the next function, and one product with all of them. */
const withFunctions = [
  ...products.map((product, i) => ({ ...product, f: functions[i % functions.length] })),
  ...functions.map((f) => ({ count: 9, k: 17, n: 33, spare: 0, f })),
];

export const dense: Cases = (format) =>
  withFunctions.flatMap(({ count, k, n, spare = 0, f }): Case[] =>
    [true, false].map((bias) => {
      const next = random(k * n);
      const values = {
        x: rows(format, count, k, next, spare),
        w: weights(format, k, n, next).w,
        b: bias ? vector(format, n, next) : null,
        y: blankRows(format, count, n, 1 - spare),
        ...{ k, n, activation: f },
      };
      const title = `${titleOf({ count, k, n })}, ${f.name}, ${bias ? "a" : "no"} bias`;
      return { title, call: call("dense", values), step: wholeStep(count), outputs: { y: chain(format, k) } };
    }),
  );

export const denseInputGradient: Cases = (format) =>
  withFunctions.map(({ count, k: n, n: k, spare = 0, f }): Case => {
    const next = random(k * n + 1);
    const values = {
      dy: rows(format, count, n, next, spare),
      wt: weights(format, k, n, next).wt,
      dx: blankRows(format, count, k, 1 - spare),
      y: f.name === "identity" ? null : paddedRows(format, count, k, next, spare),
      ...{ k, n, activation: f },
    };
    const outputs = { dx: chain(format, n) };
    const title = `${titleOf({ count, k, n })}, after ${f.name}`;
    return { title, call: call("denseInputGradient", values), step: wholeStep(count), outputs };
  });

/** All units of a weight of [k][n]: as many rows as lanes, in a panel. */
export const allUnits = (format: Format, k: number, n: number): Range => [
  0,
  Math.ceil(n / (3 * format.lanes)) * Math.ceil(k / format.lanes),
];

/** What stands beside the weights: the transposed copy, and the gradient so far of a minibatch in chunks. */
const besides = [
  { copy: true, stored: true },
  { copy: true, stored: false },
  { copy: false, stored: true },
];

export const denseUpdate: Cases = (format) =>
  products.flatMap((product, i): Case[] => {
    const { count, k, n, spare = 0 } = product;
    const next = random(k * n + 2);
    const loop = loops[i % loops.length];
    return besides.slice(0, i < 6 ? 3 : 1).map(({ copy, stored }) => {
      const { w, wt } = weights(format, k, n, next);
      const { hyperparameters, arguments: update } = updateBy(loop, w, next);
      const values = {
        x: rows(format, count, k, next, spare),
        dy: paddedRows(format, count, n, next, 1 - spare),
        w,
        wt: copy ? wt : null,
        g: stored ? pack(format, k, n, () => NaN) : null,
        workspace: blank(format, count * 3 * format.lanes),
        ...{ k, n, units: allUnits(format, k, n), ...update },
      };
      const outputs = writtenOf(values, ["w", "wt", "g", "state"], chain(format, count));
      const step = { ...wholeStep(count), hyperparameters };
      return { title: `${titleOf(product)}, ${loop}`, call: call("denseUpdate", values), step, outputs };
    });
  });

export const denseCopyUpdate: Cases = (format) =>
  products.map((product): Case => {
    const { k, n } = product;
    const { w, wt } = weights(format, k, n, random(k * n + 4));
    const values = { w, wt: wt.map(() => 0), ...{ k, n, units: allUnits(format, k, n) } };
    const outputs = { wt: 0 };
    return { title: `${k} by ${n}`, call: call("denseCopyUpdate", values), step: wholeStep(0), outputs };
  });

export const biasUpdate: Cases = (format) =>
  sizes.flatMap((n, i): Case[] =>
    [true, false].map((stored) => {
      const [count, loop] = [[1, 0, 5, 8, 25][i % 5], loops[i % loops.length]];
      const next = random(n + 3);
      const b = vector(format, n, next);
      const { hyperparameters, arguments: update } = updateBy(loop, b, next);
      const values = {
        dy: paddedRows(format, count, n, next, i % 2),
        b,
        g: stored ? blank(format, b.length) : null,
        vectors: [0, b.length / format.lanes] as const,
        ...update,
      };
      const outputs = writtenOf(values, ["b", "g", "state"], chain(format, count));
      const step = { ...wholeStep(count), hyperparameters };
      return { title: `${count} rows of ${n}, ${loop}`, call: call("biasUpdate", values), step, outputs };
    }),
  );
