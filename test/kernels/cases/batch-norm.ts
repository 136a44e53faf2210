import { momentsLength, wrappedLength } from "../../../src/kernels/batch-norm.js";
import { blank, blankRows, mapRows, paddedRows, random, rows, vector } from "../data.js";
import type { Format, Real } from "../lab.js";
import { call, wholeStep } from "../lab.js";
import { type Case, type Cases, functions, loops, ofGroup, updateBy } from "./case.js";

interface Shape {
  readonly count: number;
  readonly pixels: number;
  readonly channels: number;
}

/** Around the edges of vectors, on one pixel and on maps, with no sample and with some. */
const shapes: readonly Shape[] = [
  { count: 0, pixels: 1, channels: 1 },
  { count: 1, pixels: 2, channels: 3 },
  { count: 5, pixels: 9, channels: 6 },
  { count: 8, pixels: 16, channels: 8 },
  { count: 9, pixels: 49, channels: 15 },
  { count: 0, pixels: 1, channels: 16 },
  { count: 1, pixels: 2, channels: 17 },
  { count: 5, pixels: 9, channels: 24 },
  { count: 8, pixels: 16, channels: 31 },
  { count: 9, pixels: 49, channels: 32 },
  { count: 5, pixels: 1, channels: 33 },
  { count: 1, pixels: 2, channels: 49 },
  { count: 5, pixels: 9, channels: 64 },
  { count: 8, pixels: 16, channels: 100 },
];
const channelCounts = shapes.map(({ channels }) => channels);
const titleOf = ({ channels, pixels, count }: Shape) => `${count} rows of ${pixels} pixels, ${channels} channels`;

const groups = 4;
/** Sums in double of numbers below 1, over at most some thousand of them. */
const sumTolerance = 1e-12;
/** A few roundings to the format of numbers that a small standard deviation has made as large as this. */
const tolerance = (format: Format, largest = 8) => 8 * largest * format.unit;

/** Sums of groups, of which the second is empty; squares are not negative. */
function moments(channels: number, next: () => number): Float64Array {
  const m = new Float64Array(groups * momentsLength(channels));
  for (const [g, count] of [2, 0, 4, 5].entries()) {
    const row = m.subarray(g * momentsLength(channels), (g + 1) * momentsLength(channels));
    for (let c = 0; count > 0 && c < channels; c++) [row[c], row[channels + c]] = [2 * next() - 1, count * next()];
    row[2 * channels] = count;
  }
  return m;
}

/** A table as the kernels have it: number i is that of channel i mod channels. */
function wrapped(format: Format, channels: number, next: () => number): Real {
  const of = format.array(channels).map(() => 2 * next() - 1);
  return format.array(wrappedLength(channels, format.lanes)).map((_, i) => of[i % channels]);
}
const doubles = (n: number, of: () => number) => new Float64Array(n).map(of);

/** Around 5 and with a small standard deviation: sums of squares that lose their digits would show. */
export const batchNormReduce: Cases = (format) =>
  shapes.flatMap((shape, i): Case[] =>
    [true, false].map((start) => {
      const { channels, pixels, count } = shape;
      const next = random(2200 + i);
      const x = mapRows(rows(format, count, pixels * channels, next, i % 2), (value) => 5 + value / 16);
      const slices = ofGroup(2, Math.ceil(channels / format.lanes));
      const values = { x, m: moments(channels, next), pixels, channels, slices };
      const step = { ...wholeStep(count), start, group: 2 };
      const outputs = { m: 100 * sumTolerance };
      return { title: `${titleOf(shape)}, start ${start}`, call: call("batchNormReduce", values), step, outputs };
    }),
  );

/** Weight and bias, which in some shapes are not there. */
const affine = (format: Format, channels: number, next: () => number) => ({
  weight: channels % 5 === 0 ? null : vector(format, channels, next),
  bias: channels % 3 === 0 ? null : vector(format, channels, next),
});

export const batchNormMerge: Cases = (format) =>
  channelCounts.map((channels): Case => {
    const next = random(2300 + channels);
    const values = {
      m: moments(channels, next),
      groups,
      ...affine(format, channels, next),
      mean: doubles(channels, () => NaN),
      invStd: doubles(channels, () => NaN),
      scale: blank(format, wrappedLength(channels, format.lanes)),
      shift: blank(format, wrappedLength(channels, format.lanes)),
      channels,
      epsilon: 1e-5,
    };
    const outputs = { mean: 1e-13, invStd: 1e-11, scale: tolerance(format), shift: tolerance(format) };
    return { title: `${channels} channels`, call: call("batchNormMerge", values), step: wholeStep(0), outputs };
  });

export const batchNormFold: Cases = (format) =>
  channelCounts.map((channels): Case => {
    const next = random(2400 + channels);
    const values = {
      runningMean: vector(format, channels, next),
      runningVariance: vector(format, channels, next).map((value) => value ** 2 + 0.01),
      ...affine(format, channels, next),
      scale: blank(format, wrappedLength(channels, format.lanes)),
      shift: blank(format, wrappedLength(channels, format.lanes)),
      channels,
      epsilon: 1e-3,
    };
    const outputs = { scale: tolerance(format), shift: tolerance(format) };
    return { title: `${channels} channels`, call: call("batchNormFold", values), step: wholeStep(0), outputs };
  });

/** Each shape with the next function, and one shape with all of them. */
const withFunctions = [
  ...shapes.map((shape, i) => ({ shape, f: functions[i % functions.length] })),
  ...functions.map((f) => ({ shape: shapes[6], f })),
];

export const batchNorm: Cases = (format) =>
  withFunctions.map(({ shape, f }, i): Case => {
    const { channels, pixels, count } = shape;
    const next = random(2500 + i);
    const x = paddedRows(format, count, pixels * channels, next, i % 2);
    if (count > 0) x.numbers[channels >> 1] = NaN;
    const y = blankRows(format, count, pixels * channels, (i + 1) % 2);
    const [scale, shift] = [0, 1].map(() => wrapped(format, channels, next));
    const values = { x, y, scale, shift, pixels, channels, activation: f };
    const outputs = { y: tolerance(format, 2) };
    return { title: `${titleOf(shape)}, ${f.name}`, call: call("batchNorm", values), step: wholeStep(count), outputs };
  });

export const batchNormReduceBackward: Cases = (format) =>
  shapes.flatMap((shape, i): Case[] =>
    [true, false].map((start) => {
      const { channels, pixels, count } = shape;
      const next = random(2600 + i);
      const values = {
        x: rows(format, count, pixels * channels, next, i % 2),
        dy: rows(format, count, pixels * channels, next, (i + 1) % 2),
        mean: doubles(channels, next),
        m: moments(channels, next),
        ...{ pixels, channels, slices: ofGroup(3, Math.ceil(channels / format.lanes)) },
      };
      const step = { ...wholeStep(count), start, group: 3 };
      const title = `${titleOf(shape)}, start ${start}`;
      return { title, call: call("batchNormReduceBackward", values), step, outputs: { m: sumTolerance } };
    }),
  );

export const batchNormMergeBackward: Cases = (format) =>
  channelCounts.map((channels): Case => {
    const next = random(2700 + channels);
    const values = {
      m: moments(channels, next),
      groups,
      weight: affine(format, channels, next).weight,
      mean: doubles(channels, next),
      invStd: doubles(channels, () => 0.5 + next()),
      coefficients: blank(format, 4 * wrappedLength(channels, format.lanes)),
      channels,
    };
    const outputs = { coefficients: tolerance(format) };
    const title = `${channels} channels`;
    return { title, call: call("batchNormMergeBackward", values), step: wholeStep(0), outputs };
  });

export const batchNormBackward: Cases = (format) =>
  withFunctions.map(({ shape, f }, i): Case => {
    const { channels, pixels, count } = shape;
    const next = random(2800 + i);
    const tables = [0, 1, 2, 3].map(() => wrapped(format, channels, next));
    const coefficients = format.array(4 * tables[0].length);
    for (const [t, table] of tables.entries()) coefficients.set(table, t * table.length);
    const values = {
      dy: paddedRows(format, count, pixels * channels, next, i % 2),
      x: paddedRows(format, count, pixels * channels, next, (i + 1) % 2),
      dx: blankRows(format, count, pixels * channels, i % 2),
      coefficients,
      ...{ pixels, channels, activation: f },
    };
    const title = `${titleOf(shape)}, after ${f.name}`;
    const outputs = { dx: tolerance(format, 4) };
    return { title, call: call("batchNormBackward", values), step: wholeStep(count), outputs };
  });

export const batchNormUpdate: Cases = (format) =>
  channelCounts.flatMap((channels, i): Case[] =>
    [true, false].map((finish) => {
      const stored = i % 2 === 1;
      const [next, loop] = [random(2900 + i), loops[i % loops.length]];
      const { weight, bias } = affine(format, channels, next);
      const like = vector(format, channels, next);
      const { hyperparameters, arguments: ofWeight } = updateBy(loop, like, next);
      const values = {
        m: moments(channels, next),
        groups,
        invStd: doubles(channels, () => 0.5 + next()),
        ...{ weight, bias, weightState: weight ? ofWeight.state : [] },
        biasState: bias ? updateBy(loop, bias, next).arguments.state : [],
        ...{
          weightG: stored && weight ? weight.map(Math.abs) : null,
          biasG: stored && bias ? bias.map(Math.abs) : null,
        },
        ...{ channels, vectors: [0, like.length / format.lanes] as const },
        ...{ optimizer: ofWeight.optimizer, biasOptimizer: ofWeight.optimizer },
      };
      const names = [...(weight ? ["weight", "weightState"] : []), ...(bias ? ["bias", "biasState"] : [])];
      const gradients = [...(weight ? ["weightG"] : []), ...(bias ? ["biasG"] : [])];
      const written = [...(finish ? names : []), ...(stored ? gradients : [])];
      const outputs = Object.fromEntries(written.map((name) => [name, tolerance(format, 32)]));
      const step = { ...wholeStep(0), hyperparameters, start: i % 4 > 1, finish };
      const title = `${channels} channels, ${loop}, ${stored ? "going on, " : ""}finish ${finish}`;
      return { title, call: call("batchNormUpdate", values), step, outputs };
    }),
  );

export const batchNormRunning: Cases = (format) =>
  channelCounts.flatMap((channels): Case[] =>
    [true, false].map((finish) => {
      const next = random(3000 + channels);
      const values = {
        m: moments(channels, next),
        groups,
        runningMean: vector(format, channels, next),
        runningVariance: vector(format, channels, next),
        channels,
        momentum: 0.1,
      };
      const outputs = { runningMean: tolerance(format), runningVariance: tolerance(format) };
      const title = `${channels} channels, finish ${finish}`;
      return { title, call: call("batchNormRunning", values), step: { ...wholeStep(0), finish }, outputs };
    }),
  );
