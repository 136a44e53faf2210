import { elementwiseNames } from "../../../src/kernels/operations.js";
import { convUpdateWorkspace } from "../../../src/kernels/conv-workspace.js";
import { blank, pack, padded, random, rows, uniform, vector } from "../data.js";
import type { Format, Real } from "../lab.js";
import { call, wholeStep } from "../lab.js";
import type { Case, Cases } from "./case.js";
import { pick } from "./case.js";
import { hypers, optimizers, outputsOf, slope, state } from "./dense.js";

export interface Sizes {
  readonly image: [height: number, width: number, channels: number];
  readonly kernel: [height: number, width: number];
  readonly stride?: [down: number, across: number];
  /** Top, left, bottom, right. */
  readonly pad?: [number, number, number, number];
  readonly filters: number;
  readonly pool?: number;
}

/** Windows that fit and that do not, borders of every kind, around the edges of tiles, vectors and panels. */
export const shapes: readonly Sizes[] = [
  { image: [1, 1, 1], kernel: [1, 1], filters: 1 },
  { image: [5, 4, 3], kernel: [5, 4], filters: 17 },
  { image: [7, 7, 1], kernel: [3, 3], filters: 32, pool: 2 },
  { image: [9, 8, 3], kernel: [5, 5], filters: 24, pool: 2 },
  { image: [6, 7, 8], kernel: [3, 3], pad: [1, 1, 1, 1], filters: 16 },
  { image: [6, 7, 2], kernel: [3, 3], pad: [1, 1, 1, 1], filters: 50, pool: 2 },
  { image: [2, 2, 20], kernel: [3, 3], pad: [1, 1, 1, 1], filters: 20 },
  { image: [8, 9, 5], kernel: [3, 2], stride: [2, 2], filters: 49 },
  { image: [7, 6, 9], kernel: [3, 3], stride: [2, 3], pad: [1, 0, 2, 1], filters: 7 },
  { image: [5, 5, 17], kernel: [1, 1], stride: [2, 2], filters: 33 },
  { image: [4, 5, 6], kernel: [5, 5], pad: [2, 2, 2, 2], filters: 6, pool: 3 },
  { image: [3, 3, 2], kernel: [2, 2], pad: [3, 0, 1, 4], filters: 64 },
  { image: [9, 9, 2], kernel: [3, 3], stride: [2, 1], pad: [0, 1, 1, 1], filters: 97, pool: 2 },
  { image: [3, 11, 1], kernel: [3, 5], pad: [0, 2, 0, 2], filters: 6 },
];
export const counts = [8, 3, 5, 1, 0];

export const geometryOf = ({ image, kernel, stride = [1, 1], pad = [0, 0, 0, 0], filters }: Sizes) => ({
  height: image[0],
  width: image[1],
  channels: image[2],
  kernelHeight: kernel[0],
  kernelWidth: kernel[1],
  strideHeight: stride[0],
  strideWidth: stride[1],
  padTop: pad[0],
  padLeft: pad[1],
  outHeight: Math.floor((image[0] + pad[0] + pad[2] - kernel[0]) / stride[0]) + 1,
  outWidth: Math.floor((image[1] + pad[1] + pad[3] - kernel[1]) / stride[1]) + 1,
  filters,
});
export type Geometry = ReturnType<typeof geometryOf>;

export const titleOf = (g: Geometry, count: number) =>
  `${count} of ${g.height}x${g.width}x${g.channels}, ${g.kernelHeight}x${g.kernelWidth} to ${g.outHeight}x${g.outWidth}x${g.filters}`;
export const inputs = (g: Geometry) => g.height * g.width * g.channels;
export const outputs = (g: Geometry) => g.outHeight * g.outWidth * g.filters;
const depthOf = (g: Geometry) => g.kernelHeight * g.kernelWidth * g.channels;
export const ldOf = (n: number, format: Format, i: number) => padded(n, format) + format.lanes * (i % 2);
/** Two chains of `depth` products of numbers below 1, rounded at each step in ways that may differ. */
const tolerance = (format: Format, depth: number) => 4 * (depth + 4) * format.unit;

/** A kernel packed, and packed turned by 180 degrees with its channels as columns. */
export function kernels(format: Format, g: Geometry, next: () => number): { w: Real; wt: Real } {
  const taps = g.kernelHeight * g.kernelWidth;
  const plain = uniform(format, taps * g.channels * g.filters, next);
  const at = (tap: number, channel: number, filter: number) => plain[(tap * g.channels + channel) * g.filters + filter];
  return {
    w: pack(format, taps * g.channels, g.filters, (k, j) => at(Math.floor(k / g.channels), k % g.channels, j)),
    wt: pack(format, taps * g.filters, g.channels, (k, c) =>
      at(taps - 1 - Math.floor(k / g.filters), c, k % g.filters),
    ),
  };
}

export const conv: Cases = (format) =>
  shapes.flatMap((sizes, i): Case[] =>
    [0, 1].map((turn) => {
      const g = geometryOf(sizes);
      const [count, f, pool] = [pick(counts, i + 2 * turn), (i + turn) % elementwiseNames.length, sizes.pool ?? 0];
      const next = random(1100 + 2 * i + turn);
      const window = Math.max(pool, 1);
      const pooled = Math.floor(g.outHeight / window) * Math.floor(g.outWidth / window) * g.filters;
      const [ldx, ldy] = [ldOf(inputs(g), format, i), ldOf(pooled, format, turn)];
      const x = rows(format, count, inputs(g), ldx, next);
      // What passes on: a NaN, and with pooling wins its window.
      if (i % 4 === 3 && count > 0) x[inputs(g) - 1] = NaN;
      const winners = pool > 0 && i % 5 !== 4 ? new Uint8Array(count * (pooled + 5)).fill(255) : null;
      const values = {
        x,
        ldx,
        w: kernels(format, g, next).w,
        b: (i + turn) % 3 === 0 ? null : vector(format, g.filters, next),
        y: blank(format, count * ldy),
        ldy,
        winners,
        ldw: pooled + 5,
        ...g,
        function: f,
        slope,
        pool,
      };
      const title = `${titleOf(g, count)}, pool ${pool}, ${elementwiseNames[f]}`;
      const written = { y: tolerance(format, depthOf(g)), ...(winners ? { winners: 0 } : {}) };
      return { title, call: call("conv", values), step: wholeStep(count), outputs: written };
    }),
  );

export const convBackward: Cases = (format) =>
  shapes.map((sizes, i): Case => {
    const g = geometryOf(sizes);
    const [count, f] = [pick(counts, i + 1), i % elementwiseNames.length];
    const next = random(1200 + i);
    const [lddy, lddx, ldy] = [ldOf(outputs(g), format, i), ldOf(inputs(g), format, i + 1), ldOf(inputs(g), format, i)];
    const values = {
      dy: rows(format, count, outputs(g), lddy, next),
      lddy,
      wt: kernels(format, g, next).wt,
      dx: blank(format, count * lddx),
      lddx,
      y: f === 0 ? null : rows(format, count, inputs(g), ldy, next),
      ldy,
      ...g,
      function: f,
      slope,
    };
    const title = `${titleOf(g, count)}, ${elementwiseNames[f]} below`;
    const written = { dx: tolerance(format, g.kernelHeight * g.kernelWidth * g.filters) };
    return { title, call: call("convBackward", values), step: wholeStep(count), outputs: written };
  });

/** Numbers of a packed gradient of the kernel. */
const gradientLength = (g: Geometry, format: Format) => depthOf(g) * padded(g.filters, format);

export const convGradient: Cases = (format) =>
  shapes.flatMap((sizes, i): Case[] =>
    [true, false].map((start) => {
      const g = geometryOf(sizes);
      const count = pick(counts, i + Number(start));
      const next = random(1300 + i);
      const [ldx, lddy] = [ldOf(inputs(g), format, i), ldOf(outputs(g), format, i + 1)];
      const stride = gradientLength(g, format) + format.lanes;
      const gradient = blank(format, 3 * stride);
      const stored = pack(format, depthOf(g), g.filters, () => 2 * next() - 1);
      if (!start) gradient.set(stored, stride);
      const x = rows(format, count, inputs(g), ldx, next);
      if (i % 4 === 3 && count > 0) x[0] = NaN;
      const values = { x, ldx, dy: rows(format, count, outputs(g), lddy, next), lddy, g: gradient, stride, ...g };
      const step = { ...wholeStep(count), start, group: 1 };
      const written = { g: tolerance(format, count * g.outHeight * g.outWidth) };
      const title = `${titleOf(g, count)}, ${start ? "from zero" : "on"}`;
      return { title, call: call("convGradient", values), step, outputs: written };
    }),
  );

export const biasGradient: Cases = (format) =>
  [1, 6, 16, 17, 50].flatMap((channels, i): Case[] =>
    [1, 3, 8, 25].map((pixels, j) => {
      const count = pick(counts, i + j);
      const next = random(1400 + 4 * i + j);
      const lddy = ldOf(pixels * channels, format, i);
      const stride = padded(channels, format) + format.lanes;
      const start = j % 2 === 0;
      const gradient = blank(format, 2 * stride);
      if (!start) gradient.set(vector(format, channels, next), stride);
      const values = {
        dy: rows(format, count, pixels * channels, lddy, next),
        lddy,
        g: gradient,
        stride,
        pixels,
        channels,
      };
      const step = { ...wholeStep(count), start, group: 1 };
      const title = `${count} samples of ${pixels} pixels, ${channels} channels`;
      return {
        title,
        call: call("biasGradient", values),
        step,
        outputs: { g: tolerance(format, count * pixels) },
      };
    }),
  );

const groupCounts = [0, 1, 4, 16];

export const convUpdate: Cases = (format) =>
  shapes.flatMap((sizes, i): Case[] =>
    [0, 1].map((turn) => {
      const g = geometryOf(sizes);
      const [groups, count] = [pick(groupCounts, i + turn), pick(counts, i + 1)];
      const optimizer = pick(optimizers, i + turn);
      const next = random(1500 + 2 * i + turn);
      const [ldx, lddy] = [ldOf(inputs(g), format, i), ldOf(outputs(g), format, i + 1)];
      const { w, wt } = kernels(format, g, next);
      const stride = w.length + format.lanes;
      const gradients = blank(format, groups * stride);
      for (let k = 0; k < groups; k++)
        gradients.set(
          pack(format, depthOf(g), g.filters, () => 2 * next() - 1),
          k * stride,
        );
      const stored = i % 2 === 0 ? null : pack(format, depthOf(g), g.filters, () => NaN);
      const panels = Math.ceil(g.filters / (3 * format.lanes));
      const values = {
        x: rows(format, count, inputs(g), ldx, next),
        ldx,
        dy: rows(format, count, outputs(g), lddy, next),
        lddy,
        g: groups > 0 ? gradients : stored,
        stride,
        groups,
        w,
        wt: i % 5 === 4 ? null : wt,
        u: null,
        ut: null,
        ...state(optimizer, w, next),
        workspace: blank(format, convUpdateWorkspace(g.kernelHeight, g.kernelWidth, format.lanes)),
        ...g,
        firstUnit: 0,
        lastUnit: panels * Math.ceil(g.channels / format.lanes),
        optimizer,
      };
      const names = ["w", "wt", "s", "t", ...(groups > 0 ? [] : ["g"])];
      const terms = groups > 0 ? groups : count * g.outHeight * g.outWidth;
      const title = `${titleOf(g, count)}, ${groups} groups, optimizer ${optimizer}`;
      const step = { ...wholeStep(count), hyper: hypers[optimizer] };
      const written = outputsOf(values, names, tolerance(format, terms));
      return { title, call: call("convUpdate", values), step, outputs: written };
    }),
  );

export const vectorUpdate: Cases = (format) =>
  [1, 8, 16, 17, 100].map((n, i): Case => {
    const [groups, optimizer] = [pick([1, 2, 8, 16], i), pick(optimizers, i)];
    const next = random(1600 + i);
    const b = vector(format, n, next);
    const stride = b.length + format.lanes;
    const gradients = blank(format, groups * stride);
    for (let k = 0; k < groups; k++) gradients.set(vector(format, n, next), k * stride);
    const values = {
      g: gradients,
      stride,
      groups,
      b,
      ...state(optimizer, b, next),
      firstVector: 0,
      lastVector: b.length / format.lanes,
      optimizer,
    };
    const step = { ...wholeStep(1), hyper: hypers[optimizer] };
    const outputs = outputsOf(values, ["b", "s", "t"], tolerance(format, groups));
    return {
      title: `${groups} groups of ${n}, optimizer ${optimizer}`,
      call: call("vectorUpdate", values),
      step,
      outputs,
    };
  });
