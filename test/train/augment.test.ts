/** Runs on augmented images: the same on any machine, honest about it, and never so where they are measured. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { parseAugmentation } from "../../src/augment/index.js";
import { identity } from "../../src/base/random.js";
import type { Dataset } from "../../src/data/dataset.js";
import { fitPreprocessing } from "../../src/data/standardize.js";
import { Engine } from "../../src/engine/engine.js";
import { makePlan } from "../../src/engine/plan.js";
import { evaluate } from "../../src/inference/evaluate.js";
import { lossOf } from "../../src/losses/index.js";
import { readModel } from "../../src/model/model-file.js";
import { initializeParameter } from "../../src/nn/initializers/index.js";
import { resolveNet } from "../../src/nn/net.js";
import { ruleOf } from "../../src/optim/index.js";
import type { TrainEvent } from "../../src/train/events.js";
import { train } from "../../src/train/trainer.js";
import { buildNet } from "../../src/zoo/index.js";
import { meanLoss } from "../contract/lab.js";
import { saying } from "../data/fixtures.js";
import { configOf, isOfThreads, numbersOf, run, type Settings, temporaryFolder } from "../engine/runs.js";
import { formulaDataset } from "../golden/formula.js";

const everything = "cs596, flip horizontal, contrast 0.2, brightness 0.1, noise 0.02, crop 1, erase 0.5";
const short: Settings = { subset: 500, epochs: 3, batchSize: 50, validation: 100, lr: 0.01, augment: everything };

for (const model of ["mlp:19", "conv 8x3 >> relu >> pool 2 >> fc 10"]) {
  test(`three augmented epochs are the same at 1, 3 and 16 threads: ${model}`, async (t) => {
    const results = [];
    for (const threads of [1, 3, 16]) results.push(numbersOf(await run(t, { ...short, model, threads })));
    assert.deepEqual(results[1], results[0]);
    assert.deepEqual(results[2], results[0]);
    assert.notDeepEqual(numbersOf(await run(t, { ...short, model, threads: 1, augment: "none" })), results[0]);
    assert.notDeepEqual(numbersOf(await run(t, { ...short, model, threads: 1, augment: "cs596" })), results[0]);
  });
}

test("mixed images: the same at 1 and 3 threads and from every stop; validation is not mixed", async (t) => {
  const classWeights = "balanced";
  const settings: Settings = {
    ...short,
    augment: "flip horizontal, mixup 0.3, cutmix 1",
    classWeights,
    labelSmoothing: 0.1,
  };
  const results: unknown[] = [];
  for (const threads of [1, 3]) results.push(numbersOf(await run(t, { ...settings, model: "mlp:19", threads })));
  assert.deepEqual(results[1], results[0]);
  assert.notDeepEqual(
    results[0],
    numbersOf(await run(t, { ...settings, model: "mlp:19", augment: "flip horizontal" })),
  );

  const out = join(temporaryFolder(t), "run");
  const notes: string[] = [];
  const onEvent = (event: TrainEvent): void => {
    if (event.kind === "note" && !isOfThreads(event.text)) notes.push(event.text);
  };
  await train({ config: configOf({ ...settings, model: "mlp:19", maxSteps: 11, out }), sources: {}, onEvent });
  assert.ok(
    notes.some((note) => note.includes("training accuracy counts the label that weighs more")),
    notes.join(),
  );
  const resumed = await train({ config: configOf({ threads: 2, maxSteps: 1000 }), resume: out });
  assert.ok(resumed.status === "done");
  assert.deepEqual(numbersOf(resumed.result), results[0]);
  const { validation } = resumed.result;
  const { score } = await evaluate({ path: out, split: "validation", threads: 1, backend: configOf({}).backend });
  assert.equal(score.values["loss"], validation?.values["loss"]);
});

test("the run and the model say what was done, and a resume goes on with it", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const settings: Settings = { ...short, augment: "cs596", threads: 2 };
  const unbroken = await run(t, settings);
  const controller = new AbortController();
  const notes: string[] = [];
  const onEvent = (event: TrainEvent): void => {
    if (event.kind === "note" && !isOfThreads(event.text)) notes.push(event.text);
    if (event.kind === "epoch") controller.abort();
  };
  const begun = await train({
    config: configOf({ ...settings, out }),
    sources: {},
    onEvent,
    signal: controller.signal,
  });
  assert.equal(begun.status, "stopped");
  assert.deepEqual(notes, [
    "Training images are augmented: rotate 8deg, shift 0.08, shear 0.3deg, zoom 0.08, fill nearest. Validation and test images are not.",
  ]);
  const { provenance } = readModel(join(out, "model.safetensors")).model;
  assert.equal(provenance.augment, "rotate 8deg, shift 0.08, shear 0.3deg, zoom 0.08, fill nearest");
  const resumed = await train({ config: configOf({ threads: 1 }), sources: {}, resume: out });
  assert.ok(resumed.status === "done");
  assert.deepEqual(numbersOf(resumed.result), numbersOf(unbroken));
});

test("a bad list ends before anything is loaded", async (t) => {
  await assert.rejects(run(t, { augment: "shear 0.3", dataset: "mnist" }), saying(2, "--augment, shear", "0.3deg"));
});

test("validation and test images are never augmented: scores are those of the images as they are", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const settings: Settings = { ...short, augment: "rotate 180deg, crop 7, erase 1", threads: 2, out };
  const { validation, test: tested } = await run(t, settings);
  for (const [split, expected] of [
    ["validation", validation],
    ["test", tested],
  ] as const) {
    const { score } = await evaluate({ path: out, split, threads: 1, backend: configOf({}).backend });
    const { loss, accuracy } = score.values;
    assert.deepEqual({ loss, accuracy }, expected?.values);
    assert.equal(expected?.augmented, false);
  }
});

const net = resolveNet(buildNet("mlp:19", { input: { height: 8, width: 8, channels: 1 }, classes: 10 }));
const augmentation = parseAugmentation(everything);

test("programs that score are the same with and without augmentation", () => {
  const common = { net, dtype: "f32", loss: lossOf("cross-entropy"), optimizer: ruleOf("sgd") } as const;
  const sizes = { batchSize: 50, ranks: 2, samples: 500, places: 400 };
  const plan = { ...common, ...sizes, perImage: false, spin: false, probabilities: false };
  const [plain, augmented] = [makePlan(plan), makePlan({ ...plan, augmentation })];
  assert.deepEqual(augmented.score, plain.score);
  const first = ({ parts }: typeof plain) =>
    parts[0].map(({ operation }) => operation).find((name) => name !== "blocks");
  assert.deepEqual([first(plain), first(augmented)], ["gather", "augment"]);
});

test("an engine that augments scores every sample as one that does not", async () => {
  const dataset: Dataset = formulaDataset(300, { height: 8, width: 8, channels: 1 }, 16, 100);
  const losses: number[] = [];
  for (const given of [null, augmentation]) {
    const engine = new Engine(2, configOf({}).backend);
    try {
      engine.configure({
        ...{ net, dtype: "f32", batchSize: 50, optimizer: ruleOf("sgd"), loss: lossOf("cross-entropy") },
        ...{
          dataset,
          places: 400,
          augmentation: given,
          preprocessing: fitPreprocessing("unit", dataset, identity(300)),
        },
      });
      engine.setParameters(
        net.parameters.map((spec, i) => Float32Array.from(initializeParameter(spec, i, 0, undefined))),
      );
      losses.push(meanLoss(await engine.score(identity(400))));
    } finally {
      await engine.close();
    }
  }
  assert.equal(losses[1], losses[0]);
});
