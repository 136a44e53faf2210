/** What goes over packed parameters as one row of numbers. */
import { penalty, ruleScalars } from "../../../src/kernels/layout.js";
import { squareBlock, squareSums } from "../../../src/kernels/ops/flat.js";
import { pack, random, vector } from "../data.js";
import { call, wholeStep } from "../lab.js";
import { type Case, type Cases, loops, sizes, updateBy, writtenOf } from "./case.js";

/** Every loop, with penalties and without; more numbers than are penalized at a time. */
export const flatUpdate: Cases = (format) =>
  loops.flatMap((loop, i): Case[] =>
    [false, true].map((penalized) => {
      const next = random(4100 + i);
      const w = vector(format, penalized ? 1100 : sizes[i], next);
      const { hyperparameters, arguments: update } = updateBy(loop, w, next);
      const scalars = [...hyperparameters];
      if (penalized) {
        scalars.length = penalty.active;
        scalars.push(1, 0.3, 0.5, 0.1, 0.05, 0.9);
      }
      const values = {
        w,
        g: vector(format, w.length, next).map((value, at) => (w[at] === 0 ? 0 : value)),
        vectors: [0, w.length / format.lanes] as const,
        ...update,
      };
      const outputs = writtenOf(values, ["w", "state"], 64 * format.unit);
      const step = { ...wholeStep(1), hyperparameters: Array.from(scalars, (value = 0) => value) };
      return { title: `${loop}${penalized ? ", penalties" : ""}`, call: call("flatUpdate", values), step, outputs };
    }),
  );

export const squareSum: Cases = (format) =>
  [8, 24, 1000, 1024, 1040, 3000].map((size, i): Case => {
    const g = vector(format, size, random(4200 + size));
    const blocks = Math.ceil(g.length / squareBlock);
    const values = {
      g,
      sums: new Float64Array(blocks * squareSums),
      n: g.length,
      blocks: [0, blocks] as const,
      optimizer: 64,
    };
    const hyperparameters = new Array<number>(32).fill(0);
    if (i % 2 === 1) hyperparameters.splice(ruleScalars + penalty.active, 2, 1, 0.5);
    const step = { ...wholeStep(1), hyperparameters };
    return { title: `${size}`, call: call("squareSum", values), step, outputs: { sums: 1e-13 } };
  });

export const average: Cases = (format) =>
  sizes.map((n): Case => {
    const next = random(4300 + n);
    const w = vector(format, n, next);
    const values = {
      w,
      average: vector(format, n, next),
      vectors: [0, w.length / format.lanes] as const,
      optimizer: 0,
    };
    const step = { ...wholeStep(1), hyperparameters: [0.125] };
    return { title: `${n}`, call: call("average", values), step, outputs: { average: 8 * format.unit } };
  });

export const maxNorm: Cases = (format) =>
  [3, 50, 130].map((n): Case => {
    const next = random(4400 + n);
    const k = 37;
    const w = pack(format, k, n, (_row, column) => next() * (column % 3));
    const panels = [0, Math.ceil(n / (3 * format.lanes))] as const;
    const values = { w, k, n, panels, most: 2 };
    return { title: `${k}x${n}`, call: call("maxNorm", values), step: wholeStep(1), outputs: { w: 64 * format.unit } };
  });
