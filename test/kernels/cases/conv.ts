import type { ElementwiseName } from "../../../src/kernels/activations/index.js";
import type { ConvGeometry } from "../../../src/kernels/ops/conv-geometry.js";
import { blankBytes, blankRows, pack, random, rows, uniform, vector } from "../data.js";
import type { Format, Real } from "../lab.js";
import { call, wholeStep } from "../lab.js";
import { activation, type Case, type Cases, chain, functions } from "./case.js";

export interface Sizes {
  readonly image: [height: number, width: number, channels: number];
  readonly kernel: [height: number, width: number];
  readonly stride?: [down: number, across: number];
  /** Top, left, bottom, right. */
  readonly pad?: [number, number, number, number];
  readonly filters: number;
}

/** Windows that fit and that do not, borders of every kind, around the edges of tiles, vectors and panels. */
export const shapes = {
  "one of everything": { image: [1, 1, 1], kernel: [1, 1], filters: 1 },
  "as large as the image": { image: [5, 4, 3], kernel: [5, 4], filters: 17 },
  "a channel": { image: [7, 7, 1], kernel: [3, 3], filters: 32 },
  "a panel of filters": { image: [9, 8, 3], kernel: [5, 5], filters: 24 },
  "a border all round": { image: [6, 7, 8], kernel: [3, 3], pad: [1, 1, 1, 1], filters: 16 },
  "two panels": { image: [6, 7, 2], kernel: [3, 3], pad: [1, 1, 1, 1], filters: 50 },
  "more taps than pixels": { image: [2, 2, 20], kernel: [3, 3], pad: [1, 1, 1, 1], filters: 20 },
  "a stride": { image: [8, 9, 5], kernel: [3, 2], stride: [2, 2], filters: 49 },
  "an uneven border and stride": { image: [7, 6, 9], kernel: [3, 3], stride: [2, 3], pad: [1, 0, 2, 1], filters: 7 },
  "a stride that skips pixels": { image: [5, 5, 17], kernel: [1, 1], stride: [2, 2], filters: 33 },
  "larger than the image": { image: [4, 5, 6], kernel: [5, 5], pad: [2, 2, 2, 2], filters: 6 },
  "windows in the border alone": { image: [3, 3, 2], kernel: [2, 2], pad: [3, 0, 1, 4], filters: 64 },
  "strides and three panels": { image: [9, 9, 2], kernel: [3, 3], stride: [2, 1], pad: [0, 1, 1, 1], filters: 97 },
  // Panels of more than 16 KB.
  "deep, a vector of filters": { image: [8, 8, 17], kernel: [5, 5], filters: 7 },
  "deep, two vectors of filters": { image: [8, 7, 17], kernel: [5, 5], filters: 20 },
  "rows alone have a border": { image: [3, 11, 1], kernel: [3, 5], pad: [0, 2, 0, 2], filters: 6 },
} as const satisfies Record<string, Sizes>;
export type ShapeName = keyof typeof shapes;

export function geometryOf({ image, kernel, stride = [1, 1], pad = [0, 0, 0, 0], filters }: Sizes): ConvGeometry {
  const out = (axis: 0 | 1) => Math.floor((image[axis] + pad[axis] + pad[axis + 2] - kernel[axis]) / stride[axis]) + 1;
  return {
    height: image[0],
    width: image[1],
    channels: image[2],
    kernelHeight: kernel[0],
    kernelWidth: kernel[1],
    strideHeight: stride[0],
    strideWidth: stride[1],
    padTop: pad[0],
    padLeft: pad[1],
    outHeight: out(0),
    outWidth: out(1),
    filters,
  };
}

export const titleOf = (g: ConvGeometry, count: number): string =>
  `${count} of ${g.height}x${g.width}x${g.channels}, ${g.kernelHeight}x${g.kernelWidth} to ${g.outHeight}x${g.outWidth}x${g.filters}`;
export const inputs = (g: ConvGeometry): number => g.height * g.width * g.channels;
export const outputs = (g: ConvGeometry): number => g.outHeight * g.outWidth * g.filters;
/** Numbers of the output where windows of size x size are pooled. */
export const pooledOutputs = (g: ConvGeometry, size: number): number =>
  Math.floor(g.outHeight / size) * Math.floor(g.outWidth / size) * g.filters;
export const depthOf = (g: ConvGeometry): number => g.kernelHeight * g.kernelWidth * g.channels;

/** A kernel packed, and packed turned by 180 degrees with its channels as columns. */
export function kernels(format: Format, g: ConvGeometry, next: () => number): { w: Real; wt: Real } {
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

interface Forward {
  readonly shape: ShapeName;
  readonly count: number;
  readonly f: ElementwiseName;
  /** Pooled in windows of that size, with or without the indices of the largest. */
  readonly pool?: number;
  readonly argmax?: false;
  readonly bias?: false;
  /** A number of the first image is NaN: it passes on, and with pooling wins its window. */
  readonly nan?: true;
  /** Vectors between the rows of x; y then has none, and the other way round. */
  readonly spare?: number;
}

const forward: readonly Forward[] = [
  { shape: "one of everything", count: 8, f: "identity", bias: false },
  { shape: "one of everything", count: 5, f: "relu" },
  { shape: "as large as the image", count: 3, f: "relu", spare: 1 },
  { shape: "as large as the image", count: 1, f: "leaky-relu", bias: false },
  { shape: "a channel", count: 5, f: "leaky-relu", pool: 2, bias: false },
  { shape: "a channel", count: 0, f: "tanh", pool: 2 },
  { shape: "a panel of filters", count: 1, f: "tanh", pool: 2, nan: true, spare: 1 },
  { shape: "a panel of filters", count: 8, f: "sigmoid", pool: 2, argmax: false, bias: false },
  { shape: "a border all round", count: 3, f: "sigmoid" },
  { shape: "a border all round", count: 8, f: "identity", bias: false, spare: 1 },
  { shape: "two panels", count: 8, f: "identity", pool: 2, bias: false },
  { shape: "two panels", count: 5, f: "relu", pool: 2, spare: 1 },
  { shape: "more taps than pixels", count: 3, f: "relu", nan: true },
  { shape: "more taps than pixels", count: 1, f: "leaky-relu", bias: false },
  { shape: "a stride", count: 5, f: "leaky-relu", bias: false, spare: 1 },
  { shape: "an uneven border and stride", count: 1, f: "tanh" },
  { shape: "an uneven border and stride", count: 3, f: "sigmoid", nan: true },
  { shape: "a stride that skips pixels", count: 8, f: "sigmoid", spare: 1 },
  { shape: "a stride that skips pixels", count: 0, f: "identity" },
  { shape: "larger than the image", count: 3, f: "identity", pool: 3, nan: true },
  { shape: "larger than the image", count: 1, f: "relu", pool: 3, argmax: false, spare: 1 },
  { shape: "windows in the border alone", count: 5, f: "relu", bias: false },
  { shape: "strides and three panels", count: 1, f: "leaky-relu", pool: 2, argmax: false },
  { shape: "strides and three panels", count: 3, f: "tanh", pool: 2, spare: 1 },
  { shape: "deep, a vector of filters", count: 3, f: "relu" },
  { shape: "deep, two vectors of filters", count: 5, f: "leaky-relu", pool: 2 },
  { shape: "deep, two vectors of filters", count: 8, f: "tanh", spare: 1 },
  { shape: "rows alone have a border", count: 8, f: "tanh" },
  ...functions.map((f): Forward => ({ shape: "a border all round", count: 1, f: f.name })),
  ...functions.map((f): Forward => ({ shape: "two panels", count: 1, f: f.name, pool: 2 })),
];

export const conv: Cases = (format) =>
  forward.map(({ shape, count, f, pool = 0, argmax = true, bias = true, nan = false, spare = 0 }): Case => {
    const g = geometryOf(shapes[shape]);
    const next = random(1100 + inputs(g) + count);
    const pooled = pooledOutputs(g, Math.max(pool, 1));
    const x = rows(format, count, inputs(g), next, spare);
    if (nan) x.numbers[inputs(g) - 1] = NaN;
    const values = {
      x,
      w: kernels(format, g, next).w,
      b: bias ? vector(format, g.filters, next) : null,
      y: blankRows(format, count, pooled, 1 - spare),
      argmax: pool > 0 && argmax ? blankBytes(count, pooled, 5) : null,
      ...{ ...g, activation: activation(f), pool },
    };
    const title = `${shape}: ${titleOf(g, count)}, pool ${pool}, ${f}`;
    const written = { y: chain(format, depthOf(g)), ...(values.argmax && { argmax: 0 }) };
    return { title, call: call("conv", values), step: wholeStep(count), outputs: written };
  });

/** Every shape, with this many samples, and in turn every function that gave x. */
const counts = [3, 5, 1, 0, 8];
export const everyShape = Object.entries(shapes).map(([name, sizes], i) => ({
  name,
  g: geometryOf(sizes),
  count: counts[i % counts.length],
  f: functions[i % functions.length],
  next: random(1200 + i),
  spare: i % 2,
}));

export const convInputGradient: Cases = (format) =>
  [...everyShape, ...functions.map((f) => ({ ...everyShape[4], f }))].map(
    ({ name, g, count, f, next, spare }): Case => {
      const values = {
        dy: rows(format, count, outputs(g), next, spare),
        wt: kernels(format, g, next).wt,
        dx: blankRows(format, count, inputs(g), 1 - spare),
        y: f.name === "identity" ? null : rows(format, count, inputs(g), next, spare),
        ...{ ...g, activation: f },
      };
      const written = { dx: chain(format, g.kernelHeight * g.kernelWidth * g.filters) };
      const title = `${name}: ${titleOf(g, count)}, after ${f.name}`;
      return { title, call: call("convInputGradient", values), step: wholeStep(count), outputs: written };
    },
  );
