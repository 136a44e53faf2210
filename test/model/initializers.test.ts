import assert from "node:assert/strict";
import { test } from "node:test";
import { HeddleError } from "../../src/errors.js";
import { defaultInitializer, initializeParameter, initializers } from "../../src/nn/initializers.js";
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

const wantedVariance: Record<string, number> = {
  "he-normal": 2 / 400,
  "glorot-uniform": 2 / (400 + 300),
  "lecun-uniform": 1 / (3 * 400),
};
const varianceTolerance = 0.02;

for (const { name } of initializers) {
  test(`${name} has mean 0 and its formula's variance`, () => {
    const { mean, variance } = moments(initializeParameter(weight(300, 400, true), 0, 1, name));
    const wanted = wantedVariance[name];
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
      error.message ===
        '--initializer: expected one of he-normal, glorot-uniform, lecun-uniform, got "he-norml". Did you mean he-normal?',
  );
});
