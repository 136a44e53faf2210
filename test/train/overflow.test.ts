/** A number that overflows where no loss sees it: told at its step, and nothing that is left behind has it. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readWeights } from "../../src/model/model-file.js";
import { readMetrics } from "../../src/run/metrics-file.js";
import { readCheckpoint } from "../../src/train/checkpoint.js";
import { run, type Settings, temporaryFolder } from "../engine/runs.js";

/** The bias of a saturated tanh, whose gradient is 0, goes on by its momentum until f32 ends; its unit's output stays 1. */
const settings: Settings = {
  model: "fc 1 >> tanh >> fc 10",
  ...{ subset: 500, batchSize: 8, epochs: 3, threads: 2, optimizer: "sgd momentum=0.99" },
};
const bold = { ...settings, groups: [{ match: "0.bias", lr: 3e38 }] };

async function endOf(t: Parameters<typeof run>[0], more: Settings): Promise<{ step: string; out: string }> {
  const out = join(temporaryFolder(t), "run");
  let step = "";
  await assert.rejects(run(t, { ...more, out }), (error: Error) => {
    step =
      /epoch 1, step (\d+), update: expected finite weights, got NaN or infinity, first in layer 0/.exec(
        error.message,
      )?.[1] ?? error.message;
    return true;
  });
  return { step, out };
}

test("the update at which a weight overflowed is named, wherever weights are looked at", async (t) => {
  const { step } = await endOf(t, bold);
  assert.ok(Number(step) > 3 && Number(step) < 57, step);
  // The run up to the update before is finite; one more, and it is not.
  await run(t, { ...bold, maxSteps: Number(step) - 1 });
  const ends = [{ maxSteps: Number(step) }, { checkpointEvery: "5steps" }, { checkpointEvery: 7, threads: 3, keep: 3 }];
  for (const more of ends) assert.equal((await endOf(t, { ...bold, ...more })).step, step);
});

test("after that end every file is finite and loads; older checkpoints are still there", async (t) => {
  const { out } = await endOf(t, { ...bold, checkpointEvery: "4steps", keep: 3, logSteps: true });
  const files = readdirSync(out);
  const checkpoints = files.filter((file) => file.endsWith(".ckpt")).sort();
  assert.deepEqual(checkpoints, ["last-1.ckpt", "last-2.ckpt", "last.ckpt"]);
  for (const file of checkpoints) {
    const { weights, optimizerState, bestWeights } = readCheckpoint(join(out, file));
    const tensors = [...weights, ...optimizerState.flat(), ...(bestWeights ?? [])];
    assert.ok(tensors.length > 3);
    for (const data of tensors) assert.ok(Array.from(data).every(Number.isFinite), file);
  }
  for (const file of files.filter((name) => name === "model.safetensors")) {
    for (const { data } of readWeights(join(out, file)).tensors)
      assert.ok(Array.from(data as Float32Array).every(Number.isFinite));
  }
  assert.ok(readMetrics(join(out, "metrics.jsonl")).lines.length > 0);
});
