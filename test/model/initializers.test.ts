import assert from "node:assert/strict";
import { test } from "node:test";
import { HeddleError } from "../../src/base/errors.js";
import {
  defaultInitializer,
  initializeParameter,
  initializers,
  initializerWarning,
} from "../../src/nn/initializers/index.js";
import type { ParameterSpec } from "../../src/nn/spec.js";

type Start = Pick<ParameterSpec, "shape" | "init">;

const weight = (out: number, inputs: number, rectified: boolean): Start => ({
  shape: [out, inputs],
  init: { kind: "weights", fanIn: inputs, fanOut: out, rectified },
});
const moments = (w: Float64Array) => {
  const mean = w.reduce((sum, x) => sum + x, 0) / w.length;
  return { mean, variance: w.reduce((sum, x) => sum + (x - mean) ** 2, 0) / w.length };
};

/** Of a dense layer; null: nothing is drawn. */
const wantedVariance: Record<string, number | null> = {
  "he-normal": 2 / 400,
  dirac: 2 / 400,
  // Without images to look at.
  whitening: 2 / 400,
  "lecun-normal": 1 / 400,
  zeros: null,
  "glorot-uniform": 2 / (400 + 300),
  "lecun-uniform": 1 / (3 * 400),
};
const varianceTolerance = 0.02;

test("every initializer has its variance here", () => {
  assert.deepEqual(initializers.map(({ name }) => name).sort(), Object.keys(wantedVariance).sort());
});

for (const [name, wanted] of Object.entries(wantedVariance)) {
  if (wanted === null) continue;
  test(`${name} has mean 0 and its formula's variance`, () => {
    const { mean, variance } = moments(initializeParameter(weight(300, 400, true), 0, 1, name));
    assert.ok(Math.abs(variance / wanted - 1) < varianceTolerance, `variance ${variance}, expected ${wanted}`);
    assert.ok(Math.abs(mean) < 4 * Math.sqrt(wanted / (300 * 400)), `mean ${mean}`);
  });
}

test("uniform initializers stay inside their bound", () => {
  const bound = (name: string) =>
    initializeParameter(weight(300, 400, true), 0, 1, name).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  for (const [name, wanted] of [
    ["glorot-uniform", Math.sqrt(6 / 700)],
    ["lecun-uniform", 1 / 20],
  ] as const) {
    assert.ok(bound(name) <= wanted && bound(name) > 0.99 * wanted);
  }
});

test("a factor multiplies the draws, said by key or after the name", () => {
  const spec = weight(7, 5, true);
  const half = initializeParameter(spec, 0, 1, "lecun-normal").map((x) => x / 2);
  for (const sentence of ["lecun-normal 0.5", "lecun-normal factor=0.5"])
    assert.deepEqual(initializeParameter(spec, 0, 1, sentence), half);
  assert.throws(() => initializeParameter(spec, 0, 1, "lecun-normal 0"), /factor: expected .*got "0"/);
  assert.throws(() => initializeParameter(spec, 0, 1, "zeros 2"), /zeros: expected no options/);
});

test("dirac passes channels on in the middle of the kernel, and draws the filters beyond them", () => {
  const conv = (filters: number, channels: number, height: number, width: number): Start => ({
    shape: [filters, channels, height, width],
    init: { kind: "weights", fanIn: channels * height * width, fanOut: filters * height * width, rectified: true },
  });
  // The middle as PyTorch has it: row 1 of 3, column 1 of 2.
  const w = initializeParameter(conv(3, 2, 3, 2), 0, 1, "dirac");
  const identity = (channel: number): number[] => Array.from({ length: 12 }, (_, i) => (i === channel * 6 + 3 ? 1 : 0));
  assert.deepEqual(Array.from(w.subarray(0, 24)), [...identity(0), ...identity(1)]);
  const usual = initializeParameter(conv(3, 2, 3, 2), 0, 1, "he-normal");
  assert.deepEqual(w.subarray(24), usual.subarray(24));
  assert.equal(initializeParameter(conv(2, 5, 1, 1), 0, 1, "dirac").join(), "1,0,0,0,0,0,1,0,0,0");
});

test("zeros are zeros, and a run is warned", () => {
  assert.deepEqual(initializeParameter(weight(7, 5, true), 0, 1, "zeros"), new Float64Array(35));
  assert.match(initializerWarning({ name: "zeros" })!, /stay alike/);
  assert.equal(initializerWarning({ name: "he-normal", factor: 1 }), undefined);
});

test("the default is He normal before rectifiers, else Glorot uniform", () => {
  assert.equal(defaultInitializer(true).name, "he-normal");
  assert.equal(defaultInitializer(false).name, "glorot-uniform");
  for (const rectified of [true, false]) {
    const spec = weight(7, 5, rectified);
    assert.deepEqual(
      initializeParameter(spec, 2, 9, undefined),
      initializeParameter(spec, 2, 9, defaultInitializer(rectified).name),
    );
  }
});

test("seed and tensor decide the draws; constants need none", () => {
  const spec = weight(7, 5, true);
  const draw = (tensor: number, seed: number) => initializeParameter(spec, tensor, seed, "he-normal").join();
  assert.equal(draw(0, 0), draw(0, 0));
  assert.equal(new Set([draw(0, 0), draw(1, 0), draw(0, 1), draw(0, 2 ** 40)]).size, 4);
  const bias: Start = { shape: [7], init: { kind: "constant", value: 0 } };
  assert.deepEqual(initializeParameter(bias, 1, 0, undefined), new Float64Array(7));
  assert.deepEqual(
    initializeParameter({ ...bias, init: { kind: "constant", value: 1 } }, 1, 0, "he-normal"),
    new Float64Array(7).fill(1),
  );
});

test("an unknown initializer is refused with a suggestion", () => {
  assert.throws(
    () => initializeParameter(weight(2, 2, true), 0, 0, "he-norml"),
    (error: unknown) =>
      error instanceof HeddleError &&
      error.exitCode === 2 &&
      /expected an initializer, got "he-norml"\. Did you mean he-normal\?/.test(error.message),
  );
});
