/** 100 steps from the same weights on the same samples follow PyTorch's, step by step (`test/golden/make.py`). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { layers } from "../../src/nn/layers/index.js";
import { losses } from "../../src/nn/losses.js";
import { resolveNet } from "../../src/nn/net.js";
import { optimizers } from "../../src/optim/index.js";
import { goldenCases, goldenNets, goldenWeights, replay, worst } from "../golden/golden.js";
import { chosenBackend } from "../kernels/addon.js";
import { engineOf } from "./lab.js";

/** Of losses and final weights, in double. */
const doubleTolerance = 1e-9;
/** Single precision may be this many times as far from PyTorch's double as PyTorch's own single precision is, or so far. */
const singleFactor = 3;
const singleFloor = 1e-6;

const cases = goldenCases();
const { name: backend } = chosenBackend();

/** The reference is slow, and half of these see all of it. */
const double = backend === "native" ? [1, 3] : [3];
const single = backend === "native" ? [1, 3] : [1];

for (const golden of cases) {
  for (const ranks of double) {
    test(`${golden.name} in f64 on ${ranks} ranks`, async () => {
      const { losses, weights } = await replay(engineOf(ranks), golden, "f64");
      const distance = worst(losses, golden.f64);
      assert.ok(distance <= doubleTolerance, `losses differ by ${distance}`);
      const net = resolveNet(golden.net);
      for (const [i, expected] of goldenWeights(golden.name, net, "f64").entries()) {
        const apart = worst(weights[i], expected);
        assert.ok(apart <= doubleTolerance, `${net.parameters[i].name} differs by ${apart}`);
      }
    });
  }
  for (const ranks of single) {
    test(`${golden.name} in f32 on ${ranks} ranks`, async () => {
      const { losses } = await replay(engineOf(ranks), golden, "f32");
      const allowed = Math.max(singleFloor, singleFactor * worst(golden.f32, golden.f64));
      const distance = worst(losses, golden.f64);
      assert.ok(distance <= allowed, `losses differ by ${distance}, more than ${allowed}`);
    });
  }
}

test("every layer, loss and optimizer has a golden case (add one to test/golden/make.py or make_nets.py)", () => {
  const nets = [...cases, ...goldenNets()].map(({ net }) => resolveNet(net));
  const covered = {
    layers: new Set(nets.flatMap(({ layers: all }) => all.map(({ spec }) => spec.type))),
    losses: new Set(cases.map(({ loss }) => loss)),
    optimizers: new Set(cases.map(({ optimizer }) => optimizer)),
  };
  assert.deepEqual(
    {
      layers: layers.map(({ type }) => type).filter((type) => !covered.layers.has(type)),
      losses: losses.map(({ name }) => name).filter((name) => !covered.losses.has(name)),
      optimizers: optimizers.map(({ name }) => name).filter((name) => !covered.optimizers.has(name)),
    },
    { layers: [], losses: [], optimizers: [] },
  );
});
