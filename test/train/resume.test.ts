/** What a resume compares before it goes on, and what it puts right. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { sealJson } from "../../src/base/sealed-json.js";
import type { TrainEvent } from "../../src/train/events.js";
import { train } from "../../src/train/trainer.js";
import { configOf, numbersOf, run, type Settings, temporaryFolder } from "../engine/runs.js";
import { snapshot } from "../robustness/world.js";
import { refusal } from "../run/refuses.js";

const short: Settings = { subset: 500, epochs: 3, threads: 2, lr: 0.01 };

/** A run stopped after its first epoch. */
async function begun(t: TestContext, settings: Settings): Promise<string> {
  const out = join(temporaryFolder(t), "run");
  const controller = new AbortController();
  const onEvent = ({ kind }: TrainEvent): void => {
    if (kind === "epoch") controller.abort();
  };
  const outcome = await train({ config: configOf({ ...settings, out }), onEvent, signal: controller.signal });
  assert.equal(outcome.status, "stopped");
  return out;
}

/** Goes on to the end; what it said on the way. */
async function resume(out: string) {
  const notes: string[] = [];
  const onEvent = (event: TrainEvent): void => {
    if (event.kind === "note") notes.push(event.text);
  };
  const outcome = await train({ config: configOf({ threads: 1 }), resume: out, onEvent });
  assert.equal(outcome.status, "done");
  return { result: outcome.result, notes };
}

/** run.json with something else in it, and a checksum that fits. */
function change(out: string, edit: (run: Record<string, unknown>) => void): () => void {
  const path = join(out, "run.json");
  const text = readFileSync(path);
  const document = JSON.parse(text.toString()) as Record<string, unknown>;
  edit(document);
  writeFileSync(path, sealJson(document, 2));
  return () => writeFileSync(path, text);
}

test("preprocessing and class weights that do not follow from the data are refused, and nothing is changed", async (t) => {
  const settings: Settings = { ...short, standardize: "dataset", classWeights: "balanced" };
  const out = await begun(t, settings);
  const before = snapshot(out);
  const scale = change(out, (document) => {
    (document["preprocessing"] as { scale: number[] }).scale[0] *= 2;
  });
  await assert.rejects(
    resume(out),
    refusal(3, /run\.json, preprocessing\.scale\.0: expected [\d.]+, as the data give, got [\d.]+\./),
  );
  scale();
  const weights = change(out, (document) => {
    (document["classWeights"] as number[])[3] = 7;
  });
  await assert.rejects(
    resume(out),
    refusal(3, /run\.json, classWeights\.3: expected [\d.]+, as the data give, got 7\./),
  );
  weights();
  const none = change(out, (document) => delete document["classWeights"]);
  await assert.rejects(resume(out), refusal(3, /run\.json, classWeights: expected \[.*, got nothing/));
  none();
  assert.deepEqual(snapshot(out), before);
  assert.deepEqual(numbersOf((await resume(out)).result), numbersOf(await run(t, settings)));
});

test("the preprocessing that --init brought is held against the checkpoint, the file it came from being gone", async (t) => {
  const folder = temporaryFolder(t);
  const first = join(folder, "first");
  await run(t, { ...short, standardize: "dataset", subset: 300, out: first });
  const settings: Settings = { ...short, init: join(first, "model.safetensors") };
  const unbroken = await run(t, settings);
  const out = await begun(t, settings);
  rmSync(first, { recursive: true });
  const undo = change(out, (document) => {
    (document["preprocessing"] as { shift: number[] }).shift[0] += 1;
  });
  await assert.rejects(
    resume(out),
    refusal(3, /last\.ckpt, model\.preprocessing\.shift\.0: expected \S+, as .*run\.json gives, got/),
  );
  undo();
  assert.deepEqual(numbersOf((await resume(out)).result), numbersOf(unbroken));
});

test("a model file that is gone, damaged or another's is written anew from the checkpoint, and that is said", async (t) => {
  // A rate at which later epochs are worse.
  const settings: Settings = { ...short, lr: 0.5, epochs: 6 };
  const whole = join(temporaryFolder(t), "whole");
  const unbroken = await run(t, { ...settings, out: whole });
  assert.notEqual(unbroken.weightsHash, unbroken.modelHash);
  const model = readFileSync(join(whole, "model.safetensors"));
  for (const spoil of [
    (path: string) => rmSync(path),
    (path: string) => {
      const bytes = readFileSync(path);
      bytes[bytes.length - 5] ^= 1;
      writeFileSync(path, bytes);
    },
    (path: string) => writeFileSync(path, "another"),
    (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 100)),
  ]) {
    const out = await begun(t, settings);
    spoil(join(out, "model.safetensors"));
    const { result, notes } = await resume(out);
    assert.ok(
      notes.some((text) => /model\.safetensors did not hold the best weights of .*: written anew\./.test(text)),
    );
    assert.deepEqual(numbersOf(result), numbersOf(unbroken));
    assert.deepEqual(readFileSync(join(out, "model.safetensors")), model);
  }
  // Of a run that is finished, too; and where nothing is wrong nothing is said.
  rmSync(join(whole, "model.safetensors"));
  assert.equal((await resume(whole)).notes.length, 1);
  assert.deepEqual(readFileSync(join(whole, "model.safetensors")), model);
  assert.deepEqual((await resume(whole)).notes, []);
});

test("a run killed before its first checkpoint starts anew, whatever its metrics hold", async (t) => {
  const out = await begun(t, short);
  rmSync(join(out, "last.ckpt"));
  writeFileSync(join(out, "metrics.jsonl"), '{"kind":"step"');
  assert.deepEqual(numbersOf((await resume(out)).result), numbersOf(await run(t, short)));
  assert.ok(existsSync(join(out, "model.safetensors")));
});
