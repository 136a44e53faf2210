/** `--clip-norm` in a run: what it logs, what a resume goes on with, and how a norm that is none ends it. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { train as trainLibrary } from "../../src/index.js";
import { readMetrics } from "../../src/run/metrics-file.js";
import type { TrainEvent } from "../../src/train/events.js";
import { replay } from "../../src/train/replay.js";
import { train } from "../../src/train/trainer.js";
import { configOf, numbersOf, run, type Settings, temporaryFolder } from "../engine/runs.js";
import { refusal } from "../run/refuses.js";

const small: Settings = { subset: 300, epochs: 2, clipNorm: 0.5, accumulate: 2, batchSize: 32, logSteps: true };

const normsOf = (out: string): unknown =>
  readMetrics(join(out, "metrics.jsonl"))
    .lines.filter(({ kind }) => kind === "step")
    .map((line) => line["gradientNorm"]);

test("each step's norm is in the metrics, the same at any threads, and after a stop in the middle of an epoch", async (t) => {
  const [one, sixteen, broken] = ["one", "sixteen", "broken"].map((name) => join(temporaryFolder(t), name));
  const unbroken = await run(t, { ...small, threads: 1, out: one });
  await run(t, { ...small, threads: 16, out: sixteen });
  const norms = normsOf(one) as number[];
  assert.equal(norms.length, 10);
  assert.ok(norms.every((norm) => norm > 0) && norms.some((norm) => norm > 0.5));
  assert.deepEqual(normsOf(sixteen), norms);

  const controller = new AbortController();
  const onEvent = (event: TrainEvent): void => {
    if (event.kind === "step" && event.step === 2) controller.abort();
  };
  const config = configOf({ ...small, threads: 2, out: broken });
  await train({ config, onEvent, signal: controller.signal });
  const outcome = await train({ config: configOf({ threads: 3 }), resume: broken });
  assert.ok(outcome.status === "done");
  assert.deepEqual(numbersOf(outcome.result), numbersOf(unbroken));
  assert.deepEqual(normsOf(broken), norms);
});

test("an infinite norm ends the run, names step and layer, leaves nothing that is not finite, and can be looked at again", async (t) => {
  const out = join(temporaryFolder(t), "run");
  // The second step's loss is finite, its gradient's squares are not.
  const settings: Settings = { model: "mlp:19", dtype: "f64", optimizer: "sgd", lr: 1e154, clipNorm: 1, epochs: 1 };
  await assert.rejects(
    run(t, { ...settings, threads: 2, out }),
    refusal(
      1,
      /epoch 1, step 2: expected a gradient of a finite norm, got NaN or infinity, first in layer \d \(dense\)/,
    ),
  );
  assert.ok(!readdirSync(out).includes("model.safetensors"));
  const file = join(out, "replay.safetensors");
  assert.ok(existsSync(file));
  const again = await replay(file, { threads: 1, backend: configOf({}).backend });
  assert.deepEqual([again.step, again.reproduced], [2, true]);
  assert.ok(again.layers.every(({ nonFinite }) => nonFinite === 0));
});

test("a norm of 0 or below is refused", async () => {
  for (const clipNorm of [0, -1]) {
    await assert.rejects(trainLibrary({ config: { clipNorm } }), refusal(2, /clipNorm: expected a number above 0/));
    const maxNorm = clipNorm;
    await assert.rejects(trainLibrary({ config: { maxNorm } }), refusal(2, /maxNorm: expected a number above 0/));
  }
});
