import { elementwiseNames } from "../../../src/kernels/operations.js";
import {
  gradientWorkspace,
  productWorkspace,
  sumLength,
  transformFilters,
  transformedLength,
  updateWorkspace,
} from "../../../src/kernels/winograd.js";
import { blank, random, rows, vector } from "../data.js";
import type { Format, Real } from "../lab.js";
import { call, wholeStep } from "../lab.js";
import type { Case, Cases } from "./case.js";
import { pick } from "./case.js";
import { counts, geometryOf, inputs, kernels, ldOf, outputs, type Geometry, type Sizes, titleOf } from "./conv.js";
import { hypers, optimizers, outputsOf, slope, state } from "./dense.js";

/** Images smaller and larger than a tile, tiles over every edge, paddings of every kind, around vectors, panels and groups. */
const shapes: readonly Omit<Sizes, "kernel">[] = [
  { image: [1, 1, 1], pad: [1, 1, 1, 1], filters: 1 },
  { image: [4, 4, 16], pad: [1, 1, 1, 1], filters: 16, pool: 2 },
  { image: [5, 7, 3], pad: [1, 1, 1, 1], filters: 17, pool: 2 },
  { image: [6, 6, 17], filters: 49 },
  { image: [7, 5, 8], pad: [2, 2, 2, 2], filters: 24, pool: 2 },
  { image: [13, 9, 24], filters: 8 },
  { image: [14, 13, 16], pad: [1, 1, 1, 1], filters: 32, pool: 2 },
  { image: [6, 3, 5], pad: [0, 2, 1, 0], filters: 7 },
  { image: [3, 8, 140], pad: [2, 0, 0, 1], filters: 20 },
  { image: [4, 4, 9], pad: [1, 1, 1, 1], filters: 100 },
];
const sizesOf = (shape: (typeof shapes)[number]): Sizes => ({ ...shape, kernel: [3, 3] });

/** Packed filters and their transformed copies. */
function filtersOf(format: Format, g: Geometry, next: () => number): { w: Real; u: Real; ut: Real } {
  const { channels, filters } = g;
  const { w } = kernels(format, g, next);
  const u = format.array(transformedLength(channels, filters, format.lanes));
  const ut = format.array(transformedLength(filters, channels, format.lanes));
  transformFilters(w, channels, filters, format.lanes, u, ut);
  return { w, u, ut };
}

/** 36 sums of `depth` products of numbers that the transforms have made larger, and the transform back. */
const tolerance = (format: Format, depth: number) => 48 * (depth + 8) * format.unit;
const tilesOf = (g: Geometry, count: number) => count * Math.ceil(g.outHeight / 4) * Math.ceil(g.outWidth / 4);

export const winograd: Cases = (format) =>
  shapes.flatMap((shape, i): Case[] =>
    [0, 1].map((turn) => {
      const g = geometryOf(sizesOf(shape));
      const [count, f] = [pick(counts, i + turn + 1), (i + turn) % elementwiseNames.length];
      const pool = turn === 0 ? (shape.pool ?? 0) : 0;
      const next = random(2100 + 2 * i + turn);
      const window = Math.max(pool, 1);
      const pooled = Math.floor(g.outHeight / window) * Math.floor(g.outWidth / window) * g.filters;
      const [ldx, ldy] = [ldOf(inputs(g), format, i), ldOf(pooled, format, turn)];
      const x = rows(format, count, inputs(g), ldx, next);
      // A NaN passes on to the outputs of its tiles, and with pooling wins its windows.
      if (i % 4 === 2 && count > 0) x[inputs(g) - 1] = NaN;
      const winners = pool > 0 && i % 5 !== 4 ? new Uint8Array(count * (pooled + 5)).fill(255) : null;
      const values = {
        x,
        ldx,
        u: filtersOf(format, g, next).u,
        b: (i + turn) % 3 === 0 ? null : vector(format, g.filters, next),
        y: blank(format, count * ldy),
        ldy,
        winners,
        ldw: pooled + 5,
        workspace: blank(format, productWorkspace(g.channels, g.filters, format.lanes)),
        ...g,
        function: f,
        slope,
        pool,
      };
      const title = `${titleOf(g, count)}, pool ${pool}, ${elementwiseNames[f]}`;
      const written = { y: tolerance(format, g.channels), ...(winners ? { winners: 0 } : {}) };
      return { title, call: call("winograd", values), step: wholeStep(count), outputs: written };
    }),
  );

export const winogradBackward: Cases = (format) =>
  shapes.map((shape, i): Case => {
    const g = geometryOf(sizesOf(shape));
    const [count, f] = [pick(counts, i + 2), i % elementwiseNames.length];
    const next = random(2200 + i);
    const [lddy, lddx, ldy] = [ldOf(outputs(g), format, i), ldOf(inputs(g), format, i + 1), ldOf(inputs(g), format, i)];
    const values = {
      dy: rows(format, count, outputs(g), lddy, next),
      lddy,
      ut: filtersOf(format, g, next).ut,
      dx: blank(format, count * lddx),
      lddx,
      y: f === 0 ? null : rows(format, count, inputs(g), ldy, next),
      ldy,
      workspace: blank(format, productWorkspace(g.filters, g.channels, format.lanes)),
      ...g,
      function: f,
      slope,
    };
    const title = `${titleOf(g, count)}, ${elementwiseNames[f]} below`;
    const written = { dx: tolerance(format, g.filters) };
    return { title, call: call("winogradBackward", values), step: wholeStep(count), outputs: written };
  });

/** Sums so far: zero where padding is. */
function sums(format: Format, g: Geometry, next: () => number): Real {
  const { lanes } = format;
  const out = format.array(sumLength(g.channels, g.filters, lanes));
  let at = 0;
  const columns = Math.ceil(g.filters / lanes) * lanes;
  for (let first = 0; first < columns; first += 3 * lanes) {
    const width = Math.min(3 * lanes, columns - first);
    for (let row = 0; row < g.channels; row += lanes)
      for (let i = 0; i < 36 * lanes * width; i++, at++) {
        const [lane, column] = [Math.floor(i / width) % lanes, i % width];
        if (row + lane < g.channels && first + column < g.filters) out[at] = 2 * next() - 1;
      }
  }
  return out;
}

export const winogradGradient: Cases = (format) =>
  shapes.flatMap((shape, i): Case[] =>
    [0, 1, 2].map((turn) => {
      const g = geometryOf(sizesOf(shape));
      const [start, last] = [turn !== 1, turn !== 2];
      const count = pick(counts, i + turn);
      const next = random(2300 + 3 * i + turn);
      const [ldx, lddy] = [ldOf(inputs(g), format, i), ldOf(outputs(g), format, i + 1)];
      const length = transformedLength(g.channels, g.filters, format.lanes);
      const sumNumbers = sumLength(g.channels, g.filters, format.lanes);
      // The sum of the group at hand, or those of two groups, of which it is the second.
      const accumulatorStride = i % 2 === 0 ? 0 : sumNumbers;
      const accumulator = start ? blank(format, sumNumbers + accumulatorStride) : format.array(2 * sumNumbers);
      if (!start) for (const group of [0, 1]) accumulator.set(sums(format, g, next), group * sumNumbers);
      const stride = length / 4 + format.lanes;
      const values = {
        x: rows(format, count, inputs(g), ldx, next),
        ldx,
        dy: rows(format, count, outputs(g), lddy, next),
        lddy,
        g: blank(format, 2 * stride),
        stride,
        accumulator,
        accumulatorStride,
        workspace: blank(format, gradientWorkspace(g.channels, g.filters, format.lanes)),
        ...g,
      };
      const title = `${titleOf(g, count)}, ${start ? "start" : "go on"}${last ? ", last" : ""}`;
      const far = tolerance(format, 4 * tilesOf(g, count));
      const step = { ...wholeStep(count), start, last, group: 1 };
      const written = last ? { accumulator: far, g: far } : { accumulator: far };
      return { title, call: call("winogradGradient", values), step, outputs: written };
    }),
  );

export const winogradUpdate: Cases = (format) =>
  shapes.map((shape, i): Case => {
    const g = geometryOf(sizesOf(shape));
    const [count, optimizer] = [pick(counts, i + 1), pick(optimizers, i)];
    const next = random(2400 + i);
    const [ldx, lddy] = [ldOf(inputs(g), format, i), ldOf(outputs(g), format, i + 1)];
    const { w, u, ut } = filtersOf(format, g, next);
    const { lanes } = format;
    const values = {
      x: rows(format, count, inputs(g), ldx, next),
      ldx,
      dy: rows(format, count, outputs(g), lddy, next),
      lddy,
      g: i % 2 === 0 ? null : blank(format, sumLength(g.channels, g.filters, lanes)),
      w,
      u: i % 4 === 3 ? null : u,
      ut: i % 5 === 3 ? null : ut,
      ...state(optimizer, w, next),
      workspace: blank(format, updateWorkspace(g.channels, g.filters, lanes)),
      ...g,
      firstUnit: 0,
      lastUnit: Math.ceil(g.filters / (3 * lanes)) * Math.ceil(g.channels / lanes),
      optimizer,
    };
    const title = `${titleOf(g, count)}, optimizer ${optimizer}`;
    const written = outputsOf(values, ["w", "u", "ut", "g", "s", "t"], tolerance(format, 4 * tilesOf(g, count)));
    const step = { ...wholeStep(count), hyper: hypers[optimizer] };
    return { title, call: call("winogradUpdate", values), step, outputs: written };
  });

export const winogradFilters: Cases = (format) =>
  shapes.map((shape, i): Case => {
    const g = geometryOf(sizesOf(shape));
    const { channels, filters } = g;
    const { w } = kernels(format, g, random(2500 + i));
    const values = {
      w,
      u: i % 4 === 3 ? null : blank(format, transformedLength(channels, filters, format.lanes)),
      ut: i % 4 === 1 ? null : blank(format, transformedLength(filters, channels, format.lanes)),
      channels,
      filters,
    };
    const written = { ...(values.u && { u: 32 * format.unit }), ...(values.ut && { ut: 32 * format.unit }) };
    return { title: titleOf(g, 1), call: call("winogradFilters", values), step: wholeStep(1), outputs: written };
  });
