/** 100 steps from the same weights on the same samples follow PyTorch's, step by step (`test/golden/make.py`). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { losses } from "../../src/losses/index.js";
import { layers } from "../../src/nn/layers/index.js";
import { resolveNet } from "../../src/nn/net.js";
import { loopNames, ruleOf } from "../../src/optim/index.js";
import { waiting } from "../../src/optim/keep.js";
import {
  goldenCases,
  goldenLosses,
  goldenNets,
  goldenOptimizers,
  goldenWeights,
  replay,
  worst,
} from "../golden/golden.js";
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

// A convolution in groups is compared with the plain one (test/nn/grouped-conv.test.ts), Muon with its formula (test/optim/muon.test.ts).
test("every layer, loss and loop of an optimizer has a golden case (add one to a script of test/golden)", () => {
  const nets = [...cases, ...goldenNets()].map(({ net }) => resolveNet(net));
  const covered = {
    layers: new Set(nets.flatMap(({ layers: all }) => all.map(({ spec }) => spec.type))),
    losses: new Set([...cases, ...goldenLosses()].map(({ loss }) => loss)),
    loops: new Set(goldenOptimizers().cases.map(({ optimizer }) => ruleOf(optimizer).loop)),
  };
  assert.deepEqual(
    {
      layers: layers.map(({ type }) => type).filter((type) => !covered.layers.has(type) && type !== "grouped-conv2d"),
      losses: losses.map(({ name }) => name).filter((name) => !covered.losses.has(name)),
      loops: loopNames.filter((name) => !covered.loops.has(name) && !(name in waiting) && name !== "muon"),
    },
    { layers: [], losses: [], loops: [] },
  );
});
