/** Convolutions in groups of channels: depthwise, with several filters a channel, in parts around the edges of vectors and panels. */
import { panelVectors } from "../../../src/kernels/layout.js";
import { blank, pack, padded, random, rows, vector } from "../data.js";
import type { Format } from "../lab.js";
import { call, wholeStep } from "../lab.js";
import { activation, type Case, type Cases, chain, functions, ofGroup } from "./case.js";
import { geometryOf, inputs, outputs, type Sizes } from "./conv.js";

const shapes: readonly (readonly [Sizes, pieces: number])[] = [
  [{ image: [4, 5, 1], kernel: [3, 3], filters: 1 }, 1],
  [{ image: [5, 4, 6], kernel: [3, 3], pad: [1, 1, 1, 1], filters: 6 }, 6],
  [{ image: [7, 7, 50], kernel: [3, 3], stride: [2, 2], pad: [1, 1, 1, 1], filters: 50 }, 50],
  [{ image: [4, 4, 5], kernel: [2, 3], filters: 10 }, 5],
  [{ image: [5, 6, 12], kernel: [3, 3], stride: [2, 1], pad: [1, 0, 1, 2], filters: 18 }, 3],
  [{ image: [3, 3, 16], kernel: [1, 1], filters: 64 }, 4],
];

const casesOf = (
  seed: number,
  of: (g: ReturnType<typeof geometryOf> & { pieces: number }, next: () => number, count: number, i: number) => Case[],
): Case[] =>
  shapes.flatMap(([sizes, pieces], i) => of({ ...geometryOf(sizes), pieces }, random(seed + i), [1, 3, 2][i % 3], i));
const depthOf = (g: { kernelHeight: number; kernelWidth: number; channels: number; pieces: number }): number =>
  (g.kernelHeight * g.kernelWidth * g.channels) / g.pieces;
const title = (g: ReturnType<typeof geometryOf> & { pieces: number }, count: number): string =>
  `${count} of ${g.height}x${g.width}x${g.channels} in ${g.pieces} to ${g.outHeight}x${g.outWidth}x${g.filters}`;
const kernel = (format: Format, g: Parameters<typeof depthOf>[0] & { filters: number }, next: () => number) =>
  pack(format, depthOf(g), g.filters, () => 2 * next() - 1);

export const groupedConv: Cases = (format) =>
  casesOf(4600, (g, next, count, i) =>
    [true, false].map((biased) => {
      const f = functions[(2 * i + Number(biased)) % functions.length];
      const b = biased ? vector(format, g.filters, next) : null;
      const y = rows(format, count, outputs(g), () => 0, 1);
      const values = {
        x: rows(format, count, inputs(g), next, 0),
        w: kernel(format, g, next),
        b,
        y,
        ...g,
        activation: f,
      };
      return {
        title: title(g, count),
        call: call("groupedConv", values),
        step: wholeStep(count),
        outputs: { y: 4 * chain(format, depthOf(g)) },
      };
    }),
  );

export const groupedInputGradient: Cases = (format) =>
  casesOf(4700, (g, next, count, i) =>
    [true, false].map((derived) => {
      const f = derived ? functions[i % functions.length] : activation("identity");
      const y = derived ? rows(format, count, inputs(g), next, 1) : null;
      const dx = rows(format, count, inputs(g), () => 0, 0);
      const values = {
        dy: rows(format, count, outputs(g), next, 1),
        w: kernel(format, g, next),
        dx,
        y,
        ...g,
        activation: f,
      };
      const depth = (g.kernelHeight * g.kernelWidth * g.filters) / g.pieces;
      return {
        title: title(g, count),
        call: call("groupedInputGradient", values),
        step: wholeStep(count),
        outputs: { dx: 4 * chain(format, depth) },
      };
    }),
  );

export const groupedWeightGradient: Cases = (format) =>
  casesOf(4800, (g, next, count) =>
    [true, false].map((start) => {
      const ld = depthOf(g) * padded(g.filters, format) + format.lanes;
      const numbers = blank(format, 3 * ld);
      for (let k = 0; k < 3; k++) numbers.set(kernel(format, g, next), k * ld);
      const values = {
        x: rows(format, count, inputs(g), next, 1),
        dy: rows(format, count, outputs(g), next, 0),
        ...g,
        g: { numbers, ld },
        slices: ofGroup(1, Math.ceil(g.filters / (panelVectors * format.lanes))),
      };
      const step = { ...wholeStep(count), start, group: 1 };
      const outputsOf = { g: chain(format, count * g.outHeight * g.outWidth) };
      return {
        title: `${title(g, count)}, ${start ? "from zero" : "on"}`,
        call: call("groupedWeightGradient", values),
        step,
        outputs: outputsOf,
      };
    }),
  );
