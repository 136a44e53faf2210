/** The bytes of a run do not depend on the number of threads, on the instruction set, or on the day. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { nativeStatus } from "../../src/kernels/native.js";
import { losses } from "../../src/losses/index.js";
import { optimizers } from "../../src/optim/index.js";
import { needsRealData, realDataDir } from "../data/fixtures.js";
import { numbersOf, run, type Settings, temporaryFolder, vectorIsas, withIsa } from "./runs.js";

const { available: native } = nativeStatus();

const threadCounts = [1, 2, 3, 7, 16];

/** Widths beside those of vectors and panels; two epochs, so that the second begins with moments and another order. */
const common: Settings = { model: "mlp:67-19", epochs: 2, seed: 5 };

/** Samples after validation: 54 (a batch of 1 costs a step each), 450, and 1,350 (more than one chunk of 1,024). */
const batches: readonly Settings[] = [
  { batchSize: 1, subset: 60 },
  { batchSize: 50, subset: 500 },
  { batchSize: 64, subset: 500 },
  { batchSize: "full", subset: 500 },
  { batchSize: "full", subset: 1500, validation: 0.1 },
  { batchSize: 1100, subset: 1500 },
];

for (const dtype of ["f32", "f64"] as const) {
  for (const batch of batches) {
    const title = `${dtype}, batch ${batch.batchSize} of ${(batch.subset ?? 0) * 0.9} samples`;
    test(`the same at 1, 2, 3, 7 and 16 threads: ${title}`, async (t) => {
      const [first, ...others] = threadCounts;
      const expected = numbersOf(await run(t, { ...common, ...batch, dtype, threads: first }));
      for (const threads of others) {
        assert.deepEqual(numbersOf(await run(t, { ...common, ...batch, dtype, threads })), expected, `${threads}`);
      }
    });
  }
}

/** A batch of 77 leaves 65 of 450 samples for the last step. */
const partial: Settings = { ...common, batchSize: 77, subset: 500 };

/** Each loop of the optimizers with one loss and one format after another; `test/long/same-bytes` has all of them with all. */
const rules = optimizers.flatMap(({ examples }) => examples);
for (const [i, optimizer] of rules.entries()) {
  const [loss, dtype] = [losses[i % losses.length].name, i % 2 === 0 ? "f32" : "f64"] as const;
  test(`the same at 1 and 3 threads: ${loss}, ${optimizer}, ${dtype}, a partial batch`, async (t) => {
    const settings: Settings = { ...partial, loss, optimizer, dtype, lr: 0.02 };
    const [one, three] = [await run(t, { ...settings, threads: 1 }), await run(t, { ...settings, threads: 3 })];
    assert.deepEqual(numbersOf(three), numbersOf(one));
  });
}

const oneIsa = vectorIsas.length < 2 && "this CPU has not both AVX2 and AVX-512";

for (const dtype of ["f32", "f64"] as const) {
  test(`the same bytes from AVX2 and AVX-512, ${dtype}`, { skip: oneIsa }, async (t) => {
    const cases: readonly Settings[] = [
      { ...partial, activation: "tanh", optimizer: "sgd momentum=0.9", threads: 2 },
      { ...partial, activation: "sigmoid", loss: "squared-error", optimizer: "sgd", lr: 0.1, threads: 2 },
      { ...common, activation: "leaky-relu:0.1", batchSize: "full", subset: 1500, threads: 3 },
      { dataset: "synthetic-digits-28", subset: 200, model: "mlp:333", epochs: 1, threads: 2 },
    ];
    for (const settings of cases) {
      const results = [];
      for (const isa of vectorIsas) results.push(await withIsa(isa, () => run(t, { ...settings, dtype })));
      assert.deepEqual(
        results.map(({ isa }) => isa),
        vectorIsas,
      );
      const [expected, ...others] = results.map(numbersOf);
      for (const other of others) assert.deepEqual(other, expected, JSON.stringify(settings));
    }
  });
}

test("the reference back end too gives the same bytes at any number of threads", async (t) => {
  const settings: Settings = { ...partial, subset: 200, backend: "reference" };
  const expected = numbersOf(await run(t, { ...settings, threads: 1 }));
  for (const threads of [2, 7]) assert.deepEqual(numbersOf(await run(t, { ...settings, threads })), expected);
});

test("a second run writes an equal model file, at other threads too; another seed writes another", async (t) => {
  const files = [];
  for (const [threads, seed] of [
    [2, 5],
    [2, 5],
    [3, 5],
    [2, 6],
  ]) {
    const out = join(temporaryFolder(t), "run");
    await run(t, { ...partial, threads, seed, out });
    files.push(readFileSync(join(out, "model.safetensors")));
  }
  const [first, again, other, seeded] = files;
  assert.deepEqual(again, first);
  assert.deepEqual(other, first);
  assert.notDeepEqual(seeded, first);
});

const noMnist = needsRealData || (!native && "the reference back end takes minutes for this");

test("MNIST: the same at 1, 2, 3, 7 and 16 threads", { skip: noMnist }, async (t) => {
  const settings: Settings = { dataset: "mnist", dataDir: realDataDir, model: "dtu-mlp", subset: 1000, epochs: 1 };
  const expected = numbersOf(await run(t, { ...settings, threads: 1 }));
  for (const threads of [2, 3, 7, 16]) {
    assert.deepEqual(numbersOf(await run(t, { ...settings, threads })), expected, `${threads}`);
  }
});
