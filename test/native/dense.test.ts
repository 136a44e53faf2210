/** The dense operations against plain matrices, and what they promise about padding and the transposed copy. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { identity } from "../../src/kernels/activations/index.js";
import { loopNames } from "../../src/optim/index.js";
import { chosenBackend } from "../kernels/addon.js";
import { loops, updateBy } from "../kernels/cases/case.js";
import { allUnits } from "../kernels/cases/dense.js";
import { cases } from "../kernels/cases/index.js";
import { blankRows, padded, paddedRows, panelIndex, random, rows, vector, weights } from "../kernels/data.js";
import {
  assertClose,
  assertSameBits,
  buffersOf,
  call,
  execute,
  type Format,
  formats,
  type Real,
  wholeStep,
} from "../kernels/lab.js";

const backend = chosenBackend();
const shapes = [
  { count: 1, k: 1, n: 1 },
  { count: 3, k: 17, n: 10 },
  { count: 9, k: 50, n: 49 },
  { count: 25, k: 97, n: 100 },
  { count: 11, k: 200, n: 33 },
];

/** The sum of of(p) over p < depth, in double. */
function sum(depth: number, of: (p: number) => number): number {
  let total = 0;
  for (let p = 0; p < depth; p++) total += of(p);
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
    const x = rows(format, count, k, next);
    const dy = paddedRows(format, count, n, next);
    const { w, wt, plain } = weights(format, k, n, next);
    const b = vector(format, n, next);
    const xAt = (r: number, p: number): number => x.numbers[r * x.ld + p];
    const dyAt = (r: number, j: number): number => dy.numbers[r * dy.ld + j];
    /** Rounding of a chain of `depth` products of numbers below 1, at each step by one unit of a sum below depth. */
    const bound = (depth: number) => format.unit * (depth + 2) * (depth + 2);

    test(`dense: y = x w + b (${name})`, () => {
      const y = blankRows(format, count, n);
      const values = { x, w, b, y, k, n, activation: identity };
      const out = execute(backend, format, [call("dense", values)], [wholeStep(count)]).of(y.numbers);
      const expected = new Float64Array(count * y.ld);
      for (let r = 0; r < count; r++) {
        for (let j = 0; j < n; j++) expected[r * y.ld + j] = b[j] + sum(k, (p) => xAt(r, p) * plain[p * n + j]);
      }
      assertClose(out, expected, bound(k), "y");
    });

    test(`denseInputGradient: dx = dy wᵀ, its padding zero (${name})`, () => {
      const dx = blankRows(format, count, k);
      const values = { dy, wt, dx, y: null, k, n, activation: identity };
      const out = execute(backend, format, [call("denseInputGradient", values)], [wholeStep(count)]).of(dx.numbers);
      const expected = new Float64Array(count * dx.ld);
      for (let r = 0; r < count; r++) {
        for (let p = 0; p < k; p++) expected[r * dx.ld + p] = sum(n, (j) => dyAt(r, j) * plain[p * n + j]);
        assert.ok(out.subarray(r * dx.ld + k, (r + 1) * dx.ld).every((value) => value === 0));
      }
      assertClose(out, expected, bound(n), "dx");
    });

    test(`denseUpdate and biasUpdate: w -= lr xᵀ dy, b -= lr sum dy (${name})`, () => {
      const sgd = { dy, g: null, state: [], optimizer: loopNames.indexOf("sgd") };
      const workspace = format.array(count * 3 * format.lanes);
      const vectors = [0, padded(n, format) / format.lanes] as const;
      const calls = [
        call("denseUpdate", { ...sgd, x, w, wt, workspace, k, n, units: allUnits(format, k, n) }),
        call("biasUpdate", { ...sgd, b, vectors }),
      ];
      const out = execute(backend, format, calls, [{ ...wholeStep(count), hyperparameters: [0.5] }]);
      const [expectedW, expectedB] = [Float64Array.from(w), Float64Array.from(b)];
      for (let j = 0; j < n; j++) {
        expectedB[j] -= 0.5 * sum(count, (r) => dyAt(r, j));
        for (let p = 0; p < k; p++) {
          expectedW[panelIndex(format, k, n, p, j)] -= 0.5 * sum(count, (r) => xAt(r, p) * dyAt(r, j));
        }
      }
      assertClose(out.of(w), expectedW, bound(count), "w");
      assertClose(out.of(b), expectedB, bound(count), "b");
    });

    for (const loop of loops) {
      test(`denseUpdate by ${loop}: padding stays zero and wt is w transposed (${name})`, () => {
        const { hyperparameters, arguments: update } = updateBy(loop, w, next);
        const stale = wt.map((value) => (value === 0 ? 0 : 9));
        const workspace = format.array(count * 3 * format.lanes);
        const values = { x, dy, w, wt: stale, g: null, workspace, k, n, units: allUnits(format, k, n), ...update };
        const step = { ...wholeStep(count), hyperparameters };
        const out = execute(backend, format, [call("denseUpdate", values)], [step, step, step]);
        for (const packed of [w, ...update.state]) {
          assert.ok(paddingOf(format, k, n, packed).every((i) => out.of(packed)[i] === 0));
        }
        const expected = format.array(stale.length);
        for (let p = 0; p < k; p++) {
          for (let j = 0; j < n; j++) {
            expected[panelIndex(format, n, k, j, p)] = out.of(w)[panelIndex(format, k, n, p, j)];
          }
        }
        assertSameBits(out.of(stale), expected, "wt");
      });
    }
  }
}

for (const format of formats) {
  for (const [inTiles, byRows] of [
    ["denseTiles", "dense"],
    ["denseInputGradientTiles", "denseInputGradient"],
  ] as const) {
    test(`${inTiles} in ${format.name} has the bits of ${byRows}`, () => {
      const all = cases[byRows](format);
      for (const [i, one] of cases[inTiles](format).entries()) {
        const [[output]] = Object.entries(one.outputs);
        const [tiles, rows] = [one, all[i]].map((of) => {
          const [buffer] = buffersOf(of.call.values[output]);
          return execute(backend, format, [of.call], [of.step]).of(buffer);
        });
        assertSameBits(tiles, rows, one.title);
      }
    });
  }
}
