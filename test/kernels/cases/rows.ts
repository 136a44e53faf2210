import { elementwiseNames } from "../../../src/kernels/operations.js";
import { blank, padded, paddedRows, random, uniform } from "../data.js";
import { call, wholeStep } from "../lab.js";
import type { Case, Cases } from "./case.js";
import { pick, rowCounts, sizes } from "./case.js";
import { slope } from "./dense.js";

/** Samples of the data set that the cases draw from, in an order with repeats. */
const samples = 30;
const orderOf = (places: number, next: () => number) => new Int32Array(places).map(() => Math.floor(next() * samples));
const cursor = 3;

export const gather: Cases = (format) =>
  sizes.flatMap((pixels, i): Case[] =>
    [0, 1].map((perImage) => {
      const count = pick(rowCounts, i + perImage);
      const next = random(400 + i);
      const ldx = padded(pixels, format) + format.lanes * (i % 2);
      const values = {
        x: blank(format, count * ldx),
        ldx,
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

export const activation: Cases = (format) =>
  elementwiseNames.flatMap((name, f) =>
    sizes.slice(0, 15).map((n, i): Case => {
      const count = pick(rowCounts, i + f);
      const next = random(500 + 20 * f + i);
      const ldx = padded(n, format) + format.lanes * (i % 2);
      const x = paddedRows(format, count, n, ldx, next).map((value) => 6 * value);
      const ldy = padded(n, format);
      const values = { x, ldx, y: blank(format, count * ldy), ldy, n, function: f, slope };
      const outputs = { y: 8 * format.unit };
      return {
        title: `${count} rows of ${n}, ${name}`,
        call: call("activation", values),
        step: wholeStep(count),
        outputs,
      };
    }),
  );

export const activationBackward: Cases = (format) =>
  elementwiseNames.flatMap((name, f) =>
    sizes.slice(0, 15).map((n, i): Case => {
      const count = pick(rowCounts, i + f);
      const next = random(700 + 20 * f + i);
      const [lddy, ldy, lddx] = [0, 1, 2].map((j) => padded(n, format) + format.lanes * ((i + j) % 2));
      const values = {
        dy: paddedRows(format, count, n, lddy, next),
        lddy,
        y: paddedRows(format, count, n, ldy, next),
        ldy,
        dx: blank(format, count * lddx),
        lddx,
        n,
        function: f,
        slope,
      };
      const title = `${count} rows of ${n}, ${name}`;
      const outputs = { dx: 8 * format.unit };
      return { title, call: call("activationBackward", values), step: wholeStep(count), outputs };
    }),
  );

const classCounts = [1, 2, 7, 8, 9, 10, 15, 16, 17, 47, 49, 100];

const lossCases =
  (operation: "softmaxCrossEntropy" | "squaredError"): Cases =>
  (format) =>
    [...classCounts, ...classCounts].map((classes, i): Case => {
      const isPlain = i < classCounts.length;
      const count = pick(rowCounts, i + 1);
      const next = random(900 + i);
      const [ldz, lddz] = [0, 1].map((j) => padded(classes, format) + format.lanes * ((i + j) % 2));
      const values = {
        z: paddedRows(format, count, classes, ldz, next).map((value) => 5 * value),
        ldz,
        dz: blank(format, count * lddz),
        lddz,
        labels: new Uint16Array(samples).map(() => classes * next()),
        order: orderOf(cursor + count, next),
        weights: isPlain ? null : new Float64Array(classes).map(() => 0.25 + next()),
        loss: new Float64Array(count).fill(NaN),
        correct: new Float64Array(count).fill(NaN),
        flag: new Int32Array(1),
        classes,
        smoothing: isPlain ? 0 : 0.1,
      };
      const step = { ...wholeStep(count), cursor };
      // Softmax and its logarithm from a sum of at most 100 exponentials, each good to a few units.
      const outputs = { dz: 32 * format.unit, loss: 64 * format.unit, correct: 0, flag: 0 };
      const title = `${count} samples, ${classes} classes${isPlain ? "" : ", smoothed and weighted"}`;
      return { title, call: call(operation, values), step, outputs };
    });

export const softmaxCrossEntropy = lossCases("softmaxCrossEntropy");
export const squaredError = lossCases("squaredError");

export const score: Cases = (format) =>
  classCounts.flatMap((classes, i): Case[] =>
    [0, 1].map((squared) => {
      const count = pick(rowCounts, i + 1);
      const next = random(1000 + 2 * i + squared);
      const [ldz, ldp] = [0, 1].map((j) => padded(classes, format) + format.lanes * ((i + j) % 2));
      const places = cursor + count;
      const probabilities = i % 3 === 2 ? null : blank(format, places * classes);
      // Without labels there is no loss, and its buffer stays as it is.
      const labels = i % 4 === 3 ? null : new Uint16Array(samples).map(() => classes * next());
      const values = {
        z: paddedRows(format, count, classes, ldz, next).map((value) => 5 * value),
        ldz,
        p: blank(format, count * ldp),
        ldp,
        labels,
        order: orderOf(places, next),
        loss: new Float64Array(places).fill(NaN),
        predicted: new Int32Array(places).fill(-1),
        probabilities,
        classes,
        squared,
      };
      const tolerance = 32 * format.unit;
      const outputs = {
        p: tolerance,
        predicted: 0,
        ...(labels ? { loss: 64 * format.unit } : {}),
        ...(probabilities ? { probabilities: tolerance } : {}),
      };
      const title = `${count} samples, ${classes} classes, ${squared ? "squared error" : "cross-entropy"}`;
      return { title, call: call("score", values), step: { ...wholeStep(count), cursor }, outputs };
    }),
  );
