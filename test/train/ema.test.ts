/** `--ema`: the debiased average of the weights, and where it stands in for them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { FloatArray } from "../../src/base/numbers.js";
import { averageShare } from "../../src/engine/rules.js";
import { train as trainLibrary } from "../../src/index.js";
import { evaluate } from "../../src/inference/evaluate.js";
import { readWeights } from "../../src/model/model-file.js";
import type { TrainEvent } from "../../src/train/events.js";
import { train } from "../../src/train/trainer.js";
import { configOf, numbersOf, run, type Settings, temporaryFolder } from "../engine/runs.js";
import { refusal } from "../run/refuses.js";

/** By hand: d e + (1 - d) w from 0, divided by 1 - d^t. */
function debiased(weights: readonly number[], decay: number): number {
  let sum = 0;
  for (const w of weights) sum = decay * sum + (1 - decay) * w;
  return sum / (1 - decay ** weights.length);
}

test("the share of each update makes the debiased average; nothing of the start is left in it", () => {
  for (const [decay, start, updates] of [
    [0.9, 0, 5],
    [0.99, -10, 50],
  ] as const) {
    let average: number = start;
    for (let t = 1; t <= updates; t++) average += averageShare(decay, t) * (t - average);
    const weights = Array.from({ length: updates }, (_, i) => i + 1);
    assert.ok(Math.abs(average - debiased(weights, decay)) < 1e-12, `${average}`);
    assert.equal(averageShare(decay, 1), 1);
  }
  assert.ok(Math.abs(debiased([1, 2, 3, 4, 5], 0.9) - 3.2097140484969846) < 1e-14);
});

const normed = "conv 4x3 same >> bn >> relu >> pool 4 >> flatten >> fc 10";

async function tensorsOf(t: TestContext, settings: Settings): Promise<readonly FloatArray[]> {
  const out = join(temporaryFolder(t), "run");
  await run(t, { ...settings, out });
  return readWeights(join(out, "model.safetensors")).tensors.map(({ data }) => data as FloatArray);
}

test("the model is the average over updates, of weights and running statistics; after one update the weights to the bit", async (t) => {
  const settings: Settings = { model: normed, subset: 200, validation: 0, dtype: "f64", threads: 2, epochs: 1 };
  const after: (readonly FloatArray[])[] = [];
  for (let maxSteps = 1; maxSteps <= 3; maxSteps++) after.push(await tensorsOf(t, { ...settings, maxSteps }));
  assert.deepEqual(await tensorsOf(t, { ...settings, maxSteps: 1, ema: 0.9 }), after[0]);
  const averaged = await tensorsOf(t, { ...settings, maxSteps: 3, ema: 0.9 });
  let moved = 0;
  for (const [i, tensor] of averaged.entries()) {
    for (const [k, value] of tensor.entries()) {
      const path = after.map((tensors) => tensors[i][k]);
      assert.ok(Math.abs(value - debiased(path, 0.9)) < 1e-12);
      if (path[0] !== path[2]) moved++;
    }
  }
  assert.ok(moved > 150);
});

test("the average is validated, chosen, tested, saved and evaluated; the raw weights are those of a run without it", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const settings: Settings = { model: normed, subset: 500, threads: 2, epochs: 3, lr: 0.01, out };
  const plain = await run(t, { ...settings, out: join(temporaryFolder(t), "plain") });
  const result = await run(t, { ...settings, ema: 0.8, select: "accuracy" });
  assert.equal(result.weightsHash, plain.weightsHash);
  assert.notEqual(result.modelHash, plain.modelHash);
  assert.deepEqual([result.validation?.averaged, result.test?.averaged, result.train.averaged], [true, true, false]);
  const options = { path: out, threads: 1, backend: configOf({}).backend } as const;
  const best = await evaluate(options);
  assert.deepEqual([best.score.averaged, best.score.values["loss"]], [true, result.test?.values["loss"]]);
  const validation = await evaluate({ ...options, split: "validation" });
  assert.equal(validation.score.values["loss"], result.validation?.values["loss"]);
  const last = await evaluate({ ...options, weights: "last" });
  assert.equal(last.score.averaged, false);
  assert.notEqual(last.score.values["loss"], best.score.values["loss"]);
});

test("after the first epoch the averaged model is not at chance, batch norm and all", async (t) => {
  const { validation } = await run(t, { model: normed, threads: 2, epochs: 1, lr: 0.02, ema: 0.99 });
  assert.ok(validation!.values["accuracy"]! > 0.3);
});

test("the same bytes at any threads, stopped and resumed within an epoch and at its end, where layers thaw too", async (t) => {
  const thawed = { freeze: "0", unfreezeAt: 2 };
  const settings: Settings = { model: normed, subset: 500, epochs: 2, lr: 0.01, ema: 0.9, clipNorm: 1, ...thawed };
  const unbroken = await run(t, { ...settings, threads: 1 });
  assert.deepEqual(numbersOf(await run(t, { ...settings, threads: 3 })), numbersOf(unbroken));
  for (const at of [1, 8]) {
    const out = join(temporaryFolder(t), "run");
    const controller = new AbortController();
    const onEvent = (event: TrainEvent): void => {
      if (event.kind === "step" && event.step === at) controller.abort();
    };
    const config = configOf({ ...settings, threads: 2, logSteps: true, out });
    await train({ config, onEvent, signal: controller.signal });
    const outcome = await train({ config: configOf({ threads: 3 }), resume: out });
    assert.ok(outcome.status === "done");
    assert.deepEqual(numbersOf(outcome.result), numbersOf(unbroken), `stopped after ${at}`);
  }
});

test("a decay of 1 is refused", async () => {
  for (const ema of [0, 1, 1.5]) {
    await assert.rejects(trainLibrary({ config: { ema } }), refusal(2, /ema: expected a number above 0 and below 1/));
  }
});
