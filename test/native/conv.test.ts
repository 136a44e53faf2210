/** A convolution's three passes are one bilinear form: sum of y dy = sum of x dx = sum of w dw. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { identity } from "../../src/kernels/activations/index.js";
import { chosenBackend } from "../kernels/addon.js";
import { everyShape, inputs, kernels, outputs } from "../kernels/cases/conv.js";
import { allUnits } from "../kernels/cases/dense.js";
import { blank, blankRows, random, rows } from "../kernels/data.js";
import { call, execute, f64, type Matrix, type Real, wholeStep } from "../kernels/lab.js";

const backend = chosenBackend();
const samples = 5;

/** The sum of products of the first n numbers of each row; `b` are the numbers that a like matrix holds. */
function product({ numbers: a, ld }: Matrix, b: Real, n: number): number {
  let sum = 0;
  for (let r = 0; r < a.length / ld; r++) for (let i = 0; i < n; i++) sum += a[r * ld + i] * b[r * ld + i];
  return sum;
}

for (const { name, g } of everyShape) {
  test(`forward, gradient by input and gradient by kernel are adjoint: ${name}`, () => {
    const next = random(1700 + inputs(g));
    const { w, wt } = kernels(f64, g, next);
    const [x, dy] = [rows(f64, samples, inputs(g), next), rows(f64, samples, outputs(g), next)];
    const [y, dx] = [blankRows(f64, samples, outputs(g)), blankRows(f64, samples, inputs(g))];
    const [kernel, dw] = [w, blank(f64, w.length)].map((numbers) => ({ numbers, ld: w.length }));
    const passes = [
      call("conv", { x, w, b: null, y, argmax: null, ...g, activation: identity, pool: 0 }),
      call("convInputGradient", { dy, wt, dx, y: null, ...g, activation: identity }),
      call("convWeightGradient", {
        x,
        dy,
        g: dw,
        ...g,
        slices: [0, g.kernelHeight * allUnits(f64, g.channels, g.filters)[1]],
      }),
    ];
    const after = execute(backend, f64, passes, [wholeStep(samples)]);
    const expected = product(dy, after.of(y.numbers), outputs(g));
    const tolerance = 1e-10 * samples * outputs(g);
    assert.ok(Math.abs(product(x, after.of(dx.numbers), inputs(g)) - expected) < tolerance, "dx");
    assert.ok(Math.abs(product(kernel, after.of(dw.numbers), w.length) - expected) < tolerance, "dw");
  });
}
