/** Elementwise functions at their limits: accuracy in units in the last place, infinities, NaN. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ElementwiseName } from "../../src/kernels/operations.js";
import { elementwiseNames } from "../../src/kernels/operations.js";
import { chosenBackend } from "../kernels/addon.js";
import { blank, random } from "../kernels/data.js";
import type { Format, Real } from "../kernels/lab.js";
import { assertSameBits, call, execute, formats, wholeStep } from "../kernels/lab.js";

const backend = chosenBackend();
const slope = 0.25;
const numberOf = (name: ElementwiseName) => elementwiseNames.indexOf(name);
const nan = Number.NaN;
/** Units in the last place that `tanh` and `sigmoid` may miss. */
const allowedUlp = { f32: 3, f64: 4 };

function apply(format: Format, name: ElementwiseName, numbers: ArrayLike<number>): Real {
  const x = format.array(Math.ceil(numbers.length / format.lanes) * format.lanes);
  x.set(numbers);
  const y = blank(format, x.length);
  const ld = x.length;
  const values = { x, ldx: ld, y, ldy: ld, n: numbers.length, function: numberOf(name), slope };
  return execute(backend, format, [call("activation", values)], [wholeStep(1)])
    .of(y)
    .slice(0, numbers.length);
}

function derive(format: Format, name: ElementwiseName, outputs: number[], deltas: number[]): number[] {
  const [y, dy] = [format.array(format.lanes), format.array(format.lanes)];
  y.set(outputs);
  dy.set(deltas);
  const dx = blank(format, format.lanes);
  const ld = format.lanes;
  const n = outputs.length;
  const values = { dy, lddy: ld, y, ldy: ld, dx, lddx: ld, n, function: numberOf(name), slope };
  const out = execute(backend, format, [call("activationBackward", values)], [wholeStep(1)]).of(dx);
  return Array.from(out.subarray(0, n));
}

/** Distance of two neighbours around x in the format. */
const ulp = (x: number, { unit }: Format) => 2 ** Math.floor(Math.log2(Math.abs(x))) * 2 * unit;

/** Numbers of the format all over [-limit, limit], and around zero down to 1e-30. */
function sweep(format: Format, limit: number): Real {
  const next = random(7);
  return format.array(20_000).map((_, i) => {
    const sign = i % 2 ? 1 : -1;
    return sign * (i % 4 < 2 ? limit * next() : 10 ** (-30 * next()));
  });
}

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

  const limits: Record<ElementwiseName, [x: number, y: number][]> = {
    identity: [
      [-Infinity, -Infinity],
      [nan, nan],
      [3, 3],
    ],
    relu: [
      [-Infinity, 0],
      [Infinity, Infinity],
      [-2, 0],
      [2, 2],
      [0, 0],
      [nan, nan],
    ],
    "leaky-relu": [
      [-Infinity, -Infinity],
      [Infinity, Infinity],
      [-2, -2 * slope],
      [2, 2],
      [nan, nan],
    ],
    tanh: [
      [-Infinity, -1],
      [Infinity, 1],
      [-1e4, -1],
      [1e4, 1],
      [0, 0],
      [nan, nan],
    ],
    sigmoid: [
      [-Infinity, 0],
      [Infinity, 1],
      [-1e4, 0],
      [1e4, 1],
      [0, 0.5],
      [nan, nan],
    ],
  };
  for (const name of elementwiseNames) {
    test(`${name} in ${format.name} keeps its limits and passes NaN on`, () => {
      const y = apply(
        format,
        name,
        limits[name].map(([x]) => x),
      );
      assert.deepEqual(
        Array.from(y, (value) => value + 0),
        limits[name].map(([, expected]) => expected),
      );
    });
  }

  const derivatives: Record<ElementwiseName, [y: number, dy: number, dx: number][]> = {
    identity: [
      [5, 2, 2],
      [0, nan, nan],
    ],
    relu: [
      [5, 2, 2],
      [0, 2, 0],
      [1, nan, nan],
    ],
    "leaky-relu": [
      [5, 2, 2],
      [-1, 2, 2 * slope],
      [0, 2, 2 * slope],
      [1, nan, nan],
    ],
    tanh: [
      [0.5, 2, 1.5],
      [1, 2, 0],
      [nan, 2, nan],
    ],
    sigmoid: [
      [0.25, 2, 0.375],
      [1, 2, 0],
      [nan, 2, nan],
    ],
  };
  for (const name of elementwiseNames) {
    test(`${name} in ${format.name}: the derivative follows from y`, () => {
      const rows = derivatives[name];
      const dx = derive(
        format,
        name,
        rows.map(([y]) => y),
        rows.map(([, dy]) => dy),
      );
      assert.deepEqual(
        dx,
        rows.map(([, , expected]) => expected),
      );
    });
  }

  test(`every function in ${format.name} gives the same in dense as alone`, () => {
    const lanes = format.lanes;
    const x = sweep(format, 5).subarray(0, lanes).fill(nan, 3, 4);
    for (const name of elementwiseNames) {
      // y = f(1 * x): one row of one feature, weights as the numbers.
      const y = blank(format, lanes);
      const values = { x: format.array(1).fill(1), ldx: 1, w: x.slice(), b: null, y, ldy: lanes, k: 1, n: lanes };
      const fused = call("dense", { ...values, function: numberOf(name), slope });
      assertSameBits(execute(backend, format, [fused], [wholeStep(1)]).of(y), apply(format, name, x), name);
    }
  });
}
