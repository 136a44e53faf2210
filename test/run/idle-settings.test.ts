/** A setting that would do nothing, and a size that no machine has, are refused before anything starts. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { findDataset } from "../../src/data/index.js";
import { summarize, type TrainConfigInput, train, writeDataPage } from "../../src/index.js";
import { benchStep } from "../../src/measure/step.js";
import { temporaryFolder } from "../engine/runs.js";
import { refusal } from "./refuses.js";

const settings: readonly [config: TrainConfigInput, says: RegExp][] = [
  [{ augment: "crop 1000" }, /augment, crop: expected at most 7, so that a part of every 8x8 image stays, got 1000/],
  [{ augment: "cifar, erase 0.5", dataset: "synthetic-digits-28", epochs: 2e9 }, /epochs: .* at most 1000000000/],
  [{ batchSize: 2 ** 40 }, /batchSize: expected a whole number of at least 1 and at most 16777216, or full/],
  [{ maxMegapixels: 1e300 }, /maxMegapixels: expected a number above 0 and at most 10000/],
  [{ fit: "crop" }, /fit: expected a data set that it means something to \(folder:PATH, .*\), got synthetic-digits/],
  [{ skipBad: 3 }, /skipBad: expected a data set that it means something to \(folder:PATH, .*\)/],
  [{ imageSize: "64" }, /imageSize: expected a data set that it means something to/],
  [{ allowMissing: true }, /allowMissing: expected a data set that .*cifar-10/],
  [{ exactConv: true }, /exactConv: expected a net with convolutions, got digits-mlp\. Leave it out/],
  [
    { init: "model.safetensors", initializer: "he-normal" },
    /initializer: expected weights that are drawn, got init model\.safetensors, which brings them/,
  ],
  [{ validation: 0, select: "accuracy" }, /select: expected a validation for it to choose by/],
  [{ activation: "tanh", model: "lenet5" }, /activation tanh: expected a net that leaves its activation open/],
];

test("training refuses settings without effect and without bound", async (t) => {
  const out = join(temporaryFolder(t), "run");
  for (const [config, says] of settings) {
    await assert.rejects(train({ config: { epochs: 1, threads: 1, ...config, out } }), refusal(2, says));
  }
});

test("what is at the bound, or has its effect, is taken", async (t) => {
  const config = { epochs: 1, threads: 1, subset: 40, augment: "crop 7", fit: "pad", skipBad: 0 } as const;
  const outcome = await train({ config: { ...config, out: join(temporaryFolder(t), "run") } });
  assert.equal(outcome.status, "done");
});

test("so do summary, data and bench", async () => {
  await assert.rejects(summarize("lenet5", { imageSize: "64" }), refusal(2, /imageSize: .* got no dataset/));
  await assert.rejects(summarize("mlp:9", { exactConv: true }), refusal(2, /exactConv: .* got mlp:9/));
  await assert.rejects(
    findDataset("synthetic-digits").load({ channels: 3 }),
    refusal(2, /channels: .* got synthetic-digits/),
  );
  const digits = await findDataset("synthetic-digits").load({});
  await assert.rejects(
    (async () => writeDataPage(digits, { split: "train", augment: "crop 8" }))(),
    refusal(2, /augment, crop: expected at most 7/),
  );
  const step = { batchSize: 8, threads: 1, optimizer: "sgd", dtype: "f32", backend: "auto", seconds: 0.01 } as const;
  await assert.rejects(
    benchStep({ ...step, model: "digits-mlp", augment: "crop 9" }),
    refusal(2, /augment, crop: expected at most 7/),
  );
});
