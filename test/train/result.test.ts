/** result.json: written at every ending that the program sees, and it says which. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { train } from "../../src/index.js";
import { trainDocument } from "../../src/run/documents/train.js";
import { RunFolder } from "../../src/run/run-folder.js";
import type { TrainEvent } from "../../src/train/events.js";
import { readResult } from "../../src/train/result-file.js";
import { heddle } from "../cli/heddle.js";
import { configOf, isOfThreads, type Settings, temporaryFolder } from "../engine/runs.js";
import { refusal } from "../run/refuses.js";

const short: Settings = { subset: 500, epochs: 2, threads: 2 };
const hash = /^blake3:[0-9a-f]{64}$/;

test("interrupted: what there is by then; a resume replaces it, while it runs there is none", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const controller = new AbortController();
  const stop = ({ kind }: TrainEvent): void => {
    if (kind === "epoch") controller.abort();
  };
  await train({ config: configOf({ ...short, requireAccuracy: 0.9, out }), onEvent: stop, signal: controller.signal });
  const interrupted = readResult(new RunFolder(out));
  assert.deepEqual(
    [interrupted.ended, interrupted.epoch, interrupted.steps, interrupted.bestEpoch, interrupted.test],
    ["interrupted", 1, 8, 1, null],
  );
  assert.deepEqual(interrupted.threshold, { accuracy: 0.9, met: null });
  assert.match(interrupted.weightsHash!, hash);
  assert.equal(interrupted.modelHash, interrupted.weightsHash);

  const seen: boolean[] = [];
  const look = ({ kind }: TrainEvent): void => {
    if (kind === "epoch") seen.push(existsSync(join(out, "result.json")));
  };
  await train({ config: configOf({ threads: 1 }), resume: out, onEvent: look });
  assert.deepEqual(seen, [false]);
  const finished = readResult(new RunFolder(out));
  assert.deepEqual([finished.ended, finished.epoch, finished.steps, finished.threads], ["finished", 2, 16, 1]);
  const { accuracy, intervals, samples } = finished.test as unknown as {
    accuracy: number;
    intervals: { accuracy: [number, number] };
    samples: number;
  };
  assert.ok(intervals.accuracy[0] < accuracy && accuracy < intervals.accuracy[1] && samples === 1000);
  assert.deepEqual(finished.threshold, { accuracy: 0.9, met: accuracy >= 0.9 });
});

test("stopped before the first step: nothing but where it stands", async (t) => {
  const out = join(temporaryFolder(t), "run");
  await train({ config: configOf({ ...short, out }), signal: AbortSignal.abort() });
  const { ended, epoch, steps, train: trained, samplesPerSecond, modelHash } = readResult(new RunFolder(out));
  assert.deepEqual(
    [ended, epoch, steps, trained, samplesPerSecond, modelHash],
    ["interrupted", 0, 0, null, null, null],
  );
});

test("failed: why, and what was saved before; the disk's own failure too", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const onEvent = ({ kind }: TrainEvent): void => {
    if (kind === "epoch") throw new RangeError("the audience left");
  };
  await assert.rejects(train({ config: configOf({ ...short, out }), onEvent }), /the audience left/);
  const failed = readResult(new RunFolder(out));
  assert.deepEqual(
    [failed.ended, failed.error, failed.bestEpoch, failed.test],
    ["failed", "the audience left", 1, null],
  );
});

test("a target that was missed is in the result, as is one that was met", async (t) => {
  const cwd = temporaryFolder(t);
  for (const [target, code, met] of [
    ["0.999", 4, false],
    ["0.001", 0, true],
  ] as const) {
    const args = ["train", "--subset", "300", "--epochs", "1", "--require-accuracy", target, "--out", target];
    assert.equal((await heddle(args, { cwd })).code, code);
    assert.deepEqual(readResult(new RunFolder(join(cwd, target))).threshold, { accuracy: Number(target), met });
  }
  // A resume may hold it to another one.
  const again = await heddle(["train", "--resume", "0.999", "--require-accuracy", "0.001", "--json"], { cwd });
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual(trainDocument.parse(JSON.parse(again.stdout)).threshold, { accuracy: 0.001, met: true });
});

test("a result that cannot be saved is a note, and not lost", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const notes: string[] = [];
  const onEvent = (event: TrainEvent): void => {
    if (event.kind === "note" && !isOfThreads(event.text)) notes.push(event.text);
    if (event.kind === "start") mkdirSync(join(out, "result.json"));
  };
  const outcome = await train({ config: configOf({ ...short, out }), onEvent });
  assert.equal(outcome.status, "done");
  assert.deepEqual(notes.length, 1);
  assert.match(notes[0], /result\.json: expected to write this file, got a folder/);
});

test("a resume that is refused leaves the result of before", async (t) => {
  const out = join(temporaryFolder(t), "run");
  await train({ config: configOf({ ...short, epochs: 1, out }) });
  const before = readFileSync(join(out, "result.json"));
  const checkpoint = readFileSync(join(out, "last.ckpt"));
  checkpoint[checkpoint.length - 1] ^= 1;
  writeFileSync(join(out, "last.ckpt"), checkpoint);
  await assert.rejects(train({ config: configOf({}), resume: out }), refusal(3, /damaged/));
  assert.deepEqual(readFileSync(join(out, "result.json")), before);
});
