/** `--resume-with`: a run goes on with other settings, which is said, kept and undone by nothing. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseResumeWith } from "../../src/config/resume-with.js";
import type { TrainConfigInput } from "../../src/config/schema.js";
import { readMetrics } from "../../src/run/metrics-file.js";
import { readRunFile } from "../../src/run/run-file.js";
import type { TrainEvent } from "../../src/train/events.js";
import { train } from "../../src/train/trainer.js";
import { verifyRun } from "../../src/train/verify.js";
import { configOf, numbersOf, run, type Settings, temporaryFolder } from "../engine/runs.js";
import { snapshot } from "../robustness/world.js";
import { refusal } from "../run/refuses.js";

/** An update an epoch. */
const small: Settings = { subset: 150, epochs: 10, threads: 1, lr: 0.1, optimizer: "sgd", batchSize: "full" };

/** Goes on; the result, and what was said before the first step. */
async function goOn(out: string, resumeWith: TrainConfigInput | undefined, config: TrainConfigInput = {}) {
  const notes: string[] = [];
  let trained = false;
  const onEvent = (event: TrainEvent): void => {
    trained ||= event.kind === "progress" || event.kind === "epoch";
    if (event.kind === "note" && !trained) notes.push(event.text);
  };
  const outcome = await train({ config: configOf(config), resume: out, ...(resumeWith && { resumeWith }), onEvent });
  assert.ok(outcome.status === "done");
  return { result: outcome.result, notes };
}

const ratesOf = (out: string): unknown[] => readMetrics(join(out, "metrics.jsonl")).lines.map(({ lr }) => lr);
const changesIn = (out: string) => readRunFile(join(out, "run.json")).changes;

test("where the curve has no length, 10 epochs and then 20 are the run of 20, its files too", async (t) => {
  const schedules = ["constant", "step every=3epochs factor=0.5"];
  for (const schedule of schedules) {
    const [out, whole] = [join(temporaryFolder(t), "run"), join(temporaryFolder(t), "whole")];
    await run(t, { ...small, schedule, out });
    const unbroken = await run(t, { ...small, schedule, epochs: 20, out: whole });
    const { result } = await goOn(out, { epochs: 20 });
    assert.deepEqual([result.ended, numbersOf(result)], ["finished", numbersOf(unbroken)], schedule);
    const modelOf = (folder: string): Buffer => readFileSync(join(folder, "model.safetensors"));
    assert.deepEqual(modelOf(out), modelOf(whole));
    assert.deepEqual(ratesOf(out), ratesOf(whole));
    const { config, changes } = readRunFile(join(out, "run.json"));
    assert.equal(config.epochs, 20);
    assert.deepEqual(changes, [{ updates: 10, from: { epochs: 10 }, to: { epochs: 20 } }]);
    if (schedule !== "constant") assert.ok((await verifyRun(out)).same, "what run.json says gives the run again");
  }
});

test("a curve with a length becomes that of the longer run, and both rates are said first", async (t) => {
  const out = join(temporaryFolder(t), "run");
  await run(t, { ...small, schedule: "cosine", out });
  const { notes } = await goOn(out, { epochs: 20 });
  assert.equal(
    notes[0],
    "The run goes on with epochs 10 → 20. Learning rate: 0.00244717 at update 10, 0.05 at update 11.",
  );
  const rates = ratesOf(out) as number[];
  assert.equal(rates.length, 20);
  assert.ok(Math.abs(rates[10] - 0.05) < 1e-15 && Math.abs(rates[9] - 0.0024471741852423235) < 1e-15);
  await assert.rejects(verifyRun(out), refusal(2, /run\.json: expected a run of one configuration/));
});

test("a rate that changed is the one of the updates to come, and stays after the next resume", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const { weightsHash } = await run(t, { ...small, epochs: 6, maxSteps: 3, out });
  const first = await goOn(out, { lr: 0.01, clipNorm: 0.5 }, { maxSteps: 4 });
  assert.match(
    first.notes[0],
    /with lr 0\.1 → 0\.01, clipNorm none → 0\.5\. Learning rate: 0\.1 at update 3, 0\.01 at update 4\./,
  );
  assert.notEqual(first.result.weightsHash, weightsHash);
  assert.equal(readRunFile(join(out, "run.json")).config.maxSteps, 4, "what else was given anew is kept too");
  assert.deepEqual((await goOn(out, undefined)).result.steps, 4, "the run has ended by it");
  const again = await goOn(out, { lr: 0.01 }, { maxSteps: 100 });
  assert.deepEqual(
    again.notes.filter((text) => text.startsWith("The run goes on")),
    [],
  );
  assert.deepEqual(ratesOf(out), [0.1, 0.1, 0.1, 0.01, 0.01, 0.01]);
  assert.deepEqual(
    changesIn(out).map(({ updates, to }) => [updates, to]),
    [
      [3, { lr: 0.01, clipNorm: 0.5, maxSteps: 4 }],
      [4, { maxSteps: 100 }],
    ],
  );
});

test("stopped before the next checkpoint, it goes on with the new settings all the same", async (t) => {
  const [out, whole] = [join(temporaryFolder(t), "run"), join(temporaryFolder(t), "whole")];
  for (const folder of [out, whole]) await run(t, { ...small, epochs: 2, out: folder });
  const resumeWith = { epochs: 4, lr: 0.01 };
  const before = readFileSync(join(out, "last.ckpt"));
  const stopped = await train({ config: configOf({}), resume: out, resumeWith, signal: AbortSignal.abort() });
  assert.equal(stopped.status, "stopped");
  assert.deepEqual(readFileSync(join(out, "last.ckpt")), before);
  const { result } = await goOn(out, undefined);
  assert.deepEqual([result.epoch, numbersOf(result)], [4, numbersOf((await goOn(whole, resumeWith)).result)]);
});

test("all that may not be another is listed and refused, with nothing changed", async (t) => {
  const out = join(temporaryFolder(t), "run");
  await run(t, { ...small, epochs: 3, out });
  const before = snapshot(out);
  const refused: readonly [TrainConfigInput, RegExp][] = [
    [
      { epochs: 9, batchSize: 64, seed: 1 },
      /--resume-with: .* got batchSize full → 64, seed 0 → 1\..*--batch-size, --seed/,
    ],
    [{ optimizer: "adam" }, /got optimizer sgd.* → adam/],
    [{ epochs: 2 }, /--resume-with, epochs: expected at least the 3 that are begun, got 2/],
    [{ epochs: 5, schedule: "cosine warmup=5" }, /warmup: expected fewer updates than the run's 5/],
    [{ lr: -1 }, /--resume-with, lr: expected a number above 0, got -1/],
  ];
  for (const [wanted, message] of refused) await assert.rejects(goOn(out, wanted), refusal(2, message));
  await assert.rejects(train({ resumeWith: { lr: 1 } }), refusal(2, /expected --resume RUN beside it/));
  assert.deepEqual(snapshot(out), before);
  const same = await goOn(out, { lr: 0.1, seed: 0 });
  assert.deepEqual(same.notes, [
    "--resume-with changes nothing: the run has these settings already.",
    "The run is over all the same (finished): no update follows.",
  ]);
});

test("a resume without a flag keeps what the run was begun with, defaults or not", async (t) => {
  const out = join(temporaryFolder(t), "run");
  await run(t, {
    ...small,
    epochs: 4,
    maxSteps: 2,
    keep: 4,
    checkpointEvery: "2steps",
    patience: 3,
    minDelta: 0.5,
    out,
  });
  await goOn(out, undefined, { maxSteps: 3 });
  const { keep, checkpointEvery, minDelta } = readRunFile(join(out, "run.json")).config;
  assert.deepEqual([keep, checkpointEvery, minDelta], [4, "2steps", 0.5]);
});

test("settings in one line: a comma ends a value where the next key follows", () => {
  const read = parseResumeWith(
    "epochs=20,lr=1e-3, clip-norm=2,augment=flip horizontal, shift 0.1,schedule=cosine warmup=2",
  );
  assert.deepEqual([read.epochs, read.lr, read.clipNorm, read.augment], [20, 1e-3, 2, "flip horizontal, shift 0.1"]);
  assert.deepEqual((read.schedule as { name: string }).name, "cosine");
  for (const [text, message] of [
    ["epoch=3", /expected a setting of heddle train, got "epoch"\. Did you mean epochs\?/],
    ["20", /expected settings as in epochs=20,lr=0\.001, got "20"/],
    ["lr=1,lr=2", /expected each setting once, got lr twice/],
    ["epochs=many", /--resume-with, epochs: expected a whole number/],
  ] as const) {
    assert.throws(() => parseResumeWith(text), refusal(2, message));
  }
});
