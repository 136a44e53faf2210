/** A convolution's three passes are one bilinear form: sum of y dy = sum of x dx = sum of w dw. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chosenBackend } from "../kernels/addon.js";
import { geometryOf, inputs, kernels, outputs, shapes } from "../kernels/cases/conv.js";
import { blank, padded, random, rows } from "../kernels/data.js";
import type { Real } from "../kernels/lab.js";
import { call, execute, f64, wholeStep } from "../kernels/lab.js";

const backend = chosenBackend();
const samples = 5;
const none = { function: 0, slope: 0 };

/** The sum of products of the first n numbers of each row. */
function product(a: Real, b: Real, count: number, n: number, ld: number): number {
  let sum = 0;
  for (let r = 0; r < count; r++) for (let i = 0; i < n; i++) sum += a[r * ld + i] * b[r * ld + i];
  return sum;
}

test("forward, gradient by input and gradient by kernel are adjoint, for every shape of the cases", () => {
  for (const [i, sizes] of shapes.entries()) {
    const g = geometryOf(sizes);
    const next = random(1700 + i);
    const [ldx, ldy] = [inputs(g), outputs(g)].map((n) => padded(n, f64));
    const { w, wt } = kernels(f64, g, next);
    const x = rows(f64, samples, inputs(g), ldx, next);
    const dy = rows(f64, samples, outputs(g), ldy, next);
    const [y, dx, dw] = [blank(f64, dy.length), blank(f64, x.length), blank(f64, w.length)];
    const passes = [
      call("conv", { x, ldx, w, b: null, y, ldy, winners: null, ldw: 0, ...g, ...none, pool: 0 }),
      call("convBackward", { dy, lddy: ldy, wt, dx, lddx: ldx, y: null, ldy: 0, ...g, ...none }),
      call("convGradient", { x, ldx, dy, lddy: ldy, g: dw, stride: w.length, ...g }),
    ];
    const after = execute(backend, f64, passes, [wholeStep(samples)]);
    const expected = product(after.of(y), dy, samples, outputs(g), ldy);
    const tolerance = 1e-10 * samples * outputs(g);
    assert.ok(Math.abs(product(x, after.of(dx), samples, inputs(g), ldx) - expected) < tolerance, `dx of shape ${i}`);
    assert.ok(Math.abs(product(w, after.of(dw), 1, w.length, 0) - expected) < tolerance, `dw of shape ${i}`);
  }
});
