/** What ends a run before its last epoch: it ends there with all that a finished run has, and can go on. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { TrainConfigInput } from "../../src/config/schema.js";
import { evaluate } from "../../src/inference/evaluate.js";
import { readMetrics } from "../../src/run/metrics-file.js";
import { RunFolder } from "../../src/run/run-folder.js";
import type { TrainEvent, TrainResult } from "../../src/train/events.js";
import { readResult } from "../../src/train/result-file.js";
import { train } from "../../src/train/trainer.js";
import { configOf, numbersOf, run, type Settings, temporaryFolder } from "../engine/runs.js";
import { refusal } from "../run/refuses.js";

/** Eight updates an epoch. */
const small: Settings = { subset: 500, epochs: 3, threads: 2, lr: 0.02 };

async function resume(out: string, config: TrainConfigInput = {}): Promise<TrainResult> {
  const outcome = await train({ config: configOf(config), resume: out });
  assert.ok(outcome.status === "done");
  return outcome.result;
}

/** Without what belongs to one start of a run. */
const linesOf = (out: string): unknown =>
  readMetrics(join(out, "metrics.jsonl")).lines.map((line) => ({ ...line, seconds: 0, load: 0, moved: 0 }));

test("--max-steps ends at that update, scores what it has, and the run can go on to the bytes of the unbroken one", async (t) => {
  const [out, whole] = [join(temporaryFolder(t), "run"), join(temporaryFolder(t), "whole")];
  const unbroken = await run(t, { ...small, out: whole });
  const first = await run(t, { ...small, maxSteps: 11, out });
  assert.deepEqual([first.ended, first.steps, first.epoch, first.epochs], ["max-steps", 11, 1, 3]);
  assert.equal(first.bestEpoch, 2, "three steps on are better still");
  assert.deepEqual([first.train.samples, first.validation?.samples, first.test?.samples], [3 * 64, 50, 1000]);
  assert.equal(readResult(new RunFolder(out)).ended, "max-steps");
  const { score } = await evaluate({ path: out, threads: 1, backend: "auto" });
  assert.deepEqual(score.values["loss"], first.test?.values["loss"], "the model is the one that was measured");
  const [, partial] = readMetrics(join(out, "metrics.jsonl")).lines;
  assert.deepEqual([partial["epoch"], partial["steps"]], [2, 3]);

  const again = await resume(out);
  assert.deepEqual([again.ended, numbersOf(again)], ["max-steps", numbersOf(first)], "it had ended");
  const later = await resume(out, { maxSteps: 16, threads: 1 });
  assert.deepEqual([later.ended, later.steps, later.epoch], ["max-steps", 16, 2]);
  const end = await resume(out, { maxSteps: 1000 });
  assert.deepEqual([end.ended, numbersOf(end)], ["finished", numbersOf(unbroken)]);
  assert.deepEqual(linesOf(out), linesOf(whole));
});

test("a run that ends within its first epoch has a model; gone on with, it is an epoch's", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const first = await run(t, { ...small, maxSteps: 1, validation: 0, out });
  assert.deepEqual([first.bestEpoch, first.epoch, first.modelHash], [1, 0, first.weightsHash]);
  const seen: boolean[] = [];
  const onEvent = ({ kind }: TrainEvent): void => {
    if (kind === "start") seen.push(existsSync(join(out, "model.safetensors")));
  };
  await train({ config: configOf({ maxSteps: 1000 }), resume: out, onEvent });
  assert.deepEqual(seen, [false], "weights of no epoch's end are not its best");
  assert.deepEqual((await resume(out)).bestEpoch, 3);
});

test("--max-time counts all starts together, and makes one update at least", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const long: Settings = { batchSize: 1, epochs: 1000, threads: 1, maxTime: "0.2s", out };
  const first = await run(t, long);
  assert.equal(first.ended, "max-time");
  assert.ok(first.steps >= 1 && first.epoch < 1000);
  assert.deepEqual([first.validation?.samples, first.test?.samples], [500, 1000]);
  const again = await resume(out);
  assert.deepEqual([again.ended, again.steps], ["max-time", first.steps]);
  const more = await resume(out, { maxTime: "1h", maxSteps: first.steps + 2 });
  assert.deepEqual([more.ended, more.steps], ["max-steps", first.steps + 2]);
  for (const wrong of ["90", "0s", "10 m", "1d"]) {
    await assert.rejects(train({ config: { maxTime: wrong } }), /maxTime: expected a time above 0: 90s, 10min or 2h/);
  }
});

test("without files: the same numbers, no folder, and nothing that needs one", async (t) => {
  const { run: folder, ...kept } = await run(t, small);
  for (const out of [null, "none"] as const) {
    const free = await run(t, { ...small, out, logSteps: true });
    assert.equal(free.run, null);
    assert.deepEqual(numbersOf(free), numbersOf({ ...kept, run: folder }));
    assert.equal(existsSync("none"), false);
  }
  const stopped = await train({ config: configOf({ ...small, out: null }), signal: AbortSignal.abort() });
  assert.deepEqual(stopped, { status: "stopped", run: null, epoch: 1, step: 0 });
  await assert.rejects(
    train({ config: configOf({ out: null, overwrite: true }), sources: { overwrite: "program" } }),
    /overwrite: expected a folder/,
  );
});

test("--overwrite removes what a run wrote, and that alone", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const first = await run(t, { ...small, epochs: 1, out });
  await assert.rejects(
    run(t, { ...small, out }),
    refusal(2, /expected an absent or empty folder, .* or (--)?overwrite/),
  );
  // What is damaged makes way too.
  writeFileSync(join(out, "last.ckpt"), "no");
  rmSync(join(out, "split.json"));
  const second = await run(t, { ...small, epochs: 1, seed: 1, out, overwrite: true });
  assert.notEqual(second.weightsHash, first.weightsHash);
  assert.equal(readMetrics(join(out, "metrics.jsonl")).lines.length, 1);

  const before = readFileSync(join(out, "model.safetensors"));
  writeFileSync(join(out, "thesis.tex"), "");
  await assert.rejects(
    run(t, { ...small, out, overwrite: true }),
    refusal(2, /other things too \(thesis\.tex\)\. Nothing was removed/),
  );
  assert.deepEqual(readFileSync(join(out, "model.safetensors")), before);
  rmSync(join(out, "thesis.tex"));
  rmSync(join(out, "run.json"));
  await assert.rejects(run(t, { ...small, out, overwrite: true }), refusal(2, /one without run\.json/));
  assert.equal(readdirSync(out).length, 5);
});

test("a stop does not wait for validation: the checkpoint is at the epoch's last step, and a resume goes on there", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const unbroken = await run(t, small);
  const controller = new AbortController();
  const onEvent = (event: TrainEvent): void => {
    if (event.kind === "step" && event.step === 8) controller.abort();
  };
  const config = configOf({ ...small, logSteps: true, out });
  const outcome = await train({ config, onEvent, signal: controller.signal });
  assert.deepEqual(outcome, { status: "stopped", run: out, epoch: 1, step: 8 });
  assert.equal(readResult(new RunFolder(out)).bestEpoch, null);
  assert.deepEqual(numbersOf(await resume(out)), numbersOf(unbroken));
});

test("stopped at the end of an epoch where a limit lies too: it ends as the unbroken run, by the same reason", async (t) => {
  const ends: readonly (readonly [Settings, string, number])[] = [
    [{ maxSteps: 16 }, "max-steps", 16],
    [{ maxSteps: 24 }, "finished", 24],
    [{ maxSteps: 8, stopAt: "loss < 9" }, "stop-at", 8],
    [{ maxSteps: 16, ema: 0.5, patience: 1, minDelta: 9, schedule: "plateau patience=1" }, "early-stop", 16],
  ];
  for (const [more, ended, at] of ends) {
    const [out, whole] = [join(temporaryFolder(t), "run"), join(temporaryFolder(t), "whole")];
    const unbroken = await run(t, { ...small, ...more, out: whole });
    assert.deepEqual([unbroken.ended, unbroken.steps], [ended, at]);
    const controller = new AbortController();
    let seen = 0;
    const onEvent = ({ kind }: TrainEvent): void => {
      if (kind === "step" && ++seen === at) controller.abort();
    };
    const config = configOf({ ...small, ...more, logSteps: true, out });
    assert.equal((await train({ config, onEvent, signal: controller.signal })).status, "stopped");
    const resumed = await resume(out);
    assert.deepEqual([resumed.ended, resumed.epoch, numbersOf(resumed)], [ended, unbroken.epoch, numbersOf(unbroken)]);
    const epochs = (linesOf(out) as { kind: string }[]).filter(({ kind }) => kind === "epoch");
    assert.deepEqual(epochs, linesOf(whole));
  }
});
