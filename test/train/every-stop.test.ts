/** A run that is stopped after any of its updates and resumed is the run that was never stopped: rates, averages, best epoch, bytes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readMetrics } from "../../src/run/metrics-file.js";
import type { TrainEvent } from "../../src/train/events.js";
import { train } from "../../src/train/trainer.js";
import { configOf, numbersOf, run, type Settings, temporaryFolder } from "../engine/runs.js";

/** Three updates an epoch, the last of a shorter window; the warm-up ends within the second epoch. */
const settings: Settings = {
  model: "conv 4x3 same >> bn >> relu >> drop 0.3 >> pool 4 >> flatten >> fc 10",
  ...{ subset: 100, validation: 18, batchSize: 16, accumulate: 2, epochs: 3, lr: 0.5 },
  optimizer: "sgd momentum=0.9",
  schedule: "cosine warmup=4",
  ...{ ema: 0.7, clipNorm: 0.5, patience: 2, augment: "shift 0.1, mixup 0.5", logSteps: true },
};

const stepsOf = (out: string): unknown =>
  readMetrics(join(out, "metrics.jsonl"))
    .lines.filter(({ kind }) => kind === "step")
    .map(({ epoch, step, lr, gradientNorm }) => ({ epoch, step, lr, gradientNorm }));

test("stopped after each update once: every rate and norm once, the best epoch, the weights and the averaged model", async (t) => {
  const whole = join(temporaryFolder(t), "whole");
  const unbroken = await run(t, { ...settings, threads: 1, out: whole });
  const lines = stepsOf(whole) as { lr: number }[];
  assert.ok(unbroken.steps === lines.length && lines.length === 9);
  // The warm-up: W updates at base (t + 1) / (W + 1), counted in updates of windows.
  for (const [i, { lr }] of lines.slice(0, 4).entries()) assert.ok(Math.abs(lr - (0.5 * (i + 1)) / 5) < 1e-15);
  for (let stop = 1; stop < lines.length; stop++) {
    const out = join(temporaryFolder(t), "run");
    const controller = new AbortController();
    let seen = 0;
    const onEvent = (event: TrainEvent): void => {
      if (event.kind === "step" && ++seen === stop) controller.abort();
    };
    const config = configOf({ ...settings, threads: 1 + (stop % 2), out });
    const begun = await train({ config, onEvent, signal: controller.signal });
    assert.equal(begun.status, "stopped");
    const outcome = await train({ config: configOf({ threads: 2 - (stop % 2) }), resume: out });
    assert.ok(outcome.status === "done");
    assert.deepEqual(
      [outcome.result.ended, numbersOf(outcome.result)],
      [unbroken.ended, numbersOf(unbroken)],
      `${stop}`,
    );
    assert.deepEqual(stepsOf(out), lines, `stopped after ${stop}`);
    const [one, other] = [out, whole].map((path) => readFileSync(join(path, "model.safetensors")));
    assert.ok(one.equals(other), `stopped after ${stop}: another model`);
  }
});
