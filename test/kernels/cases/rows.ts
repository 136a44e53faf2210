import { mixNumbers } from "../../../src/kernels/mixes/index.js";
import { type LossName, registered } from "../../../src/losses/index.js";
import { blank, blankRows, mapRows, paddedRows, random, uniform } from "../data.js";
import { call, wholeStep } from "../lab.js";
import { type Case, type Cases, functions, sizes } from "./case.js";

/** Samples of the data set that the cases draw from, in an order with repeats. */
const samples = 30;
const orderOf = (places: number, next: () => number) => new Int32Array(places).map(() => Math.floor(next() * samples));
const cursor = 3;

/** Rows around the edges of tiles, and none. */
const counts = [0, 1, 5, 8, 9, 25];
const countOf = (i: number): number => counts[i % counts.length];

export const gather: Cases = (format) =>
  sizes.flatMap((pixels, i): Case[] =>
    [0, 1].map((perImage) => {
      const count = countOf(i + perImage);
      const next = random(400 + i);
      const values = {
        x: blankRows(format, count, pixels, i % 2),
        images: new Uint8Array(samples * pixels).map(() => 256 * next()),
        order: orderOf(cursor + count, next),
        scale: perImage ? null : uniform(format, pixels, next).map((x) => x / 64),
        shift: perImage ? null : uniform(format, pixels, next),
        pixels,
        perImage,
      };
      const title = `${count} images of ${pixels} pixels, ${perImage ? "per image" : "per pixel"}`;
      const step = { ...wholeStep(count), cursor };
      return { title, call: call("gather", values), step, outputs: { x: 16 * format.unit } };
    }),
  );

/** 16 units: in the tails of x Phi(x) the twin, which sums in another order, is off by 10. */
export const activation: Cases = (format) =>
  functions.flatMap((f) =>
    sizes.slice(0, 15).map((n, i): Case => {
      const count = countOf(i);
      const x = mapRows(paddedRows(format, count, n, random(500 + i), i % 2), (value) => 6 * value);
      const values = { x, y: blankRows(format, count, n), n, activation: f };
      const title = `${count} rows of ${n}, ${f.name}`;
      return { title, call: call("activation", values), step: wholeStep(count), outputs: { y: 16 * format.unit } };
    }),
  );

export const activationBackward: Cases = (format) =>
  functions.flatMap((f) =>
    sizes.slice(0, 15).map((n, i): Case => {
      const [count, next] = [countOf(i), random(700 + i)];
      const values = {
        dy: paddedRows(format, count, n, next, i % 2),
        from: paddedRows(format, count, n, next, (i + 1) % 2),
        dx: blankRows(format, count, n, i % 2),
        ...{ n, activation: f },
      };
      const title = `${count} rows of ${n}, ${f.name}`;
      const outputs = { dx: 16 * format.unit };
      return { title, call: call("activationBackward", values), step: wholeStep(count), outputs };
    }),
  );

export const add: Cases = (format) =>
  functions.flatMap((f) =>
    [1, 8, 15, 17, 49].map((n, i): Case => {
      const [count, next] = [countOf(i), random(2100 + i)];
      const values = {
        a: paddedRows(format, count, n, next, i % 2),
        b: paddedRows(format, count, n, next, (i + 1) % 2),
        y: blankRows(format, count, n, i % 2),
        ...{ n, activation: f },
      };
      const title = `${count} rows of ${n}, ${f.name}`;
      return { title, call: call("add", values), step: wholeStep(count), outputs: { y: 8 * format.unit } };
    }),
  );

const classCounts = [1, 2, 7, 8, 9, 10, 15, 16, 17, 47, 49, 100];

/** Partners and shares of all places, own ones and others, where images are mixed. */
const taught = (mixed: boolean, next: () => number) => ({
  partners: mixed ? orderOf(cursor + samples, next) : null,
  mixes: mixed
    ? new Float64Array((cursor + samples) * mixNumbers).map(() => [0, 1, next(), next()][Math.floor(4 * next())])
    : null,
});

export const softmax: Cases = (format) =>
  classCounts.map((classes, i): Case => {
    const count = countOf(i);
    const x = mapRows(paddedRows(format, count, classes, random(3100 + i), i % 2), (value) => 8 * value);
    const values = { x, y: blankRows(format, count, classes), classes };
    return {
      title: `${count} rows of ${classes}`,
      call: call("softmax", values),
      step: wholeStep(count),
      outputs: { y: 16 * format.unit },
    };
  });

export const softmaxBackward: Cases = (format) =>
  classCounts.map((classes, i): Case => {
    const [count, next] = [countOf(i), random(3300 + i)];
    const values = {
      dy: paddedRows(format, count, classes, next, i % 2),
      y: paddedRows(format, count, classes, next, (i + 1) % 2),
      dx: blankRows(format, count, classes, i % 2),
      classes,
    };
    return {
      title: `${count} rows of ${classes}`,
      call: call("softmaxBackward", values),
      step: wholeStep(count),
      outputs: { dx: 64 * format.unit },
    };
  });

const lossCases =
  (operation: LossName): Cases =>
  (format) =>
    classCounts.flatMap((classes, i): Case[] =>
      [true, false].map((plain) => {
        const [count, next] = [countOf(i + 1), random(900 + i)];
        // Every other one as scoring has it: losses by place, nothing noted.
        const byPlace = i % 2;
        const length = byPlace ? cursor + count : count;
        const values = {
          z: mapRows(paddedRows(format, count, classes, next, i % 2), (value) => 5 * value),
          dz: blankRows(format, count, classes, (i + 1) % 2),
          labels: new Uint16Array(samples).map(() => classes * next()),
          order: orderOf(cursor + count, next),
          weights: plain ? null : new Float64Array(classes).map(() => 0.25 + next()),
          ...taught(byPlace === 0, next),
          loss: new Float64Array(length).fill(NaN),
          plain: plain ? null : new Float64Array(length).fill(NaN),
          correct: byPlace ? null : new Float64Array(length).fill(NaN),
          flag: byPlace ? null : new Int32Array(1),
          classes,
          smoothing: plain ? 0 : 0.1,
          parameter: 0.5,
          byPlace,
        };
        const step = { ...wholeStep(count), cursor };
        // Softmax and its logarithm from a sum of at most 100 exponentials, each good to a few units.
        const noted = byPlace ? {} : { correct: 0, flag: 0 };
        const written = plain ? {} : { plain: 64 * format.unit };
        const outputs = { dz: 32 * format.unit, loss: 64 * format.unit, ...written, ...noted };
        const title = `${count} samples, ${classes} classes${plain ? "" : ", smoothed and weighted"}`;
        return { title, call: call(operation, values), step, outputs };
      }),
    );

/** Of every loss that there is. */
export const losses = Object.fromEntries(registered.map(({ operation }) => [operation, lossCases(operation)])) as {
  readonly [L in LossName]: Cases;
};

export const predict: Cases = (format) =>
  classCounts.flatMap((classes, i): Case[] =>
    [
      { kept: true, sure: true },
      { kept: false, sure: true },
      { kept: true, sure: false },
    ].map(({ kept, sure }) => {
      const [count, next] = [countOf(i + 1), random(1000 + i)];
      const places = cursor + count;
      const values = {
        z: mapRows(paddedRows(format, count, classes, next, i % 2), (value) => 5 * value),
        p: blankRows(format, count, classes, (i + 1) % 2),
        predicted: new Int32Array(places).fill(-1),
        logits: kept ? blank(format, places * classes) : null,
        probabilities: sure ? blank(format, places * classes) : null,
        classes,
      };
      const tolerance = 32 * format.unit;
      const outputs = {
        predicted: 0,
        ...(sure && { p: tolerance, probabilities: tolerance }),
        ...(kept && { logits: 0 }),
      };
      const title = `${count} samples, ${classes} classes${kept ? ", logits" : ""}${sure ? ", probabilities" : ""}`;
      return { title, call: call("predict", values), step: { ...wholeStep(count), cursor }, outputs };
    }),
  );
