/** Elementwise functions against PyTorch's, at their limits too, and how many units in the last place some may miss. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { activationOf, type ElementwiseName, elementwiseNames } from "../../src/kernels/activations/index.js";
import { goldenFile } from "../golden/golden.js";
import { chosenBackend } from "../kernels/addon.js";
import { blankRows, random } from "../kernels/data.js";
import { assertSameBits, call, execute, type Format, formats, type Real, wholeStep } from "../kernels/lab.js";

type Numeric = number | "nan" | "inf" | "-inf";
const golden = JSON.parse(readFileSync(goldenFile("activations.json"), "utf8")) as {
  slope: number;
  functions: {
    name: ElementwiseName;
    rows: { x: number; y: number; slope: number }[];
    ends: { x: Numeric; y: Numeric }[];
  }[];
};
const numberOf = (value: Numeric): number =>
  typeof value === "number" ? value : { nan: NaN, inf: Infinity, "-inf": -Infinity }[value];

const backend = chosenBackend();
const functionOf = (name: ElementwiseName) => ({ name, slope: golden.slope });
/** Roundings of y, and of x on the way in, that a value or a derivative may be off by: of numbers below 1, of one. */
const units = 8;
/** PyTorch's numbers are of double precision. */
const goldenUnit = 2 ** -53;
/** Units in the last place that `tanh` and `sigmoid` may miss. */
const allowedUlp = { f32: 3, f64: 4 };

function apply(format: Format, name: ElementwiseName, numbers: ArrayLike<number>): Real {
  const x = format.array(Math.ceil(numbers.length / format.lanes) * format.lanes);
  x.set(numbers);
  const y = blankRows(format, 1, x.length);
  const values = { x: { numbers: x, ld: x.length }, y, n: numbers.length, activation: functionOf(name) };
  return execute(backend, format, [call("activation", values)], [wholeStep(1)])
    .of(y.numbers)
    .slice(0, numbers.length);
}

/** dy f', from what the function keeps. */
function derive(format: Format, name: ElementwiseName, kept: ArrayLike<number>, deltas: readonly number[]): Real {
  const [n, ld] = [deltas.length, Math.ceil(deltas.length / format.lanes) * format.lanes];
  const [from, dy, dx] = [0, 1, 2].map(() => ({ numbers: format.array(ld), ld }));
  from.numbers.set(kept);
  dy.numbers.set(deltas);
  const values = { dy, from, dx, n, activation: functionOf(name) };
  return execute(backend, format, [call("activationBackward", values)], [wholeStep(1)])
    .of(dx.numbers)
    .slice(0, n);
}

/** Distance of two neighbors around x in the format. */
const ulp = (x: number, { unit }: Format) => 2 ** Math.floor(Math.log2(Math.abs(x))) * 2 * unit;

/** Numbers of the format all over [-limit, limit], and around zero down to 1e-30. */
function sweep(format: Format, limit: number): Real {
  const next = random(7);
  return format.array(20_000).map((_, i) => {
    const sign = i % 2 ? 1 : -1;
    return sign * (i % 4 < 2 ? limit * next() : 10 ** (-30 * next()));
  });
}

test("PyTorch was asked about every function", () => {
  assert.deepEqual(
    golden.functions.map(({ name }) => name),
    elementwiseNames,
  );
});

const exact = { tanh: Math.tanh, sigmoid: (x: number) => 1 / (1 + Math.exp(-x)) };
for (const format of formats) {
  for (const name of ["tanh", "sigmoid"] as const) {
    const allowed = allowedUlp[format.name];
    test(`${name} in ${format.name} is good to ${allowed} ulp`, () => {
      // Down to e^-80 for sigmoid: that is the exponential alone.
      const x = sweep(format, name === "tanh" ? 12 : 80);
      const y = apply(format, name, x);
      let [worst, where] = [0, 0];
      for (let i = 0; i < x.length; i++) {
        const expected = exact[name](x[i]);
        const error = Math.abs(y[i] - expected) / ulp(expected, format);
        if (!(error <= worst)) [worst, where] = [error, x[i]];
      }
      assert.ok(worst <= allowed, `${worst} ulp at ${where}`);
    });
  }

  for (const { name, rows, ends } of golden.functions) {
    const { kept } = activationOf(name);
    const near = (actual: number, expected: number, what: string, size = 1): void => {
      const bound = units * Math.max(format.unit * Math.max(1, Math.abs(expected)), goldenUnit * size);
      assert.ok(Math.abs(actual - expected) <= bound, `${what}: ${actual}, expected ${expected}`);
    };

    test(`${name} in ${format.name} has PyTorch's values and derivatives`, () => {
      const [x, y] = [rows.map((row) => row.x), rows.map((row) => row.y)];
      const actual = apply(format, name, x);
      const slopes = derive(format, name, kept === "x" ? x : y, new Array<number>(x.length).fill(1));
      for (const [i, row] of rows.entries()) {
        near(actual[i], row.y, `f(${row.x})`);
        // PyTorch's own derivatives that are made of x lose some of x's digits: x (1 - s), say.
        near(slopes[i], row.slope, `f'(${row.x})`, kept === "x" ? Math.abs(row.x) : 1);
      }
    });

    test(`${name} in ${format.name} keeps PyTorch's limits and passes NaN on`, () => {
      const actual = apply(
        format,
        name,
        ends.map(({ x }) => numberOf(x)),
      );
      // Zeros of either sign.
      assert.deepEqual(
        Array.from(actual, (value) => value + 0),
        ends.map(({ y }) => numberOf(y) + 0),
      );
      assert.deepEqual(Array.from(derive(format, name, [0.5], [NaN])), [NaN]);
    });
  }

  test(`every function in ${format.name} gives the same in dense as alone`, () => {
    const lanes = format.lanes;
    const x = sweep(format, 5).subarray(0, lanes).fill(NaN, 3, 4);
    for (const name of elementwiseNames) {
      // y = f(1 * x): one row of one feature, weights as the numbers.
      const y = blankRows(format, 1, lanes);
      const one = { numbers: format.array(1).fill(1), ld: 1 };
      const values = { x: one, w: x.slice(), b: null, y, k: 1, n: lanes, activation: functionOf(name) };
      const out = execute(backend, format, [call("dense", values)], [wholeStep(1)]).of(y.numbers);
      assertSameBits(out, apply(format, name, x), name);
    }
  });
}
