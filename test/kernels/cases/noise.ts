import { blankBytes, blankRows, paddedRows, random, rows } from "../data.js";
import { call, wholeStep } from "../lab.js";
import { type Case, type Cases, functions } from "./case.js";

/** Pixels and channels: one plane of channels, maps of few and of many, around the 256 blocks that are drawn at a time. */
const maps = [
  { count: 1, pixels: 1, channels: 1, rate: 0 },
  { count: 5, pixels: 1, channels: 17, rate: 0.1 },
  { count: 8, pixels: 1, channels: 512, rate: 0.5 },
  { count: 0, pixels: 1, channels: 1030, rate: 0.75 },
  { count: 5, pixels: 1, channels: 1030, rate: 0.75 },
  { count: 1, pixels: 4, channels: 3, rate: 0 },
  { count: 5, pixels: 9, channels: 6, rate: 0.1 },
  { count: 8, pixels: 49, channels: 16, rate: 0.5 },
  { count: 1, pixels: 25, channels: 33, rate: 0.75 },
  { count: 5, pixels: 36, channels: 128, rate: 0.1 },
  { count: 1, pixels: 5, channels: 300, rate: 0.5 },
];
const keys = { key0: 0x9e3779b9, key1: 0x06000003 };
const cursor = 3;
const orderOf = (places: number, next: () => number) => new Int32Array(places).map(() => 2 ** 32 * next());
const titleOf = ({ count, pixels, channels }: (typeof maps)[number]) =>
  `${count} rows of ${pixels} pixels, ${channels} channels`;

export const dropout: Cases = (format) =>
  maps.map((map, i): Case => {
    const { count, pixels, channels, rate } = map;
    const next = random(1800 + i);
    const x = rows(format, count, pixels * channels, next, i % 2);
    if (count > 0) x.numbers[(pixels * channels) >> 1] = NaN;
    const [y, order] = [blankRows(format, count, pixels * channels, (i + 1) % 2), orderOf(cursor + count, next)];
    const kept = blankBytes(count, pixels * channels, i % 3);
    const values = { x, y, kept, order, ...keys, rate, pixels, channels };
    const step = { ...wholeStep(count), cursor, epoch: i };
    return { title: `${titleOf(map)}, rate ${rate}`, call: call("dropout", values), step, outputs: { y: 0, kept: 0 } };
  });

export const dropoutBackward: Cases = (format) =>
  functions.flatMap((f) =>
    maps.map(({ count, pixels, channels, rate }, i): Case => {
      const [next, n] = [random(1900 + i), pixels * channels];
      const kept = blankBytes(count, n, (i + 1) % 3);
      const values = {
        dy: paddedRows(format, count, n, next, i % 2),
        kept: { ...kept, numbers: kept.numbers.map(() => 2 * next()) },
        y: f.name === "identity" ? null : paddedRows(format, count, n, next, (i + 1) % 2),
        dx: blankRows(format, count, n, i % 2),
        ...{ rate, n, activation: f },
      };
      const title = `${count} rows of ${n}, rate ${rate}, after ${f.name}`;
      return {
        title,
        call: call("dropoutBackward", values),
        step: wholeStep(count),
        outputs: { dx: 32 * format.unit },
      };
    }),
  );

export const gaussianNoise: Cases = (format) =>
  maps.flatMap((map, i): Case[] =>
    [0.05, 1].map((std) => {
      const { count, pixels, channels } = map;
      const next = random(2000 + i);
      const values = {
        x: rows(format, count, pixels * channels, next, i % 2),
        y: blankRows(format, count, pixels * channels, (i + 1) % 2),
        order: orderOf(cursor + count, next),
        ...{ ...keys, std, pixels, channels },
      };
      const step = { ...wholeStep(count), cursor, epoch: 2 ** 32 - 1 - i };
      // A normal is below 7, and good to a few units of a double.
      const outputs = { y: 64 * format.unit };
      return { title: `${titleOf(map)}, std ${std}`, call: call("gaussianNoise", values), step, outputs };
    }),
  );
