/** The losses of an epoch's minibatches in its line of the metrics. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { TrainEvent } from "../../src/index.js";
import { readMetrics } from "../../src/run/metrics-file.js";
import { addLosses, meanLosses, partsOf } from "../../src/train/batch-losses.js";
import { train } from "../../src/train/trainer.js";
import { configOf, temporaryFolder } from "../engine/runs.js";

test("parts are equal, and their means weighted by their steps come to the mean of the epoch", () => {
  for (const [steps, epochs] of [
    [1, 1],
    [7, 1],
    [100, 10],
    [938, 5],
    [63, 400],
  ] as const) {
    const losses = Float64Array.from({ length: steps }, (_, i) => 2 / (i + 1));
    const of = { steps, config: { epochs } };
    const sums = addLosses([], losses, [0, steps], of);
    assert.equal(sums.length, partsOf(steps, epochs));
    const total = losses.reduce((sum, loss) => sum + loss, 0);
    assert.ok(Math.abs(sums.reduce((sum, part) => sum + part, 0) - total) < 1e-9);
    assert.ok(meanLosses(sums, steps).every((mean, i, all) => Number.isFinite(mean) && (i === 0 || mean < all[i - 1])));
    for (let at = 0; at <= steps; at += 5) {
      const first = addLosses([], losses, [0, at], of);
      assert.deepEqual(addLosses(first, losses, [at, steps], of), sums, "in two goes the same");
    }
  }
});

test("a run that was stopped within an epoch and resumed has the unbroken run's line", async (t) => {
  const folder = temporaryFolder(t);
  const settings = { subset: 2000, epochs: 1, batchSize: 8, threads: 2 } as const;
  const linesOf = (out: string) => readMetrics(join(out, "metrics.jsonl")).lines.map(({ batchLoss }) => batchLoss);
  const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
  await train({ config: configOf({ ...settings, out: whole }) });
  const controller = new AbortController();
  const onEvent = (event: TrainEvent): void => {
    if (event.kind === "start") controller.abort();
  };
  await train({ config: configOf({ ...settings, out: parts }), onEvent, signal: controller.signal });
  await train({ config: configOf({ threads: 1 }), resume: parts });
  assert.deepEqual(linesOf(parts), linesOf(whole));
});
