/** The trainer: what it tells, which weights it keeps, and what a resume needs. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { HeddleError } from "../../src/base/errors.js";
import { entryOf } from "../../src/metrics/score.js";
import { readMetrics } from "../../src/run/metrics-file.js";
import type { StepLine, TrainEvent } from "../../src/train/events.js";
import { train } from "../../src/train/trainer.js";
import { configOf, isOfThreads, numbersOf, run, type Settings, temporaryFolder } from "../engine/runs.js";

const small: Settings = { subset: 500, epochs: 3, threads: 2 };

/** A score as `metrics.jsonl` has it. */
type ScoreRecord = { readonly [K in "loss" | "accuracy" | "samples"]: number } & Readonly<Record<string, unknown>>;
interface EpochRecord {
  readonly kind: "epoch";
  readonly epoch: number;
  readonly train: ScoreRecord;
  readonly validation: ScoreRecord | null;
}

const linesOf = (out: string): (StepLine | EpochRecord)[] =>
  readMetrics(join(out, "metrics.jsonl")).lines as unknown as (StepLine | EpochRecord)[];

test("events come in order: the header, each epoch, the result", async (t) => {
  const all: TrainEvent[] = [];
  const result = await run(t, small, { onEvent: (event) => all.push(event) });
  const events = all.filter((event) => event.kind !== "note" || !isOfThreads(event.text));
  const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== "progress");
  assert.deepEqual(kinds, ["start", "epoch", "epoch", "epoch", "done"]);
  const [start] = events;
  assert.ok(start.kind === "start" && start.resumedFrom === undefined);
  assert.deepEqual(start.header.samples, { train: 450, validation: 50, test: 1000 });
  assert.equal(start.header.stepsPerEpoch, 8);
  assert.deepEqual(events[events.length - 1], { kind: "done", result });
});

test("an epoch's loss is the mean over its samples: a partial batch counts by its size, and no sample twice", async (t) => {
  const out = join(temporaryFolder(t), "run");
  await run(t, { ...small, batchSize: 64, logSteps: true, out });
  const lines = linesOf(out);
  for (let epoch = 1; epoch <= 3; epoch++) {
    const steps = lines.filter((line): line is StepLine => line.kind === "step" && line.epoch === epoch);
    const whole = lines.find((line): line is EpochRecord => line.kind === "epoch" && line.epoch === epoch);
    assert.deepEqual(
      steps.map(({ step }) => step),
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
    // 7 batches of 64 samples, and 2.
    const sum = steps.reduce((total, { loss, step }) => total + loss * (step < 8 ? 64 : 2), 0);
    assert.ok(Math.abs(sum / 450 - whole!.train.loss) < 1e-12);
    assert.equal(whole!.train.samples, 450);
  }
});

test("the best weights are those of the lowest validation loss, the earlier of equals; without validation the last", async (t) => {
  for (const lr of [0.01, 0.5]) {
    const out = join(temporaryFolder(t), "run");
    const { bestEpoch, validation, weightsHash, modelHash } = await run(t, { ...small, epochs: 6, lr, out });
    const losses = linesOf(out).map((line) => (line as EpochRecord).validation!.loss);
    const lowest = losses.indexOf(Math.min(...losses));
    assert.equal(bestEpoch, lowest + 1);
    assert.equal(validation!.values["loss"], losses[lowest]);
    assert.equal(weightsHash === modelHash, bestEpoch === 6);
  }
  const { bestEpoch, validation, weightsHash, modelHash } = await run(t, { ...small, validation: 0, lr: 0.5 });
  assert.deepEqual([bestEpoch, validation, modelHash], [3, null, weightsHash]);
});

test("--select names what decides the best epoch, by its own direction", async (t) => {
  for (const [select, best] of [
    ["accuracy", Math.max],
    ["errors", Math.min],
    ["macro.f1", Math.max],
    ["logLoss", Math.min],
  ] as const) {
    const out = join(temporaryFolder(t), "run");
    const { bestEpoch, validation } = await run(t, { ...small, epochs: 6, lr: 0.3, select, out });
    const values = linesOf(out)
      .map((line) => (line as EpochRecord).validation!)
      .map((of) => entryOf(of, select) as number);
    assert.ok(new Set(values).size > 1, `${values.join()} differ`);
    assert.equal(bestEpoch, values.indexOf(best(...values)) + 1, `${select}: ${values.join()}`);
    assert.equal(validation!.values[select], best(...values));
  }
  const aClass = { ...small, model: "digits-mlp", validation: 1, select: "mcc" };
  await assert.rejects(
    run(t, aClass),
    /--select mcc: expected a metric that is defined .* got 1 sample of a set of 10/,
  );
  await assert.rejects(run(t, { ...small, select: "acuracy" }), /--select: .*Did you mean accuracy\?/);
});

test("a learning rate so small that nothing moves: all epochs are equal, and the first is the best", async (t) => {
  const { bestEpoch } = await run(t, { ...small, lr: 1e-30, optimizer: "sgd" });
  assert.equal(bestEpoch, 1);
});

test("a listener that throws ends the run with its error", async (t) => {
  const onEvent = ({ kind }: TrainEvent): void => {
    if (kind === "epoch") throw new RangeError("the audience left");
  };
  await assert.rejects(run(t, small, { onEvent }), /the audience left/);
});

test("a listener that throws while ranks run ends the run with its error", async (t) => {
  const onEvent = ({ kind }: TrainEvent): void => {
    if (kind === "progress") throw new RangeError("the audience left");
  };
  // Steps of one sample by more ranks than cores: the epochs take longer than progress waits.
  const long: Settings = { batchSize: 1, epochs: 1000, threads: 7 };
  await assert.rejects(run(t, long, { onEvent }), /the audience left/);
});

test("--init is needed for the beginning alone: with a checkpoint its file may be gone", async (t) => {
  const folder = temporaryFolder(t);
  const first = join(folder, "first");
  await run(t, { ...small, epochs: 1, out: first });
  const init = join(first, "model.safetensors");
  const settings = { ...small, init, seed: 3 };
  const unbroken = await run(t, settings);

  const out = join(folder, "run");
  const controller = new AbortController();
  const onEvent = ({ kind }: TrainEvent): void => {
    if (kind === "epoch") controller.abort();
  };
  await train({ config: configOf({ ...settings, out }), sources: {}, onEvent, signal: controller.signal });
  rmSync(init);
  const resume = () => train({ config: configOf({ threads: 3 }), sources: {}, onEvent() {}, resume: out });
  const resumed = await resume();
  assert.equal(resumed.status, "done");
  assert.deepEqual(numbersOf(resumed.result), numbersOf(unbroken));

  for (const name of ["last.ckpt", "last-1.ckpt"]) rmSync(join(out, name));
  await assert.rejects(resume(), (error) => error instanceof HeddleError && error.exitCode === 3);
});
