import { elementwiseNames } from "../../../src/kernels/operations.js";
import { blank, padded, paddedRows, random, rows } from "../data.js";
import { call, wholeStep } from "../lab.js";
import type { Case, Cases } from "./case.js";
import { pick, rowCounts } from "./case.js";
import { slope } from "./dense.js";

/** Pixels and channels: one plane of channels, maps of few and of many, around the 256 blocks that are drawn at a time. */
const maps = [
  [1, 1],
  [1, 17],
  [1, 512],
  [1, 1030],
  [4, 3],
  [9, 6],
  [49, 16],
  [25, 33],
  [36, 128],
  [5, 300],
] as const;
const keys = { key0: 0x9e3779b9, key1: 0x06000003 };
const rates = [0, 0.1, 0.5, 0.75];
const cursor = 3;
const orderOf = (places: number, next: () => number) => new Int32Array(places).map(() => 2 ** 32 * next());

/** A buffer, its rows `ld` apart, in turn with and without a spare vector. */
const ldOf = (n: number, lanes: number, i: number) => Math.ceil(n / lanes) * lanes + lanes * (i % 2);

export const dropout: Cases = (format) =>
  maps.map(([pixels, channels], i): Case => {
    const [count, next, n] = [pick(rowCounts.slice(0, 4), i + 1), random(1800 + i), pixels * channels];
    const [ldx, ldy] = [ldOf(n, format.lanes, i), ldOf(n, format.lanes, i + 1)];
    const x = rows(format, count, n, ldx, next);
    if (count > 0) x[n >> 1] = NaN;
    const order = orderOf(cursor + count, next);
    const rate = pick(rates, i);
    const values = { x, ldx, y: blank(format, count * ldy), ldy, order, ...keys, rate, pixels, channels };
    const title = `${count} rows of ${pixels} pixels, ${channels} channels, rate ${rate}`;
    const step = { ...wholeStep(count), cursor, epoch: i };
    return { title, call: call("dropout", values), step, outputs: { y: 0 } };
  });

export const dropoutBackward: Cases = (format) =>
  maps.map(([pixels, channels], i): Case => {
    const [count, next, n] = [pick(rowCounts.slice(0, 4), i + 1), random(1900 + i), pixels * channels];
    const [lddy, ldy, lddx] = [0, 1, 2].map((j) => ldOf(n, format.lanes, i + j));
    const f = i % elementwiseNames.length;
    const values = {
      dy: paddedRows(format, count, n, lddy, next),
      lddy,
      y: i % 3 === 2 ? null : paddedRows(format, count, n, ldy, next),
      ldy,
      dx: blank(format, count * lddx),
      lddx,
      order: orderOf(cursor + count, next),
      ...keys,
      rate: pick(rates, i),
      pixels,
      channels,
      function: f,
      slope,
    };
    const title = `${count} rows of ${pixels} pixels, ${channels} channels, ${elementwiseNames[f]}`;
    const step = { ...wholeStep(count), cursor, epoch: i };
    return { title, call: call("dropoutBackward", values), step, outputs: { dx: 32 * format.unit } };
  });

export const gaussianNoise: Cases = (format) =>
  maps.map(([pixels, channels], i): Case => {
    const [count, next, n] = [pick(rowCounts.slice(0, 4), i + 1), random(2000 + i), pixels * channels];
    const [ldx, ldy] = [ldOf(n, format.lanes, i), ldOf(n, format.lanes, i + 1)];
    const x = rows(format, count, n, ldx, next);
    const order = orderOf(cursor + count, next);
    const deviation = pick([0.05, 1], i);
    const values = { x, ldx, y: blank(format, count * ldy), ldy, order, ...keys, deviation, pixels, channels };
    const title = `${count} rows of ${pixels} pixels, ${channels} channels, deviation ${deviation}`;
    const step = { ...wholeStep(count), cursor, epoch: 2 ** 32 - 1 - i };
    // A normal is below 7, and good to a few units of a double.
    return { title, call: call("gaussianNoise", values), step, outputs: { y: 64 * format.unit } };
  });

export const add: Cases = (format) =>
  elementwiseNames.flatMap((name, f) =>
    [1, 8, 15, 17, 49].map((n, i): Case => {
      const [count, next] = [pick(rowCounts.slice(0, 4), i + f), random(2100 + 10 * f + i)];
      const [lda, ldb, ldy] = [0, 1, 2].map((j) => padded(n, format) + format.lanes * ((i + j) % 2));
      const a = paddedRows(format, count, n, lda, next);
      const b = paddedRows(format, count, n, ldb, next);
      const values = { a, lda, b, ldb, y: blank(format, count * ldy), ldy, n, function: f, slope };
      const title = `${count} rows of ${n}, ${name}`;
      return { title, call: call("add", values), step: wholeStep(count), outputs: { y: 8 * format.unit } };
    }),
  );
