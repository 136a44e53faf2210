/** The dense operations against plain matrices, and what they promise about padding and the transposed copy. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chosenBackend } from "../kernels/addon.js";
import { hypers } from "../kernels/cases/dense.js";
import { blank, padded, paddedRows, panelIndex, random, rows, vector, weights } from "../kernels/data.js";
import type { Format, Real } from "../kernels/lab.js";
import { assertClose, assertSameBits, call, execute, formats, wholeStep } from "../kernels/lab.js";

const backend = chosenBackend();
const shapes = [
  { count: 1, k: 1, n: 1 },
  { count: 3, k: 17, n: 10 },
  { count: 9, k: 50, n: 49 },
  { count: 25, k: 97, n: 100 },
  { count: 11, k: 200, n: 33 },
];

/** sum over p < depth of left(p) * right(p), in double. */
function sum(depth: number, left: (p: number) => number, right: (p: number) => number): number {
  let total = 0;
  for (let p = 0; p < depth; p++) total += left(p) * right(p);
  return total;
}

/** Numbers of a packed matrix that are padding. */
function paddingOf(format: Format, depth: number, n: number, packed: Real): number[] {
  const own = new Set<number>();
  for (let k = 0; k < depth; k++) for (let j = 0; j < n; j++) own.add(panelIndex(format, depth, n, k, j));
  return Array.from(packed.keys()).filter((i) => !own.has(i));
}

for (const format of formats) {
  for (const { count, k, n } of shapes) {
    const name = `${format.name}, ${count} rows, ${k} to ${n}`;
    const next = random(count * k + n);
    const [ldk, ldn] = [padded(k, format), padded(n, format)];
    const x = rows(format, count, k, ldk, next);
    const dy = paddedRows(format, count, n, ldn, next);
    const { w, wt, plain } = weights(format, k, n, next);
    const b = vector(format, n, next);
    /** Rounding of a chain of `depth` products of numbers below 1, at each step by one unit of a sum below depth. */
    const bound = (depth: number) => format.unit * (depth + 2) * (depth + 2);

    test(`dense: y = x w + b (${name})`, () => {
      const y = blank(format, count * ldn);
      const values = { x, ldx: ldk, w, b, y, ldy: ldn, k, n, function: 0, slope: 0 };
      const out = execute(backend, format, [call("dense", values)], [wholeStep(count)]).of(y);
      const expected = new Float64Array(count * ldn);
      for (let r = 0; r < count; r++) {
        for (let j = 0; j < n; j++) {
          expected[r * ldn + j] =
            b[j] +
            sum(
              k,
              (p) => x[r * ldk + p],
              (p) => plain[p * n + j],
            );
        }
      }
      assertClose(out, expected, bound(k), "y");
    });

    test(`denseBackward: dx = dy wᵀ, its padding zero (${name})`, () => {
      const dx = blank(format, count * ldk);
      const values = { dy, lddy: ldn, wt, dx, lddx: ldk, y: null, ldy: 0, k, n, function: 0, slope: 0 };
      const out = execute(backend, format, [call("denseBackward", values)], [wholeStep(count)]).of(dx);
      const expected = new Float64Array(count * ldk);
      for (let r = 0; r < count; r++) {
        for (let p = 0; p < k; p++) {
          expected[r * ldk + p] = sum(
            n,
            (j) => dy[r * ldn + j],
            (j) => plain[p * n + j],
          );
        }
        assert.ok(out.subarray(r * ldk + k, (r + 1) * ldk).every((value) => value === 0));
      }
      assertClose(out, expected, bound(n), "dx");
    });

    test(`denseUpdate and biasUpdate: w -= lr xᵀ dy, b -= lr sum dy (${name})`, () => {
      const shared = { dy, lddy: ldn, g: null, s: null, t: null, optimizer: 0 };
      const workspace = format.array(count * 3 * format.lanes);
      const lastUnit = Math.ceil(n / (3 * format.lanes)) * Math.ceil(k / format.lanes);
      const calls = [
        call("denseUpdate", { ...shared, x, ldx: ldk, w, wt, workspace, k, n, firstUnit: 0, lastUnit }),
        call("biasUpdate", { ...shared, b, firstVector: 0, lastVector: ldn / format.lanes }),
      ];
      const out = execute(backend, format, calls, [{ ...wholeStep(count), hyper: [0.5] }]);
      const [expectedW, expectedB] = [Float64Array.from(w), Float64Array.from(b)];
      for (let j = 0; j < n; j++) {
        expectedB[j] -=
          0.5 *
          sum(
            count,
            (r) => dy[r * ldn + j],
            () => 1,
          );
        for (let p = 0; p < k; p++) {
          const gradient = sum(
            count,
            (r) => x[r * ldk + p],
            (r) => dy[r * ldn + j],
          );
          expectedW[panelIndex(format, k, n, p, j)] -= 0.5 * gradient;
        }
      }
      assertClose(out.of(w), expectedW, bound(count), "w");
      assertClose(out.of(b), expectedB, bound(count), "b");
    });

    test(`denseUpdate: padding stays zero and wt is w transposed, for each optimizer (${name})`, () => {
      for (const [optimizer, hyper] of hypers.entries()) {
        const [s, t] = [w.map(() => 0), w.map(() => 0)];
        const lastUnit = Math.ceil(n / (3 * format.lanes)) * Math.ceil(k / format.lanes);
        const stale = wt.map((value) => (value === 0 ? 0 : 9));
        const values = {
          x,
          ldx: ldk,
          dy,
          lddy: ldn,
          w,
          wt: stale,
          g: null,
          s,
          t,
          workspace: format.array(count * 3 * format.lanes),
          k,
          n,
          firstUnit: 0,
          lastUnit,
          optimizer,
        };
        const step = { ...wholeStep(count), hyper };
        const out = execute(backend, format, [call("denseUpdate", values)], [step, step, step]);
        for (const packed of [w, s, t]) {
          assert.ok(paddingOf(format, k, n, packed).every((i) => out.of(packed)[i] === 0));
        }
        const expected = format.array(stale.length);
        for (let p = 0; p < k; p++) {
          for (let j = 0; j < n; j++) {
            expected[panelIndex(format, n, k, j, p)] = out.of(w)[panelIndex(format, k, n, p, j)];
          }
        }
        assertSameBits(out.of(stale), expected, `wt with optimizer ${optimizer}`);
      }
    });
  }
}
