/** Convolutional nets too write the same bytes at any number of threads, on AVX2 and AVX-512, by Winograd and without. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nativeStatus } from "../../src/kernels/native.js";
import { numbersOf, run, type Settings, vectorIsas, withIsa } from "./runs.js";

const { available: native } = nativeStatus();
const slow = !native && "the reference back end takes minutes for this";
const threadCounts = [1, 2, 3, 7, 16];

/** Two steps an epoch after validation, the last of 13 samples: groups of unequal size, and ranks without any. */
const common: Settings = {
  dataset: "synthetic-digits-28",
  epochs: 1,
  seed: 3,
  subset: 60,
  validation: 15,
  batchSize: 32,
};

/** With dropout, batch norm, Winograd, residual sums, tanh and averages among them. */
const nets = ["lenet5", "cs596-3conv", "cs596-4conv-bn", "kth-4.d", "resnet20"];

for (const model of nets) {
  for (const dtype of model === "cs596-3conv" ? (["f32", "f64"] as const) : (["f32"] as const)) {
    test(`${model}, ${dtype}: the same at ${threadCounts.join(", ")} threads`, { skip: slow }, async (t) => {
      const results = [];
      for (const threads of threadCounts) results.push(numbersOf(await run(t, { ...common, model, dtype, threads })));
      for (const [i, result] of results.entries()) assert.deepEqual(result, results[0], `${threadCounts[i]} threads`);
    });
  }
}

test("a minibatch of more than 1,024 samples: the same at 1, 3 and 16 threads", { skip: slow }, async (t) => {
  const settings: Settings = {
    ...common,
    model: "conv 8x3 stride 2 >> relu >> conv 32x3 >> relu >> conv 32x3 same >> pool 2 >> fc 10",
  };
  const large: Settings = { ...settings, subset: 1200, validation: 100, batchSize: "full" };
  const results = [];
  for (const threads of [1, 3, 16]) results.push(numbersOf(await run(t, { ...large, threads })));
  for (const result of results) assert.deepEqual(result, results[0]);
});

const oneIsa = slow || (vectorIsas.length < 2 && "this CPU has not both AVX2 and AVX-512");

for (const model of nets) {
  for (const exactConv of model === "kth-4.d" ? [false, true] : [false]) {
    test(`${model}${exactConv ? ", --exact-conv" : ""}: AVX2 as AVX-512`, { skip: oneIsa }, async (t) => {
      const results = [];
      for (const isa of vectorIsas) {
        results.push(await withIsa(isa, () => run(t, { ...common, model, exactConv, threads: 2 })));
      }
      assert.deepEqual(
        results.map(({ isa }) => isa),
        vectorIsas,
      );
      const [expected, ...others] = results.map(numbersOf);
      for (const other of others) assert.deepEqual(other, expected);
    });
  }
}

test("--exact-conv gives other bytes where Winograd is chosen, and the same where it is not", {
  skip: slow,
}, async (t) => {
  for (const [model, same] of [
    ["lenet5", true],
    ["kth-4.d", false],
  ] as const) {
    const [fast, exact] = [await run(t, { ...common, model }), await run(t, { ...common, model, exactConv: true })];
    assert.equal(fast.weightsHash === exact.weightsHash, same, model);
  }
});
