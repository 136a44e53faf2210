/** `--checkpoint-every` and `--keep`: what stays, what a resume goes on from, and a disk that is full. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { train as trainLibrary } from "../../src/index.js";
import { readCheckpoint } from "../../src/train/checkpoint.js";
import { checkpointsOf } from "../../src/train/checkpoints.js";
import type { TrainEvent, TrainOutcome } from "../../src/train/events.js";
import { train } from "../../src/train/trainer.js";
import { configOf, numbersOf, run, type Settings, temporaryFolder } from "../engine/runs.js";
import { refusal } from "../run/refuses.js";

/** Eight updates an epoch; the later epochs are not the best. */
const small: Settings = { subset: 500, epochs: 4, threads: 2, lr: 0.3, logSteps: true };

const checkpointsIn = (out: string): string[] => readdirSync(out).filter((name) => name.endsWith(".ckpt"));
const updatesIn = (out: string): number[] =>
  checkpointsOf(join(out, "last.ckpt")).map((path) => readCheckpoint(path).progress.totalSteps);

/** Begins a run or goes on with it, and stops after that update. */
async function until(out: string, settings: Settings | null, update: number) {
  const controller = new AbortController();
  const notes: string[] = [];
  const onEvent = (event: TrainEvent): void => {
    if (event.kind === "note") notes.push(event.text);
    if (event.kind === "step" && (event.epoch - 1) * 8 + event.step === update) controller.abort();
  };
  const where = settings ? { config: configOf({ ...settings, out }) } : { config: configOf({}), resume: out };
  const outcome: TrainOutcome = await train({ ...where, onEvent, signal: controller.signal });
  return { outcome, notes };
}

async function whole(t: TestContext, settings: Settings) {
  const out = join(temporaryFolder(t), "whole");
  return { out, result: await run(t, { ...settings, out }) };
}

test("--keep counts all, last.ckpt is the newest; every 3 updates are those of the whole run; the bytes are the same", async (t) => {
  const plain = await whole(t, small);
  assert.deepEqual(checkpointsIn(plain.out), ["last-1.ckpt", "last.ckpt"]);
  const often = await whole(t, { ...small, checkpointEvery: "3steps", keep: 4 });
  assert.deepEqual(numbersOf(often.result), numbersOf(plain.result));
  assert.deepEqual(updatesIn(often.out), [32, 30, 27, 24]);
  const one = await whole(t, { ...small, keep: 1 });
  assert.deepEqual(checkpointsIn(one.out), ["last.ckpt"]);
  const seldom = await whole(t, { ...small, checkpointEvery: "3epochs", keep: 9 });
  const best = 8 * seldom.result.bestEpoch;
  assert.ok(updatesIn(seldom.out).includes(best) && !updatesIn(seldom.out).includes(16 + (best === 16 ? 8 : 0)));
  assert.deepEqual(numbersOf(seldom.result), numbersOf(plain.result));
  const timed = await whole(t, { ...small, epochs: 1, batchSize: 1, checkpointEvery: "0.05s", keep: 100 });
  assert.ok(checkpointsIn(timed.out).length > 1);
});

test("a damaged checkpoint is told of, and the one before it gone on from, to the same end", async (t) => {
  const unbroken = await run(t, small);
  for (const spoil of [
    (path: string) => {
      const bytes = readFileSync(path);
      bytes[bytes.length >> 1] ^= 4;
      writeFileSync(path, bytes);
    },
    (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 1000)),
    (path: string) => rmSync(path),
  ]) {
    const out = join(temporaryFolder(t), "run");
    await until(out, { ...small, checkpointEvery: "4steps", keep: 3 }, 13);
    spoil(join(out, "last.ckpt"));
    const { outcome, notes } = await until(out, null, 0);
    assert.ok(outcome.status === "done");
    const told = notes.filter((text) => /last\.ckpt: expected .* Going on from .*last-1\.ckpt\.$/.test(text));
    assert.equal(told.length, spoil.toString().includes("rmSync") ? 0 : 1, notes.join("\n"));
    assert.deepEqual(numbersOf(outcome.result), numbersOf(unbroken));
  }
});

test("where all are damaged a resume is refused, with what is wrong with the newest", async (t) => {
  const out = join(temporaryFolder(t), "run");
  await until(out, { ...small, checkpointEvery: "4steps" }, 13);
  for (const name of checkpointsIn(out)) writeFileSync(join(out, name), "no");
  await assert.rejects(until(out, null, 0), refusal(3, /last\.ckpt: expected a checkpoint of Heddle/));
});

test("a checkpoint that cannot be written is a note, the old one stands, and the next is tried", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const notes: string[] = [];
  const block = join(out, "last-1.ckpt");
  const onEvent = (event: TrainEvent): void => {
    if (event.kind === "note") notes.push(event.text);
    // A folder in its place: the name cannot be taken.
    if (event.kind === "step" && event.step === 1 && event.epoch === 1)
      mkdirSync(join(block, "x"), { recursive: true });
    if (event.kind === "note" && event.text.startsWith("No new checkpoint")) rmdirSync(join(block, "x"));
    if (event.kind === "note" && event.text.startsWith("No new checkpoint")) rmdirSync(block);
  };
  const config = configOf({ ...small, checkpointEvery: "2steps", out });
  const outcome = await train({ config, onEvent });
  assert.ok(outcome.status === "done");
  assert.deepEqual(
    notes.filter((text) => /^No new checkpoint, the run goes on: .*last\.ckpt: expected to write/.test(text)).length,
    1,
  );
  assert.deepEqual(updatesIn(out), [32, 30]);
  assert.deepEqual(numbersOf(outcome.result), numbersOf(await run(t, small)));
});

test("what says nothing is refused", async () => {
  for (const checkpointEvery of [0, "soon", "0s", "5 days"]) {
    await assert.rejects(
      trainLibrary({ config: { checkpointEvery } }),
      refusal(2, /checkpointEvery: expected epochs \(1epoch\), updates \(500steps\) or a time \(5min\)/),
    );
  }
  await assert.rejects(
    trainLibrary({ config: { keep: 0 } }),
    refusal(2, /keep: expected a whole number of at least 1/),
  );
  await assert.rejects(trainLibrary({ config: { keep: 3, out: null } }), refusal(2, /keep: expected a folder/));
});
