import type { ElementwiseName } from "../../../src/kernels/activations/index.js";
import type { ConvGeometry } from "../../../src/kernels/ops/conv-geometry.js";
import { transformFilters } from "../../../src/kernels/ops/winograd-filters.js";
import {
  gradientWorkspace,
  inputGradientWorkspace,
  productWorkspace,
  sumLength,
  transformedLength,
  updateWorkspace,
} from "../../../src/kernels/winograd.js";
import { blank, blankBytes, blankRows, random, rows, vector } from "../data.js";
import type { Format, Real } from "../lab.js";
import { call, wholeStep } from "../lab.js";
import { activation, type Case, type Cases, functions, loops, ofGroup, updateBy, writtenOf } from "./case.js";
import { geometryOf, inputs, kernels, outputs, pooledOutputs, type Sizes, titleOf } from "./conv.js";
import { allUnits } from "./dense.js";

/** Images smaller and larger than a tile, tiles over every edge, paddings of every kind, around vectors, panels and groups. */
const shapes = {
  "one pixel": { image: [1, 1, 1], pad: [1, 1, 1, 1], filters: 1 },
  "a tile": { image: [4, 4, 16], pad: [1, 1, 1, 1], filters: 16 },
  "few channels": { image: [5, 7, 3], pad: [1, 1, 1, 1], filters: 17 },
  "no border": { image: [6, 6, 17], filters: 49 },
  "a border of two": { image: [7, 5, 8], pad: [2, 2, 2, 2], filters: 24 },
  "more channels than filters": { image: [13, 9, 24], filters: 8 },
  "many tiles": { image: [14, 13, 16], pad: [1, 1, 1, 1], filters: 32 },
  "an uneven border": { image: [6, 3, 5], pad: [0, 2, 1, 0], filters: 7 },
  "many channels": { image: [3, 8, 140], pad: [2, 0, 0, 1], filters: 20 },
  "three panels": { image: [4, 4, 9], pad: [1, 1, 1, 1], filters: 100 },
} as const satisfies Record<string, Omit<Sizes, "kernel">>;
type ShapeName = keyof typeof shapes;
const geometry = (shape: ShapeName): ConvGeometry => geometryOf({ ...shapes[shape], kernel: [3, 3] });

/** Packed filters and their transformed copies. */
function filtersOf(format: Format, g: ConvGeometry, next: () => number): { w: Real; u: Real; ut: Real } {
  const { channels, filters } = g;
  const { w } = kernels(format, g, next);
  const u = format.array(transformedLength(channels, filters, format.lanes));
  const ut = format.array(transformedLength(filters, channels, format.lanes));
  transformFilters(w, channels, filters, u, ut);
  return { w, u, ut };
}

/** 36 sums of `depth` products of numbers that the transforms have made larger, and the transform back. */
const tolerance = (format: Format, depth: number) => 48 * (depth + 8) * format.unit;
/** dL/dz: where it is pooled, what lies in no whole window is 0. */
function deltas(format: Format, g: ConvGeometry, pool: number, count: number, next: () => number, spare: number) {
  const dy = rows(format, count, outputs(g), next, spare);
  const [height, width] = [g.outHeight, g.outWidth].map((n) => n - (pool > 1 ? n % pool : 0));
  for (let r = 0; r < count; r++) {
    for (let pixel = 0; pixel < g.outHeight * g.outWidth; pixel++) {
      const [y, x] = [Math.floor(pixel / g.outWidth), pixel % g.outWidth];
      const at = r * dy.ld + pixel * g.filters;
      if (y >= height || x >= width) dy.numbers.fill(0, at, at + g.filters);
    }
  }
  return dy;
}
const tilesOf = (g: ConvGeometry, count: number) => count * Math.ceil(g.outHeight / 4) * Math.ceil(g.outWidth / 4);

interface Forward {
  readonly shape: ShapeName;
  readonly count: number;
  readonly f: ElementwiseName;
  /** Pooled in windows of 2x2, with or without the indices of the largest. */
  readonly pool?: 2;
  readonly argmax?: false;
  readonly bias?: false;
  /** A number of the first image is NaN: it passes on to the outputs of its tiles, and with pooling wins its windows. */
  readonly nan?: true;
}

const forward: readonly Forward[] = [
  { shape: "one pixel", count: 3, f: "identity", bias: false },
  { shape: "one pixel", count: 5, f: "relu" },
  { shape: "a tile", count: 5, f: "relu", pool: 2 },
  { shape: "a tile", count: 1, f: "leaky-relu" },
  { shape: "few channels", count: 1, f: "leaky-relu", pool: 2, nan: true },
  { shape: "few channels", count: 0, f: "tanh", bias: false },
  { shape: "no border", count: 8, f: "tanh", bias: false },
  { shape: "no border", count: 3, f: "sigmoid", nan: true },
  { shape: "a border of two", count: 5, f: "sigmoid", pool: 2, argmax: false },
  { shape: "a border of two", count: 3, f: "identity" },
  { shape: "more channels than filters", count: 3, f: "identity", bias: false },
  { shape: "more channels than filters", count: 5, f: "relu" },
  { shape: "many tiles", count: 5, f: "relu", pool: 2, nan: true },
  { shape: "many tiles", count: 1, f: "leaky-relu", bias: false },
  { shape: "an uneven border", count: 1, f: "leaky-relu" },
  { shape: "many channels", count: 0, f: "tanh" },
  { shape: "many channels", count: 8, f: "sigmoid", bias: false },
  { shape: "three panels", count: 3, f: "identity", nan: true },
  ...functions.map((f): Forward => ({ shape: "few channels", count: 1, f: f.name })),
  ...functions.map((f): Forward => ({ shape: "few channels", count: 1, f: f.name, pool: 2 })),
];

export const winograd: Cases = (format) =>
  forward.map(({ shape, count, f, pool = 0, argmax = true, bias = true, nan = false }, i): Case => {
    const [g, next] = [geometry(shape), random(2100 + i)];
    const pooled = pooledOutputs(g, Math.max(pool, 1));
    const x = rows(format, count, inputs(g), next, i % 2);
    if (nan && count > 0) x.numbers[inputs(g) - 1] = NaN;
    const values = {
      x,
      u: filtersOf(format, g, next).u,
      b: bias ? vector(format, g.filters, next) : null,
      y: blankRows(format, count, pooled, (i + 1) % 2),
      argmax: pool > 0 && argmax ? blankBytes(count, pooled, 5) : null,
      workspace: blank(format, productWorkspace(g.channels, g.filters, format.lanes)),
      ...{ ...g, activation: activation(f), pool },
    };
    const title = `${shape}: ${titleOf(g, count)}, pool ${pool}, ${f}`;
    const written = { y: tolerance(format, g.channels), ...(values.argmax && { argmax: 0 }) };
    return { title, call: call("winograd", values), step: wholeStep(count), outputs: written };
  });

/** Every shape, with this many samples, and in turn every function that gave x. */
const counts = [3, 5, 1, 0, 8];
const everyShape = (Object.keys(shapes) as ShapeName[]).map((shape, i) => ({
  shape,
  g: geometry(shape),
  count: counts[i % counts.length],
  f: functions[i % functions.length],
  next: random(2200 + i),
  spare: i % 2,
  pool: [0, 2, 0, 2, 2, 0, 2][i % 7],
}));

export const winogradInputGradient: Cases = (format) =>
  [...everyShape, ...functions.map((f) => ({ ...everyShape[2], f }))].map(
    ({ shape, g, count, f, next, spare, pool }): Case => {
      const values = {
        dy: deltas(format, g, pool, count, next, spare),
        ut: filtersOf(format, g, next).ut,
        dx: blankRows(format, count, inputs(g), 1 - spare),
        y: f.name === "identity" ? null : rows(format, count, inputs(g), next, spare),
        workspace: blank(format, inputGradientWorkspace(g.channels, g.filters, format.lanes)),
        ...{ ...g, pool, activation: f },
      };
      const title = `${shape}: ${titleOf(g, count)}, pool ${pool}, after ${f.name}`;
      const written = { dx: tolerance(format, g.filters) };
      return { title, call: call("winogradInputGradient", values), step: wholeStep(count), outputs: written };
    },
  );

/** Sums so far: zero where padding is. */
function sums(format: Format, g: ConvGeometry, next: () => number): Real {
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

/** A group's only block, a block that is not its first, and its first of several; the group's sum alone, or one of two. */
const blocks = [
  { start: true, last: true, shared: true },
  { start: false, last: true, shared: false },
  { start: true, last: false, shared: false },
  { start: false, last: false, shared: true },
];

export const winogradWeightGradient: Cases = (format) =>
  everyShape.flatMap(({ shape, g, count, next, spare, pool }): Case[] =>
    blocks.map(({ start, last, shared }) => {
      const length = sumLength(g.channels, g.filters, format.lanes);
      const accumulator = { numbers: blank(format, shared ? length : 2 * length), ld: shared ? 0 : length };
      if (!start)
        for (const group of shared ? [0] : [0, 1]) accumulator.numbers.set(sums(format, g, next), group * length);
      const ld = transformedLength(g.channels, g.filters, format.lanes) / 4 + format.lanes;
      const values = {
        x: rows(format, count, inputs(g), next, spare),
        dy: deltas(format, g, pool, count, next, 1 - spare),
        g: { numbers: blank(format, 2 * ld), ld },
        accumulator,
        workspace: blank(format, gradientWorkspace(g.channels, g.filters, format.lanes)),
        ...{ ...g, pool },
        slices: ofGroup(1, allUnits(format, g.channels, g.filters)[1]),
      };
      const title = `${shape}: ${titleOf(g, count)}, ${start ? "start" : "go on"}${last ? ", last" : ""}`;
      const far = tolerance(format, 4 * tilesOf(g, count));
      const step = { ...wholeStep(count), start, last, group: 1 };
      const written = { accumulator: far, ...(last && { g: far }) };
      return { title, call: call("winogradWeightGradient", values), step, outputs: written };
    }),
  );

/** Which copies an update writes, and whether its sum is kept for the next chunk. */
const besides = [
  { copies: true, transposed: true, stored: false },
  { copies: true, transposed: false, stored: true },
  { copies: false, transposed: true, stored: true },
];

export const winogradUpdate: Cases = (format) =>
  everyShape.map(({ shape, g, count, next, spare, pool }, i): Case => {
    const { copies, transposed, stored } = besides[i % besides.length];
    const loop = loops[i % loops.length];
    const { w, u, ut } = filtersOf(format, g, next);
    const { hyperparameters, arguments: update } = updateBy(loop, w, next);
    const values = {
      x: rows(format, count, inputs(g), next, spare),
      dy: deltas(format, g, pool, count, next, 1 - spare),
      g: stored ? blank(format, sumLength(g.channels, g.filters, format.lanes)) : null,
      ...{ w, u: copies ? u : null, ut: transposed ? ut : null },
      workspace: blank(format, updateWorkspace(g.channels, g.filters, format.lanes)),
      ...{ ...g, pool, units: allUnits(format, g.channels, g.filters), ...update },
    };
    const far = tolerance(format, 4 * tilesOf(g, count));
    const step = { ...wholeStep(count), hyperparameters };
    const written = writtenOf(values, ["w", "u", "ut", "g", "state"], far);
    const title = `${shape}: ${titleOf(g, count)}, ${loop}`;
    return { title, call: call("winogradUpdate", values), step, outputs: written };
  });

export const winogradFilters: Cases = (format) =>
  everyShape.flatMap(({ shape, g, next }): Case[] =>
    [
      { from: true, transposed: true },
      { from: true, transposed: false },
      { from: false, transposed: true },
    ].map(({ from, transposed }) => {
      const { channels, filters } = g;
      const values = {
        w: kernels(format, g, next).w,
        u: from ? blank(format, transformedLength(channels, filters, format.lanes)) : null,
        ut: transposed ? blank(format, transformedLength(filters, channels, format.lanes)) : null,
        ...{ channels, filters },
      };
      const written = writtenOf(values, ["u", "ut"], 32 * format.unit);
      return { title: shape, call: call("winogradFilters", values), step: wholeStep(1), outputs: written };
    }),
  );
