import { blankBytes, blankRows, paddedRows, random, rows } from "../data.js";
import type { Matrix } from "../lab.js";
import { call, wholeStep } from "../lab.js";
import type { Case, Cases } from "./case.js";

export interface Windows {
  readonly height: number;
  readonly width: number;
  readonly window: readonly [height: number, width: number];
  readonly stride: readonly [height: number, width: number];
  readonly pad?: readonly [top: number, left: number, bottom: number, right: number];
}
interface Row extends Windows {
  readonly count: number;
  readonly channels: number;
}

/** Windows that tile the image, leave a rim, overlap, leave gaps, are not square, reach beyond it, are all of it. */
const shapes: readonly Row[] = [
  { count: 0, height: 4, width: 6, channels: 1, window: [2, 2], stride: [2, 2] },
  { count: 5, height: 4, width: 6, channels: 16, window: [2, 2], stride: [2, 2] },
  { count: 1, height: 5, width: 7, channels: 6, window: [2, 2], stride: [2, 2] },
  { count: 8, height: 5, width: 7, channels: 33, window: [2, 2], stride: [2, 2] },
  { count: 5, height: 7, width: 7, channels: 15, window: [3, 3], stride: [2, 2] },
  { count: 1, height: 7, width: 7, channels: 49, window: [3, 3], stride: [2, 2] },
  { count: 8, height: 6, width: 6, channels: 17, window: [3, 3], stride: [3, 3] },
  { count: 1, height: 6, width: 6, channels: 3, window: [3, 3], stride: [3, 3] },
  { count: 5, height: 7, width: 8, channels: 8, window: [2, 2], stride: [3, 3] },
  { count: 8, height: 7, width: 8, channels: 1, window: [2, 2], stride: [3, 3] },
  { count: 1, height: 5, width: 6, channels: 16, window: [2, 3], stride: [1, 2] },
  { count: 5, height: 5, width: 6, channels: 49, window: [2, 3], stride: [1, 2] },
  { count: 8, height: 5, width: 5, channels: 3, window: [3, 3], stride: [2, 2], pad: [1, 1, 1, 1] },
  { count: 1, height: 5, width: 5, channels: 17, window: [3, 3], stride: [2, 2], pad: [1, 1, 1, 1] },
  { count: 5, height: 4, width: 5, channels: 15, window: [2, 2], stride: [2, 2], pad: [0, 0, 0, 1] },
  { count: 8, height: 3, width: 5, channels: 6, window: [3, 5], stride: [1, 1] },
  { count: 1, height: 3, width: 5, channels: 33, window: [3, 5], stride: [1, 1] },
  { count: 5, height: 1, width: 1, channels: 8, window: [1, 1], stride: [1, 1] },
];
const unpadded = shapes.filter(({ pad }) => pad === undefined);

export function geometryOf({ height, width, window, stride, pad = [0, 0, 0, 0] }: Windows, channels: number) {
  const out = (size: number, axis: 0 | 1) =>
    Math.floor((size + pad[axis] + pad[axis + 2] - window[axis]) / stride[axis]) + 1;
  return {
    height,
    width,
    channels,
    windowHeight: window[0],
    windowWidth: window[1],
    strideHeight: stride[0],
    strideWidth: stride[1],
    padTop: pad[0],
    padLeft: pad[1],
    outHeight: out(height, 0),
    outWidth: out(width, 1),
  };
}

/** A few numbers that are equal, and some NaN. */
export function spoil({ numbers, ld }: Matrix): Matrix {
  return { numbers: numbers.map((value, i) => (i % 29 === 7 ? NaN : Math.round(8 * value) / 8)), ld };
}

const titleOf = ({ count, height, width, channels, window, stride }: Row): string =>
  `${count} rows of ${height}x${width}x${channels}, windows of ${window.join("x")} every ${stride.join("x")}`;

/** A shape with its geometry, the lengths of its rows, and vectors between them. */
const prepare = (shape: Row, i: number) => {
  const geometry = geometryOf(shape, shape.channels);
  const { height, width, channels, outHeight, outWidth } = geometry;
  const [inputs, outputs] = [height * width * channels, outHeight * outWidth * channels];
  return { title: titleOf(shape), count: shape.count, geometry, inputs, outputs, spare: i % 2, next: random(1200 + i) };
};

export const maxPool: Cases = (format) =>
  shapes.map(prepare).flatMap(({ title, count, geometry, inputs, outputs, spare, next }): Case[] =>
    [true, false].map((kept) => {
      const values = {
        x: spoil(rows(format, count, inputs, next, spare)),
        y: blankRows(format, count, outputs, 1 - spare),
        argmax: kept ? blankBytes(count, outputs, spare) : null,
        ...geometry,
      };
      const written = { y: 0, ...(kept && { argmax: 0 }) };
      return { title, call: call("maxPool", values), step: wholeStep(count), outputs: written };
    }),
  );

export const maxPoolBackward: Cases = (format) =>
  shapes.map(prepare).map(({ title, count, geometry: g, inputs, outputs, spare, next }): Case => {
    /** An index in the window that lies in the image. */
    const indexAt = (pixel: number): number => {
      const [top, left] = [Math.floor(pixel / g.outWidth) * g.strideHeight, (pixel % g.outWidth) * g.strideWidth];
      for (;;) {
        const index = Math.floor(next() * g.windowHeight * g.windowWidth);
        const y = top - g.padTop + Math.floor(index / g.windowWidth);
        const x = left - g.padLeft + (index % g.windowWidth);
        if (y >= 0 && y < g.height && x >= 0 && x < g.width) return index;
      }
    };
    const argmax = blankBytes(count, outputs);
    const values = {
      dy: spoil(rows(format, count, outputs, next, spare)),
      argmax: {
        ...argmax,
        numbers: argmax.numbers.map((_, i) => indexAt(Math.floor((i % outputs) / g.channels))),
      },
      dx: blankRows(format, count, inputs, 1 - spare),
      ...g,
    };
    return { title, call: call("maxPoolBackward", values), step: wholeStep(count), outputs: { dx: 0 } };
  });

export const averagePool: Cases = (format) =>
  unpadded.map(prepare).map(({ title, count, geometry, inputs, outputs, spare, next }): Case => {
    const x = rows(format, count, inputs, next, spare);
    const values = { x, y: blankRows(format, count, outputs, 1 - spare), ...geometry };
    // Sums are begun at 0 and divided in both; they hold at most 15 numbers below 1.
    const written = { y: 8 * format.unit };
    return { title, call: call("averagePool", values), step: wholeStep(count), outputs: written };
  });

export const averagePoolBackward: Cases = (format) =>
  unpadded.map(prepare).map(({ title, count, geometry, inputs, outputs, spare, next }): Case => {
    const dy = spoil(rows(format, count, outputs, next, spare));
    const values = { dy, dx: blankRows(format, count, inputs, 1 - spare), ...geometry };
    const written = { dx: 8 * format.unit };
    return { title, call: call("averagePoolBackward", values), step: wholeStep(count), outputs: written };
  });

const pieced = [
  { count: 0, pixels: 1, channels: 1, pieces: 2 },
  { count: 5, pixels: 1, channels: 1, pieces: 2 },
  { count: 1, pixels: 1, channels: 15, pieces: 2 },
  { count: 5, pixels: 1, channels: 240, pieces: 5 },
  { count: 8, pixels: 9, channels: 5, pieces: 3 },
  { count: 5, pixels: 4, channels: 8, pieces: 2 },
  { count: 1, pixels: 3, channels: 33, pieces: 4 },
  { count: 8, pixels: 2, channels: 7, pieces: 1 },
];
const piecedTitle = ({ count, pixels, channels, pieces }: (typeof pieced)[number]) =>
  `${count} rows of ${pixels} pixels, ${channels} channels of ${pieces}`;

export const maxout: Cases = (format) =>
  pieced.flatMap((shape, i): Case[] =>
    [true, false].map((kept) => {
      const { count, pixels, channels, pieces } = shape;
      const outputs = pixels * channels;
      const values = {
        x: spoil(rows(format, count, outputs * pieces, random(1600 + i))),
        y: blankRows(format, count, outputs, 1),
        argmax: kept ? blankBytes(count, outputs) : null,
        ...{ pixels, channels, pieces },
      };
      const written = { y: 0, ...(kept && { argmax: 0 }) };
      return { title: piecedTitle(shape), call: call("maxout", values), step: wholeStep(count), outputs: written };
    }),
  );

export const maxoutBackward: Cases = (format) =>
  pieced.map((shape, i): Case => {
    const { count, pixels, channels, pieces } = shape;
    const [next, outputs] = [random(1700 + i), pixels * channels];
    const argmax = blankBytes(count, outputs);
    const values = {
      dy: spoil(paddedRows(format, count, outputs, next)),
      argmax: { ...argmax, numbers: argmax.numbers.map(() => pieces * next()) },
      dx: blankRows(format, count, outputs * pieces, 1),
      ...{ pixels, channels, pieces },
    };
    const step = wholeStep(count);
    return { title: piecedTitle(shape), call: call("maxoutBackward", values), step, outputs: { dx: 0 } };
  });
