import { blank, padded, paddedRows, random, rows } from "../data.js";
import type { Format, Real } from "../lab.js";
import { call, wholeStep } from "../lab.js";
import type { Case, Cases } from "./case.js";
import { pick, rowCounts } from "./case.js";

export interface Window {
  readonly height: number;
  readonly width: number;
  readonly window: readonly [height: number, width: number];
  readonly stride: readonly [height: number, width: number];
  readonly pad?: readonly [top: number, left: number, bottom: number, right: number];
}

/** Windows that tile the image, leave a rim, overlap, leave gaps, are not square, reach beyond it, are all of it. */
const windows: Window[] = [
  { height: 4, width: 6, window: [2, 2], stride: [2, 2] },
  { height: 5, width: 7, window: [2, 2], stride: [2, 2] },
  { height: 7, width: 7, window: [3, 3], stride: [2, 2] },
  { height: 6, width: 6, window: [3, 3], stride: [3, 3] },
  { height: 7, width: 8, window: [2, 2], stride: [3, 3] },
  { height: 5, width: 6, window: [2, 3], stride: [1, 2] },
  { height: 5, width: 5, window: [3, 3], stride: [2, 2], pad: [1, 1, 1, 1] },
  { height: 4, width: 5, window: [2, 2], stride: [2, 2], pad: [0, 0, 0, 1] },
  { height: 3, width: 5, window: [3, 5], stride: [1, 1] },
  { height: 1, width: 1, window: [1, 1], stride: [1, 1] },
];
const unpadded = windows.filter(({ pad }) => pad === undefined);
const channelCounts = [1, 3, 6, 8, 15, 16, 17, 33, 49];

export function geometryOf({ height, width, window, stride, pad = [0, 0, 0, 0] }: Window, channels: number) {
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
export function spoil(numbers: Real): Real {
  return numbers.map((value, i) => (i % 29 === 7 ? NaN : Math.round(8 * value) / 8));
}

interface Shape {
  readonly title: string;
  readonly count: number;
  readonly geometry: ReturnType<typeof geometryOf>;
  readonly inputs: number;
  readonly outputs: number;
  readonly ldx: number;
  readonly ldy: number;
  readonly next: () => number;
}

function shapes(list: readonly Window[], format: Format, seed: number): Shape[] {
  return list.flatMap((window, i) =>
    [0, 1, 2].map((turn): Shape => {
      const geometry = geometryOf(window, pick(channelCounts, 2 * i + 4 * turn));
      const { height, width, channels, windowHeight, windowWidth, outHeight, outWidth } = geometry;
      const [inputs, outputs] = [height * width * channels, outHeight * outWidth * channels];
      const count = pick(rowCounts.slice(0, 4), i + turn);
      const size = `${height}x${width}x${channels}`;
      return {
        title: `${count} rows of ${size}, windows of ${windowHeight}x${windowWidth} every ${window.stride.join()}`,
        count,
        geometry,
        inputs,
        outputs,
        ldx: padded(inputs, format) + format.lanes * (turn % 2),
        ldy: padded(outputs, format) + format.lanes * ((turn + 1) % 2),
        next: random(seed + 10 * i + turn),
      };
    }),
  );
}

export const maxPool: Cases = (format) =>
  shapes(windows, format, 1200).map(({ title, count, geometry, inputs, outputs, ldx, ldy, next }, i): Case => {
    const ldw = outputs + (i % 2);
    const winners = i % 4 === 3 ? null : new Uint8Array(count * ldw).fill(255);
    const x = spoil(rows(format, count, inputs, ldx, next));
    const values = { x, ldx, y: blank(format, count * ldy), ldy, winners, ldw, ...geometry };
    return {
      title,
      call: call("maxPool", values),
      step: wholeStep(count),
      outputs: { y: 0, ...(winners ? { winners: 0 } : {}) },
    };
  });

export const maxPoolBackward: Cases = (format) =>
  shapes(windows, format, 1300).map(({ title, count, geometry, inputs, outputs, ldx, ldy, next }): Case => {
    const { height, width, windowHeight, windowWidth, strideHeight, strideWidth, padTop, padLeft } = geometry;
    const { channels, outWidth } = geometry;
    // A place of the window that lies in the image.
    const winners = new Uint8Array(count * outputs).map((_, i) => {
      const pixel = Math.floor((i % outputs) / channels);
      const [top, left] = [Math.floor(pixel / outWidth) * strideHeight, (pixel % outWidth) * strideWidth];
      for (;;) {
        const place = Math.floor(next() * windowHeight * windowWidth);
        const y = top - padTop + Math.floor(place / windowWidth);
        const x = left - padLeft + (place % windowWidth);
        if (y >= 0 && y < height && x >= 0 && x < width) return place;
      }
    });
    const dx = blank(format, count * ldx);
    const dy = spoil(rows(format, count, outputs, ldy, next));
    const values = { dy, lddy: ldy, winners, ldw: outputs, dx, lddx: ldx, ...geometry };
    const step = wholeStep(count);
    return { title: `${title}, ${inputs} inputs`, call: call("maxPoolBackward", values), step, outputs: { dx: 0 } };
  });

export const averagePool: Cases = (format) =>
  shapes(unpadded, format, 1400).map(({ title, count, geometry, inputs, outputs, ldx, ldy, next }): Case => {
    const x = rows(format, count, inputs, ldx, next);
    const y = blank(format, count * ldy);
    const values = { x, ldx, y, ldy, ...geometry };
    // Sums are begun at 0 and divided in both; they hold at most 15 numbers below 1.
    const tolerance = 8 * format.unit;
    return { title, call: call("averagePool", values), step: wholeStep(count), outputs: { y: outputs && tolerance } };
  });

export const averagePoolBackward: Cases = (format) =>
  shapes(unpadded, format, 1500).map(({ title, count, geometry, outputs, ldx, ldy, next }): Case => {
    const dy = spoil(rows(format, count, outputs, ldy, next));
    const dx = blank(format, count * ldx);
    const values = { dy, lddy: ldy, dx, lddx: ldx, ...geometry };
    const step = wholeStep(count);
    return { title, call: call("averagePoolBackward", values), step, outputs: { dx: 8 * format.unit } };
  });

/** Pixels, output channels and pieces. */
const maxoutShapes = [
  [1, 1, 2],
  [1, 15, 2],
  [1, 240, 5],
  [9, 5, 3],
  [4, 8, 2],
  [3, 33, 4],
  [2, 7, 1],
] as const;

export const maxout: Cases = (format) =>
  maxoutShapes.map(([pixels, channels, pieces], i): Case => {
    const [count, next] = [pick(rowCounts.slice(0, 4), i), random(1600 + i)];
    const outputs = pixels * channels;
    const [ldx, ldy] = [padded(outputs * pieces, format), padded(outputs, format) + format.lanes];
    const winners = i % 3 === 2 ? null : new Uint8Array(count * outputs).fill(255);
    const x = spoil(rows(format, count, outputs * pieces, ldx, next));
    const y = blank(format, count * ldy);
    const values = { x, ldx, y, ldy, winners, ldw: outputs, pixels, channels, pieces };
    return {
      title: `${count} rows of ${pixels} pixels, ${channels} channels of ${pieces}`,
      call: call("maxout", values),
      step: wholeStep(count),
      outputs: { y: 0, ...(winners ? { winners: 0 } : {}) },
    };
  });

export const maxoutBackward: Cases = (format) =>
  maxoutShapes.map(([pixels, channels, pieces], i): Case => {
    const [count, next] = [pick(rowCounts.slice(0, 4), i + 1), random(1700 + i)];
    const outputs = pixels * channels;
    const [lddy, lddx] = [padded(outputs, format), padded(outputs * pieces, format) + format.lanes];
    const values = {
      dy: spoil(paddedRows(format, count, outputs, lddy, next)),
      lddy,
      winners: new Uint8Array(count * outputs).map(() => pieces * next()),
      ldw: outputs,
      dx: blank(format, count * lddx),
      lddx,
      pixels,
      channels,
      pieces,
    };
    const title = `${count} rows of ${pixels} pixels, ${channels} channels of ${pieces}`;
    return { title, call: call("maxoutBackward", values), step: wholeStep(count), outputs: { dx: 0 } };
  });
