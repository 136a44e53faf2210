import { momentsLength, wrappedLength } from "../../../src/kernels/batch-norm.js";
import { elementwiseNames } from "../../../src/kernels/operations.js";
import { blank, padded, paddedRows, random, rows, vector } from "../data.js";
import type { Format, Real } from "../lab.js";
import { call, wholeStep } from "../lab.js";
import type { Case, Cases } from "./case.js";
import { pick, rowCounts } from "./case.js";
import { hypers, slope, state } from "./dense.js";

const channelCounts = [1, 3, 6, 8, 15, 16, 17, 24, 31, 32, 33, 49, 64, 100];
const pixelCounts = [1, 2, 9, 16, 49];
const groups = 4;
/** Sums in double of numbers below 1, over at most some thousand of them. */
const sumTolerance = 1e-12;
/** A few roundings to the format of numbers that a small deviation has made as large as this. */
const tolerance = (format: Format, largest = 8) => 8 * largest * format.unit;

const ldOf = (n: number, format: Format, i: number) => padded(n, format) + format.lanes * (i % 2);
const shapeOf = (i: number) => ({
  channels: channelCounts[i],
  pixels: pick(pixelCounts, i),
  count: pick(rowCounts.slice(0, 5), i),
});
const shapeText = ({ channels, pixels, count }: ReturnType<typeof shapeOf>) =>
  `${count} rows of ${pixels} pixels, ${channels} channels`;
const forEachShape = (make: (i: number) => Case[]): Case[] => channelCounts.flatMap((_, i) => make(i));

/** Sums of groups, of which the second is empty; squares are not negative. */
function moments(channels: number, next: () => number): Float64Array {
  const m = new Float64Array(groups * momentsLength(channels));
  for (let g = 0; g < groups; g++) {
    if (g === 1) continue;
    const row = m.subarray(g * momentsLength(channels), (g + 1) * momentsLength(channels));
    for (let c = 0; c < channels; c++) [row[c], row[channels + c]] = [2 * next() - 1, (g + 2) * next()];
    row[2 * channels] = g + 2;
  }
  return m;
}

/** A table as the kernels have it: number i is that of channel i mod channels. */
function wrapped(format: Format, channels: number, next: () => number): Real {
  const of = format.array(channels).map(() => 2 * next() - 1);
  return format.array(wrappedLength(channels, format.lanes)).map((_, i) => of[i % channels]);
}
const doubles = (n: number, of: () => number) => new Float64Array(n).map(of);

/** Around 5 and with a small deviation: sums of squares that lose their digits would show. */
export const batchNormMeasure: Cases = (format) =>
  forEachShape((i) =>
    [true, false].map((start): Case => {
      const [shape, next] = [shapeOf(i), random(2200 + i)];
      const { channels, pixels, count } = shape;
      const ldx = ldOf(pixels * channels, format, i);
      const x = rows(format, count, pixels * channels, ldx, next).map((value) => 5 + value / 16);
      const values = { x, ldx, m: moments(channels, next), pixels, channels };
      const step = { ...wholeStep(count), start, group: 2 };
      const outputs = { m: 100 * sumTolerance };
      return { title: `${shapeText(shape)}, start ${start}`, call: call("batchNormMeasure", values), step, outputs };
    }),
  );

export const batchNormMerge: Cases = (format) =>
  forEachShape((i) => {
    const [{ channels }, next] = [shapeOf(i), random(2300 + i)];
    const values = {
      m: moments(channels, next),
      groups,
      weight: vector(format, channels, next),
      bias: vector(format, channels, next),
      mean: doubles(channels, () => NaN),
      inverse: doubles(channels, () => NaN),
      scale: blank(format, wrappedLength(channels, format.lanes)),
      shift: blank(format, wrappedLength(channels, format.lanes)),
      channels,
      epsilon: 1e-5,
    };
    const outputs = { mean: 1e-13, inverse: 1e-11, scale: tolerance(format), shift: tolerance(format) };
    return [{ title: `${channels} channels`, call: call("batchNormMerge", values), step: wholeStep(0), outputs }];
  });

export const batchNormFold: Cases = (format) =>
  forEachShape((i) => {
    const [{ channels }, next] = [shapeOf(i), random(2400 + i)];
    const values = {
      runningMean: vector(format, channels, next),
      runningVariance: vector(format, channels, next).map((value) => value ** 2 + 0.01),
      weight: vector(format, channels, next),
      bias: vector(format, channels, next),
      scale: blank(format, wrappedLength(channels, format.lanes)),
      shift: blank(format, wrappedLength(channels, format.lanes)),
      channels,
      epsilon: 1e-3,
    };
    const outputs = { scale: tolerance(format), shift: tolerance(format) };
    return [{ title: `${channels} channels`, call: call("batchNormFold", values), step: wholeStep(0), outputs }];
  });

export const batchNorm: Cases = (format) =>
  forEachShape((i) => {
    const [shape, next] = [shapeOf(i), random(2500 + i)];
    const { channels, pixels, count } = shape;
    const [ldx, ldy] = [ldOf(pixels * channels, format, i), ldOf(pixels * channels, format, i + 1)];
    const f = i % elementwiseNames.length;
    const x = paddedRows(format, count, pixels * channels, ldx, next);
    if (count > 0) x[channels >> 1] = NaN;
    const values = {
      x,
      ldx,
      y: blank(format, count * ldy),
      ldy,
      scale: wrapped(format, channels, next),
      shift: wrapped(format, channels, next),
      pixels,
      channels,
      function: f,
      slope,
    };
    const title = `${shapeText(shape)}, ${elementwiseNames[f]}`;
    return [{ title, call: call("batchNorm", values), step: wholeStep(count), outputs: { y: tolerance(format, 2) } }];
  });

export const batchNormMeasureBackward: Cases = (format) =>
  forEachShape((i) =>
    [true, false].map((start): Case => {
      const [shape, next] = [shapeOf(i), random(2600 + i)];
      const { channels, pixels, count } = shape;
      const [ldx, lddy] = [ldOf(pixels * channels, format, i), ldOf(pixels * channels, format, i + 1)];
      const values = {
        x: rows(format, count, pixels * channels, ldx, next),
        ldx,
        dy: rows(format, count, pixels * channels, lddy, next),
        lddy,
        mean: doubles(channels, next),
        m: moments(channels, next),
        pixels,
        channels,
      };
      const step = { ...wholeStep(count), start, group: 3 };
      const title = `${shapeText(shape)}, start ${start}`;
      return { title, call: call("batchNormMeasureBackward", values), step, outputs: { m: sumTolerance } };
    }),
  );

export const batchNormMergeBackward: Cases = (format) =>
  forEachShape((i) => {
    const [{ channels }, next] = [shapeOf(i), random(2700 + i)];
    const values = {
      m: moments(channels, next),
      groups,
      weight: vector(format, channels, next),
      mean: doubles(channels, next),
      inverse: doubles(channels, () => 0.5 + next()),
      coefficients: blank(format, 4 * wrappedLength(channels, format.lanes)),
      channels,
    };
    const outputs = { coefficients: tolerance(format) };
    const title = `${channels} channels`;
    return [{ title, call: call("batchNormMergeBackward", values), step: wholeStep(0), outputs }];
  });

export const batchNormBackward: Cases = (format) =>
  forEachShape((i) => {
    const [shape, next] = [shapeOf(i), random(2800 + i)];
    const { channels, pixels, count } = shape;
    const [lddy, ldx, lddx] = [0, 1, 2].map((j) => ldOf(pixels * channels, format, i + j));
    const f = i % elementwiseNames.length;
    const tables = [0, 1, 2, 3].map(() => wrapped(format, channels, next));
    const coefficients = format.array(4 * tables[0].length);
    for (const [t, table] of tables.entries()) coefficients.set(table, t * table.length);
    const values = {
      dy: paddedRows(format, count, pixels * channels, lddy, next),
      lddy,
      x: paddedRows(format, count, pixels * channels, ldx, next),
      ldx,
      dx: blank(format, count * lddx),
      lddx,
      coefficients,
      pixels,
      channels,
      function: f,
      slope,
    };
    const title = `${shapeText(shape)}, ${elementwiseNames[f]}`;
    const outputs = { dx: tolerance(format, 4) };
    return [{ title, call: call("batchNormBackward", values), step: wholeStep(count), outputs }];
  });

export const batchNormUpdate: Cases = (format) =>
  forEachShape((i) =>
    [true, false].map((finish): Case => {
      const [{ channels }, next, optimizer] = [shapeOf(i), random(2900 + i), i % hypers.length];
      const [weight, bias] = [vector(format, channels, next), vector(format, channels, next)];
      const [ofWeight, ofBias] = [state(optimizer, weight, next), state(optimizer, bias, next)];
      const values = {
        m: moments(channels, next),
        groups,
        inverse: doubles(channels, () => 0.5 + next()),
        weight,
        bias,
        weightS: ofWeight.s,
        weightT: ofWeight.t,
        biasS: ofBias.s,
        biasT: ofBias.t,
        channels,
        firstVector: 0,
        lastVector: weight.length / format.lanes,
        optimizer,
      };
      const names = ["weight", "bias", "weightS", "weightT", "biasS", "biasT"] as const;
      const there = names.filter((name) => values[name] !== null);
      const outputs = finish ? Object.fromEntries(there.map((name) => [name, tolerance(format, 32)])) : {};
      const step = { ...wholeStep(0), hyper: hypers[optimizer], finish };
      const title = `${channels} channels, optimizer ${optimizer}, finish ${finish}`;
      return { title, call: call("batchNormUpdate", values), step, outputs };
    }),
  );

export const batchNormRunning: Cases = (format) =>
  forEachShape((i) =>
    [true, false].map((finish): Case => {
      const [{ channels }, next] = [shapeOf(i), random(3000 + i)];
      const values = {
        m: moments(channels, next),
        groups,
        runningMean: vector(format, channels, next),
        runningVariance: vector(format, channels, next),
        channels,
        momentum: 0.1,
      };
      const outputs = finish ? { runningMean: tolerance(format), runningVariance: tolerance(format) } : {};
      const title = `${channels} channels, finish ${finish}`;
      return { title, call: call("batchNormRunning", values), step: { ...wholeStep(0), finish }, outputs };
    }),
  );
