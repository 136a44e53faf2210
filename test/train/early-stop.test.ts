/** `--patience`, `--min-delta` and `--stop-at`: where a run ends, what it keeps, and what is refused. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { train as trainLibrary } from "../../src/index.js";
import { parseGoal } from "../../src/metrics/goal.js";
import { findMetric, isBetter, metrics } from "../../src/metrics/index.js";
import { entryOf } from "../../src/metrics/score.js";
import { noStall, stallAfter } from "../../src/metrics/stall.js";
import { Limits } from "../../src/run/endings/index.js";
import { readMetrics } from "../../src/run/metrics-file.js";
import type { FullConfig } from "../../src/run/session.js";
import type { TrainEvent, TrainResult } from "../../src/train/events.js";
import { train } from "../../src/train/trainer.js";
import { verifyRun } from "../../src/train/verify.js";
import { configOf, numbersOf, run, type Settings, temporaryFolder } from "../engine/runs.js";
import { refusal } from "../run/refuses.js";

interface Stopping {
  readonly patience?: number;
  readonly minDelta?: number;
  readonly metric?: string;
}

/** Last and best epoch of a run whose epochs have these values. */
function stopped(values: readonly number[], { patience = 3, minDelta = 0, metric: name = "loss" }: Stopping = {}) {
  const metric = findMetric(name);
  const limits = new Limits({ epochs: 1000, patience } as FullConfig);
  let [stall, best, bestEpoch] = [noStall, null as number | null, 0];
  for (const [i, value] of values.entries()) {
    stall = stallAfter(stall, metric, value, minDelta);
    if (isBetter(metric, value, best) || i === 0) [best, bestEpoch] = [value, i + 1];
    const ended = limits.reached({ updates: i + 1, epochs: i + 1, seconds: 0, measured: [], stall });
    if (ended) return [i + 1, bestEpoch, ended];
  }
  return [values.length, bestEpoch, null];
}

test("patience counts epochs in a row; an equal value is no better one, NaN never is; small gains add up", () => {
  const falling = [1, 0.9, 0.95, 0.93, 0.92, 0.91, 0.905, 0.89, 0.895, 0.896, 0.897, 0.898];
  assert.deepEqual(stopped(falling), [5, 2, "early-stop"]);
  assert.deepEqual(stopped(falling, { patience: 4 }), [6, 2, "early-stop"]);
  assert.deepEqual(stopped([5, 4, 6, 6, 6, 1]), [5, 2, "early-stop"]);
  assert.deepEqual(stopped([1, 1, 1, 1]), [4, 1, "early-stop"]);
  // What feeds patience does not decide what is kept.
  assert.deepEqual(stopped([1, 0.98, 0.97, 0.96, 0.5], { minDelta: 0.05 }), [4, 4, "early-stop"]);
  assert.deepEqual(stopped([1, 0.98, 0.96, 0.94, 0.92, 0.9, 0.88, 0.86], { minDelta: 0.05 }), [8, 8, null]);
  assert.deepEqual(stopped([NaN, 2, NaN, NaN, NaN]), [5, 2, "early-stop"]);
  assert.deepEqual(stopped([NaN, NaN, NaN]), [3, 1, "early-stop"]);
  assert.deepEqual(stopped([0.5, 0.6, 0.6, 0.55, 0.6], { metric: "accuracy" }), [5, 2, "early-stop"]);
});

test("every metric has a direction: a worse second epoch is not the best, and counts against patience", () => {
  for (const { name, better } of metrics) {
    const [good, bad] = better === "higher" ? [0.9, 0.1] : [0.1, 0.9];
    assert.deepEqual(stopped([good, bad], { metric: name, patience: 1 }), [2, 1, "early-stop"], name);
  }
});

/** Epochs of eight updates, at a rate where validation gets worse again. */
const rough: Settings = { subset: 500, epochs: 12, threads: 1, lr: 0.3 };

const lossesOf = (out: string): number[] =>
  readMetrics(join(out, "metrics.jsonl")).lines.map((line) =>
    Number(entryOf(line["validation"] as Record<string, unknown>, "loss")),
  );

async function resume(out: string, settings: Settings = {}): Promise<TrainResult> {
  const outcome = await train({ config: configOf(settings), resume: out });
  assert.ok(outcome.status === "done");
  return outcome.result;
}

test("a run ends early with its best weights, and a stop after each of its epochs changes none of that", async (t) => {
  const whole = join(temporaryFolder(t), "whole");
  const unbroken = await run(t, { ...rough, patience: 2, out: whole });
  const losses = lossesOf(whole);
  const best = losses.indexOf(Math.min(...losses)) + 1;
  assert.deepEqual([unbroken.ended, unbroken.epoch, unbroken.bestEpoch], ["early-stop", best + 2, best]);
  assert.ok(unbroken.epoch < rough.epochs!);
  assert.notEqual(unbroken.modelHash, unbroken.weightsHash);
  const short = await run(t, { ...rough, maxSteps: 8 * best });
  assert.equal(unbroken.modelHash, short.weightsHash, "the model is the best epoch's");

  const out = join(temporaryFolder(t), "run");
  const until = async (resumed: boolean): Promise<boolean> => {
    const controller = new AbortController();
    const onEvent = ({ kind }: TrainEvent): void => {
      if (kind === "epoch") controller.abort();
    };
    const where = resumed
      ? { config: configOf({}), resume: out }
      : { config: configOf({ ...rough, patience: 2, out }) };
    return (await train({ ...where, onEvent, signal: controller.signal })).status === "done";
  };
  for (let starts = 0; !(await until(starts > 0)); starts++) assert.ok(starts < 20);
  const end = await resume(out);
  assert.deepEqual([end.ended, end.epoch, numbersOf(end)], ["early-stop", unbroken.epoch, numbersOf(unbroken)]);
  assert.ok((await verifyRun(out, { threads: 1, backend: configOf({}).backend })).same);

  const more = await resume(out, { patience: 100, maxSteps: 8 * (unbroken.epoch + 1) });
  assert.deepEqual([more.ended, more.epoch], ["max-steps", unbroken.epoch + 1], "a longer patience goes on");
});

test("finished, at a limit or stopped by hand after a worse epoch: the model is that of the best epoch all the same", async (t) => {
  const whole = join(temporaryFolder(t), "whole");
  await run(t, { ...rough, epochs: 6, out: whole });
  const losses = lossesOf(whole);
  const best = losses.findIndex((loss, i) => losses[i + 1] > loss) + 1;
  assert.ok(best > 0 && losses.slice(0, best).every((loss, i) => i === 0 || loss < losses[i - 1]), losses.join());
  const { weightsHash: expected } = await run(t, { ...rough, epochs: best });
  const { ended, modelHash, bestEpoch } = await run(t, { ...rough, epochs: best + 1, patience: 10 });
  assert.deepEqual([ended, modelHash, bestEpoch], ["finished", expected, best]);
  const limited = await run(t, { ...rough, maxSteps: 8 * best + 8 });
  assert.deepEqual([limited.ended, limited.modelHash], ["max-steps", expected]);
  const out = join(temporaryFolder(t), "run");
  const controller = new AbortController();
  const onEvent = (event: TrainEvent): void => {
    if (event.kind === "epoch" && event.epoch === best + 1) controller.abort();
  };
  await train({ config: configOf({ ...rough, out }), onEvent, signal: controller.signal });
  const { modelHash: kept } = JSON.parse(readFileSync(join(out, "result.json"), "utf8")) as { modelHash: string };
  assert.equal(kept, expected);
});

test("--stop-at ends with the epoch that has it; where it is met already no step is made", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const settings: Settings = { subset: 500, epochs: 30, threads: 2, lr: 0.01 };
  const first = await run(t, { ...settings, stopAt: "validation accuracy >= 0.8", select: "accuracy", out });
  assert.equal(first.ended, "stop-at");
  assert.ok(first.epoch > 1 && first.epoch < 30 && first.bestEpoch === first.epoch);
  assert.ok(first.validation!.values["accuracy"]! >= 0.8);
  const again = await resume(out, { stopAt: "validation accuracy >= 0.7" });
  assert.deepEqual([again.ended, again.steps, numbersOf(again)], ["stop-at", first.steps, numbersOf(first)]);
  const on = await resume(out, { stopAt: "train loss < 1e-9", maxSteps: first.steps + 8 });
  assert.deepEqual([on.ended, on.steps], ["max-steps", first.steps + 8]);

  const notes: string[] = [];
  const onEvent = (event: TrainEvent): void => void (event.kind === "note" && notes.push(event.text));
  const other = await run(t, { ...settings, stopAt: "macro.f1 > 0.3" }, { onEvent });
  assert.equal(other.ended, "stop-at");
  assert.ok(notes.some((text) => /^--stop-at looks at .*F1; the model kept is that of the best loss/.test(text)));
  assert.ok(!notes.some((text) => text.includes("--select accuracy")));
});

test("what cannot end a run is refused, with what can", async () => {
  const refused: readonly [Settings, RegExp][] = [
    [{ patience: 3, validation: 0 }, /patience: expected a validation for it to choose by, got validation 0/],
    [{ patience: 0 }, /patience: expected a whole number of at least 1/],
    [{ minDelta: 0.1 }, /minDelta: expected a patience that it feeds/],
    [{ stopAt: "accuracy >= 0.9", validation: 0 }, /stopAt: expected a validation to reach it on/],
    [{ stopAt: "accuracy > 99" }, /stopAt: expected a share from 0 to 1 for accuracy, got 99/],
    [{ stopAt: "accuracy <= 0.5" }, /stopAt: expected >= or >, since a higher accuracy is better, got "<="/],
    [{ stopAt: "acuracy >= 0.5" }, /Did you mean accuracy\?/],
    [{ stopAt: "test loss < 1" }, /stopAt: expected validation or train, got "test"/],
    [{ stopAt: "train macro.f1 > 0.5" }, /expected loss or accuracy, which training adds up/],
    [{ stopAt: "0.99" }, /as in validation accuracy >= 0\.99, got "0\.99"/],
  ];
  for (const [config, says] of refused) await assert.rejects(trainLibrary({ config }), refusal(2, says));
  assert.deepEqual(
    [parseGoal("loss<0.1", "x"), parseGoal("validation topK.5>=0.9", "x")].map(({ split, metric, strict, value }) => [
      split,
      metric.name,
      strict,
      value,
    ]),
    [
      ["validation", "loss", true, 0.1],
      ["validation", "topK.5", false, 0.9],
    ],
  );
});
