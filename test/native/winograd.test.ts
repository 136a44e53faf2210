/** Winograd's convolutions against plain ones in double: their error, and the copies of the filters that updates write. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { identity } from "../../src/kernels/activations/index.js";
import { convUpdateWorkspace } from "../../src/kernels/conv-workspace.js";
import type { ConvGeometry } from "../../src/kernels/ops/conv-geometry.js";
import { transformFilters } from "../../src/kernels/ops/winograd-filters.js";
import {
  gradientWorkspace,
  inputGradientWorkspace,
  productWorkspace,
  sumLength,
  transformedLength,
  updateWorkspace,
} from "../../src/kernels/winograd.js";
import { chosenBackend } from "../kernels/addon.js";
import { geometryOf, inputs, kernels, outputs } from "../kernels/cases/conv.js";
import { allUnits } from "../kernels/cases/dense.js";
import { blank, blankRows, panelIndex, random, rows } from "../kernels/data.js";
import type { Call, Format, Matrix, Numbers, Real } from "../kernels/lab.js";
import { assertSameBits, call, execute, formats, wholeStep } from "../kernels/lab.js";

const backend = chosenBackend();
const samples = 2;
const geometry = (size: number, channels: number, filters: number, pad: number): ConvGeometry =>
  geometryOf({ image: [size, size, channels], kernel: [3, 3], pad: [pad, pad, pad, pad], filters });
/** Nets use images like these: tiles whole and cut, padded and not, few channels and many. */
const geometries = [geometry(12, 32, 48, 1), geometry(7, 64, 16, 0), geometry(4, 160, 20, 1), geometry(6, 9, 24, 2)];

/** Relative L2 error at up to 160 channels, in units of rounding: 1.9e-6 in float. Other points than ±3/4 and ±3/2 miss it. */
const errorUnits = 32;
/** Padding is zero of either sign. */
const unsigned = (numbers: Real): Real => numbers.map((value) => value + 0);

interface Problem {
  readonly g: ConvGeometry;
  readonly x: Matrix;
  readonly dy: Matrix;
  readonly w: Real;
  readonly u: Real;
  readonly ut: Real;
}

function problem(format: Format, g: ConvGeometry): Problem {
  const next = random(g.channels);
  const { w } = kernels(format, g, next);
  const u = blank(format, transformedLength(g.channels, g.filters, format.lanes)).fill(0);
  const ut = blank(format, transformedLength(g.filters, g.channels, format.lanes)).fill(0);
  transformFilters(w, g.channels, g.filters, u, ut);
  const x = rows(format, samples, inputs(g), next, 1);
  return { g, x, dy: rows(format, samples, outputs(g), next), w, u, ut };
}

/** Calls f with the indices of x, dy and w in their buffers for each product that a convolution consists of. */
function eachProduct(
  format: Format,
  { g, x: { ld: ldx }, dy: { ld: lddy } }: Problem,
  f: (x: number, dy: number, w: number) => void,
): void {
  const { height, width, channels, padTop, padLeft, outHeight, outWidth, filters } = g;
  const indices = Int32Array.from({ length: 9 * channels * filters }, (_, i) =>
    panelIndex(format, 9 * channels, filters, Math.floor(i / filters), i % filters),
  );
  for (let r = 0; r < samples; r++) {
    for (let pixel = 0; pixel < outHeight * outWidth; pixel++) {
      for (let tap = 0; tap < 9; tap++) {
        const y = Math.floor(pixel / outWidth) + Math.floor(tap / 3) - padTop;
        const x = (pixel % outWidth) + (tap % 3) - padLeft;
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        for (let c = 0; c < channels; c++) {
          const [from, k] = [r * ldx + (y * width + x) * channels + c, (tap * channels + c) * filters];
          for (let j = 0; j < filters; j++) f(from, r * lddy + pixel * filters + j, indices[k + j]);
        }
      }
    }
  }
}

function assertSmallError(format: Format, actual: Numbers, expected: Float64Array, what: string): void {
  let [error, norm] = [0, 0];
  for (const [i, value] of expected.entries()) {
    if (value === 0) continue;
    error += (actual[i] - value) ** 2;
    norm += value ** 2;
  }
  const relative = Math.sqrt(error / norm);
  assert.ok(relative < errorUnits * format.unit, `${what}: a relative error of ${relative}`);
}

const run = (format: Format, one: Call, buffer: Real, hyperparameters: readonly number[] = []): Real =>
  execute(backend, format, [one], [{ ...wholeStep(samples), hyperparameters }]).of(buffer);

for (const format of formats) {
  const { lanes } = format;
  for (const g of geometries) {
    const name = `${format.name}, ${g.height}x${g.width}x${g.channels} to ${g.outHeight}x${g.outWidth}x${g.filters}`;
    const p = problem(format, g);

    test(`winograd: the error of y is small (${name})`, () => {
      const y = blankRows(format, samples, outputs(g));
      const workspace = blank(format, productWorkspace(g.channels, g.filters, lanes));
      const out = { y, argmax: null, workspace, ...g, activation: identity, pool: 0 };
      const expected = new Float64Array(y.numbers.length);
      eachProduct(format, p, (x, dy, w) => (expected[dy] += p.x.numbers[x] * p.w[w]));
      const actual = run(format, call("winograd", { x: p.x, u: p.u, b: null, ...out }), y.numbers);
      assertSmallError(format, actual, expected, "y");
    });

    test(`winogradInputGradient: the error of dx is small (${name})`, () => {
      const dx = blankRows(format, samples, inputs(g), 1);
      const workspace = blank(format, inputGradientWorkspace(g.channels, g.filters, lanes));
      const out = { dx, y: null, workspace, ...g, pool: 0, activation: identity };
      const expected = new Float64Array(dx.numbers.length);
      eachProduct(format, p, (x, dy, w) => (expected[x] += p.dy.numbers[dy] * p.w[w]));
      const actual = run(format, call("winogradInputGradient", { dy: p.dy, ut: p.ut, ...out }), dx.numbers);
      assertSmallError(format, actual, expected, "dx");
    });

    test(`winogradWeightGradient and winogradUpdate: the error of dw is small (${name})`, () => {
      const expected = new Float64Array(p.w.length);
      eachProduct(format, p, (x, dy, w) => (expected[w] += p.x.numbers[x] * p.dy.numbers[dy]));
      const gradient = blank(format, p.w.length);
      const ofGroup = call("winogradWeightGradient", {
        x: p.x,
        dy: p.dy,
        ...{ ...g, pool: 0 },
        g: { numbers: gradient, ld: 0 },
        accumulator: { numbers: blank(format, sumLength(g.channels, g.filters, lanes)), ld: 0 },
        workspace: blank(format, gradientWorkspace(g.channels, g.filters, lanes)),
        slices: allUnits(format, g.channels, g.filters),
      });
      assertSmallError(format, run(format, ofGroup, gradient), expected, "the group's gradient");
      // From weights of 0 a step of rate 1 leads to minus the gradient.
      const w = blank(format, p.w.length).fill(0);
      const owned = winogradUpdate(format, p, { w, u: null, ut: null });
      const actual = run(format, owned, w, [1]).map((value) => -value);
      assertSmallError(format, actual, expected, "the owner's gradient");
    });

    test(`updates write the filters' copies to the bit as transformFilters does (${name})`, () => {
      const copies = (w: Real) => ({ w, u: blank(format, p.u.length).fill(0), ut: blank(format, p.ut.length).fill(0) });
      const updates = [winogradUpdate, convUpdate].map((update) => {
        const buffers = copies(p.w.slice());
        return { buffers, one: update(format, p, buffers) };
      });
      for (const { buffers, one } of updates) {
        const after = execute(backend, format, [one], [{ ...wholeStep(samples), hyperparameters: [0.25] }]);
        const expected = copies(after.of(buffers.w));
        transformFilters(expected.w, g.channels, g.filters, expected.u, expected.ut);
        assertSameBits(unsigned(after.of(buffers.u)), unsigned(expected.u), `u of ${one.operation}`);
        assertSameBits(unsigned(after.of(buffers.ut)), unsigned(expected.ut), `ut of ${one.operation}`);
      }
    });
  }
}

interface Copies {
  readonly w: Real;
  readonly u: Real | null;
  readonly ut: Real | null;
}

/** Plain gradient descent on all units, from all samples. */
const sgd = (format: Format, { x, dy, g }: Problem) => ({
  ...{ x, dy, ...g, g: null, state: [], units: allUnits(format, g.channels, g.filters), optimizer: 0 },
});

function winogradUpdate(format: Format, p: Problem, copies: Copies): Call {
  const workspace = blank(format, updateWorkspace(p.g.channels, p.g.filters, format.lanes));
  return call("winogradUpdate", { ...sgd(format, p), ...copies, workspace, pool: 0 });
}

function convUpdate(format: Format, p: Problem, copies: Copies): Call {
  const workspace = blank(format, convUpdateWorkspace(3, 3, format.lanes));
  return call("convUpdate", { ...sgd(format, p), ...copies, wt: null, groups: 0, workspace });
}
