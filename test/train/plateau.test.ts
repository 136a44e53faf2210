/** `--schedule plateau` in a run: the rate falls where validation gets no better, and a resume knows of it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { train as trainLibrary } from "../../src/index.js";
import { findMetric, isBetter } from "../../src/metrics/index.js";
import { entryOf } from "../../src/metrics/score.js";
import { followOf } from "../../src/optim/schedules/index.js";
import { type Followed, followsNothing } from "../../src/optim/schedules/schedule.js";
import { readMetrics } from "../../src/run/metrics-file.js";
import type { TrainEvent } from "../../src/train/events.js";
import { train } from "../../src/train/trainer.js";
import { configOf, numbersOf, run, type Settings, temporaryFolder } from "../engine/runs.js";
import { goldenPlateaus } from "../golden/golden.js";
import { refusal } from "../run/refuses.js";

/** The rate of each epoch, and of the one after the last. */
function rates(schedule: string, values: readonly (number | null)[], name = "loss"): number[] {
  const metric = findMetric(name);
  let followed: Followed = followsNothing;
  const factors = [followed.factor];
  for (const value of values) {
    followed = followOf(schedule)!(followed, value, (one, than, by) => isBetter(metric, one, than, by));
    factors.push(followed.factor);
  }
  return factors;
}

const near = (got: readonly number[], expected: readonly number[]): void => {
  assert.equal(got.length, expected.length);
  for (const [i, value] of got.entries()) assert.ok(Math.abs(value - expected[i]) < 1e-15, `${i}: ${got.join()}`);
};

test("rates are those of PyTorch's ReduceLROnPlateau, whose patience is one less", () => {
  for (const { schedule, values, factors } of goldenPlateaus()) near(rates(schedule, values), factors);
});

test("patience is counted as --patience counts it; NaN is never better, a higher accuracy is", () => {
  const falling = [1, 0.9, 0.95, 0.93, 0.92, 0.91];
  assert.deepEqual(rates("plateau factor=0.5 patience=3", falling), [1, 1, 1, 1, 1, 0.5, 0.5]);
  assert.deepEqual(rates("plateau factor=0.5 patience=2", falling), [1, 1, 1, 1, 0.5, 0.5, 0.25]);
  assert.deepEqual(rates("plateau factor=0.5 patience=1", [null, 2, NaN, 1]), [1, 0.5, 0.5, 0.25, 0.25]);
  assert.deepEqual(rates("plateau factor=0.5 patience=1", [0.1, 0.2, 0.2], "accuracy"), [1, 1, 1, 0.5]);
  assert.deepEqual(rates("plateau factor=0.1 patience=1 end=0.05", [1, 1, 1]), [1, 1, 0.1, 0.05]);
});

/** A rate at which validation soon gets worse. */
const rough: Settings = { subset: 500, epochs: 6, lr: 0.3, logSteps: true, threads: 1 };
const schedule = "plateau factor=0.5 patience=1 warmup=3";

const linesOf = (out: string) => readMetrics(join(out, "metrics.jsonl")).lines;

test("each line has the rate that was used, a warm-up is multiplied in, and stops change nothing", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const unbroken = await run(t, { ...rough, schedule, out });
  const epochs = linesOf(out).filter(({ kind }) => kind === "epoch");
  const losses = epochs.map((line) => Number(entryOf(line["validation"] as Record<string, unknown>, "loss")));
  const factors = rates("plateau factor=0.5 patience=1", losses);
  assert.ok(factors[5] < 1, "it was lowered");
  near(
    epochs.map(({ lr }) => lr as number),
    factors.slice(0, 6).map((factor) => 0.3 * factor),
  );
  const used = linesOf(out)
    .filter(({ kind }) => kind === "step")
    .map(({ lr }) => lr as number);
  near(
    used,
    used.map((_, update) => 0.3 * factors[Math.floor(update / 8)] * Math.min(1, (update + 1) / 4)),
  );
  assert.notEqual(unbroken.weightsHash, (await run(t, { ...rough, schedule: "constant warmup=3" })).weightsHash);

  const broken = join(temporaryFolder(t), "broken");
  const start = async (where: object, until: number) => {
    const controller = new AbortController();
    const onEvent = (event: TrainEvent): void => {
      if (event.kind === "epoch" && event.epoch === until) controller.abort();
    };
    return train({
      config: configOf({ ...rough, schedule, out: broken }),
      onEvent,
      signal: controller.signal,
      ...where,
    });
  };
  await start({}, 2);
  await start({ config: configOf({ threads: 2 }), resume: broken }, 4);
  const outcome = await start({ config: configOf({ threads: 3 }), resume: broken }, 99);
  assert.ok(outcome.status === "done");
  assert.deepEqual(numbersOf(outcome.result), numbersOf(unbroken));
});

test("without validation it is refused", async () => {
  await assert.rejects(
    trainLibrary({ config: { validation: 0, schedule: "plateau" } }),
    refusal(2, /schedule: expected a validation for it to follow, got validation 0/),
  );
});
