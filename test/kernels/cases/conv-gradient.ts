import { convUpdateWorkspace } from "../../../src/kernels/conv-workspace.js";
import type { ConvGeometry } from "../../../src/kernels/ops/conv-geometry.js";
import { blank, pack, padded, random, rows, vector } from "../data.js";
import type { Format, Matrix } from "../lab.js";
import { call, wholeStep } from "../lab.js";
import { type Case, type Cases, chain, loops, ofGroup, updateBy, writtenOf } from "./case.js";
import { depthOf, everyShape, geometryOf, inputs, kernels, outputs, type ShapeName, shapes, titleOf } from "./conv.js";
import { allUnits } from "./dense.js";

/** So many groups' packed gradients of a kernel. */
function gradients(format: Format, g: ConvGeometry, groups: number, next: () => number): Matrix {
  const ld = depthOf(g) * padded(g.filters, format) + format.lanes;
  const numbers = blank(format, groups * ld);
  for (let k = 0; k < groups; k++) {
    const packed = pack(format, depthOf(g), g.filters, () => 2 * next() - 1);
    numbers.set(packed, k * ld);
  }
  return { numbers, ld };
}

export const convWeightGradient: Cases = (format) =>
  everyShape.flatMap(({ name, g, count, next, spare }): Case[] =>
    [true, false].map((start) => {
      const x = rows(format, count, inputs(g), next, spare);
      // A NaN stays within its channel.
      if (count > 1) x.numbers[0] = NaN;
      const stored = gradients(format, g, 3, next);
      if (start) stored.numbers.fill(NaN);
      const slices = ofGroup(1, g.kernelHeight * allUnits(format, g.channels, g.filters)[1]);
      const values = { x, dy: rows(format, count, outputs(g), next, 1 - spare), g: stored, ...g, slices };
      const step = { ...wholeStep(count), start, group: 1 };
      const written = { g: chain(format, count * g.outHeight * g.outWidth) };
      const title = `${name}: ${titleOf(g, count)}, ${start ? "from zero" : "on"}`;
      return { title, call: call("convWeightGradient", values), step, outputs: written };
    }),
  );

export const biasGradient: Cases = (format) =>
  [1, 6, 16, 17, 50].flatMap((channels, i): Case[] =>
    [
      { pixels: 1, count: 8, start: true },
      { pixels: 3, count: 3, start: false },
      { pixels: 8, count: 5, start: true },
      { pixels: 25, count: 1, start: false },
      { pixels: 25, count: 0, start: true },
    ].map(({ pixels, count, start }) => {
      const next = random(1400 + channels * pixels);
      const ld = padded(channels, format) + format.lanes;
      const numbers = blank(format, 2 * ld);
      if (!start) numbers.set(vector(format, channels, next), ld);
      const values = {
        dy: rows(format, count, pixels * channels, next, i % 2),
        g: { numbers, ld },
        ...{ pixels, channels, slices: ofGroup(1, Math.ceil(channels / format.lanes)) },
      };
      const step = { ...wholeStep(count), start, group: 1 };
      const title = `${count} samples of ${pixels} pixels, ${channels} channels`;
      const written = { g: chain(format, count * pixels) };
      return { title, call: call("biasGradient", values), step, outputs: written };
    }),
  );

interface Update {
  readonly shape: ShapeName;
  readonly count: number;
  /** Groups whose gradients are added; 0: the owner makes the gradient from all samples. */
  readonly groups: number;
  readonly loop: string;
  /** The owner's gradient is kept for the next chunk. */
  readonly stored?: true;
  /** Without the turned copy. */
  readonly copy?: false;
}

const updates: readonly Update[] = [
  { shape: "one of everything", count: 3, groups: 0, loop: "sgd" },
  { shape: "one of everything", count: 3, groups: 1, loop: "momentum" },
  { shape: "as large as the image", count: 5, groups: 1, loop: "momentum" },
  { shape: "as large as the image", count: 5, groups: 0, loop: "adam", stored: true },
  { shape: "a channel", count: 1, groups: 4, loop: "adam" },
  { shape: "a channel", count: 1, groups: 16, loop: "sgd" },
  { shape: "a panel of filters", count: 3, groups: 16, loop: "sgd" },
  { shape: "a panel of filters", count: 3, groups: 0, loop: "momentum", stored: true },
  { shape: "a border all round", count: 8, groups: 0, loop: "momentum", copy: false },
  { shape: "a border all round", count: 8, groups: 1, loop: "adam", copy: false },
  { shape: "two panels", count: 3, groups: 0, loop: "adam", stored: true },
  { shape: "two panels", count: 3, groups: 4, loop: "sgd" },
  { shape: "more taps than pixels", count: 5, groups: 4, loop: "sgd" },
  { shape: "a stride", count: 1, groups: 16, loop: "momentum" },
  { shape: "a stride", count: 1, groups: 0, loop: "adam" },
  { shape: "an uneven border and stride", count: 3, groups: 0, loop: "adam" },
  { shape: "a stride that skips pixels", count: 8, groups: 0, loop: "sgd", stored: true, copy: false },
  { shape: "larger than the image", count: 3, groups: 4, loop: "momentum" },
  { shape: "windows in the border alone", count: 5, groups: 0, loop: "adam", stored: true },
  { shape: "strides and three panels", count: 1, groups: 0, loop: "sgd" },
  { shape: "strides and three panels", count: 0, groups: 0, loop: "momentum", stored: true },
  { shape: "rows alone have a border", count: 3, groups: 1, loop: "momentum" },
  ...loops.map((loop): Update => ({ shape: "two panels", count: 3, groups: 8, loop })),
];

export const convUpdate: Cases = (format) =>
  updates.map(({ shape, count, groups, loop, stored = false, copy = true }, i): Case => {
    const g = geometryOf(shapes[shape]);
    const next = random(1500 + i);
    const { w, wt } = kernels(format, g, next);
    const { hyperparameters, arguments: update } = updateBy(loop, w, next);
    const soFar = { numbers: pack(format, depthOf(g), g.filters, () => NaN), ld: 0 };
    const values = {
      x: rows(format, count, inputs(g), next, i % 2),
      dy: rows(format, count, outputs(g), next, (i + 1) % 2),
      g: groups > 0 ? gradients(format, g, groups, next) : stored ? soFar : null,
      groups,
      ...{ w, wt: copy ? wt : null, u: null, ut: null },
      workspace: blank(format, convUpdateWorkspace(g.kernelHeight, g.kernelWidth, format.lanes)),
      ...{ ...g, units: allUnits(format, g.channels, g.filters), ...update },
    };
    const names = ["w", "wt", "state", ...(groups > 0 ? [] : ["g"])];
    const terms = groups > 0 ? groups : count * g.outHeight * g.outWidth;
    const title = `${shape}: ${titleOf(g, count)}, ${groups} groups, ${loop}`;
    const step = { ...wholeStep(count), hyperparameters };
    const written = writtenOf(values, names, chain(format, terms));
    return { title, call: call("convUpdate", values), step, outputs: written };
  });

export const convCopyUpdate: Cases = (format) =>
  updates.map(({ shape }, i): Case => {
    const g = geometryOf(shapes[shape]);
    const { w, wt } = kernels(format, g, random(1550 + i));
    const taps = g.kernelHeight * g.kernelWidth;
    const { channels, filters } = g;
    const values = { w, wt: wt.map(() => 0), taps, channels, filters, units: allUnits(format, channels, filters) };
    return {
      title: `${shape}, ${i}`,
      call: call("convCopyUpdate", values),
      step: wholeStep(0),
      outputs: { wt: 0 },
    };
  });

export const vectorUpdate: Cases = (format) =>
  [
    { groups: 1, n: 1, loop: "sgd" },
    { groups: 2, n: 8, loop: "momentum" },
    { groups: 8, n: 16, loop: "adam" },
    { groups: 16, n: 17, loop: "sgd" },
    ...loops.map((loop) => ({ groups: 4, n: 100, loop })),
  ].map(({ groups, n, loop }): Case => {
    const next = random(1600 + n);
    const b = vector(format, n, next);
    const { hyperparameters, arguments: update } = updateBy(loop, b, next);
    const values = {
      g: rows(format, groups, b.length, next, 1),
      ...{ groups, b, vectors: [0, b.length / format.lanes] as const, ...update },
    };
    for (let k = 0; k < groups; k++) values.g.numbers.fill(0, k * values.g.ld + n, k * values.g.ld + b.length);
    const step = { ...wholeStep(1), hyperparameters };
    const written = writtenOf(values, ["b", "state"], chain(format, groups));
    return { title: `${groups} groups of ${n}, ${loop}`, call: call("vectorUpdate", values), step, outputs: written };
  });
