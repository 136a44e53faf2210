/** The best and the last weights of a run, and a run that has only the last. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { weightsHash } from "../../src/base/hash.js";
import type { LoadEvent } from "../../src/data/dataset.js";
import { evaluate } from "../../src/inference/evaluate.js";
import { openNamedModel } from "../../src/inference/open-model.js";
import { openPredictor } from "../../src/inference/predictor.js";
import type { TrainEvent, TrainResult } from "../../src/train/events.js";
import { train } from "../../src/train/trainer.js";
import { heddle } from "../cli/heddle.js";
import { configOf, run } from "../engine/runs.js";
import { refusal } from "../run/refuses.js";

const cwd = mkdtempSync(join(tmpdir(), "heddle-weights-"));
after(() => rmSync(cwd, { recursive: true }));
const [whole, stopped] = [join(cwd, "whole"), join(cwd, "stopped")];
let result: TrainResult;

before(async (t) => {
  // A rate at which later epochs are worse.
  const settings = { subset: 500, epochs: 6, lr: 0.5, threads: 2 } as const;
  result = await run(t as never, { ...settings, out: whole });
  assert.notEqual(result.weightsHash, result.modelHash);
  const onEvent = ({ kind }: TrainEvent): void => {
    if (kind === "start") controller.abort();
  };
  const controller = new AbortController();
  await train({ config: configOf({ ...settings, out: stopped }), signal: controller.signal, onEvent });
});

const measure = (path: string, weights?: "best" | "last", onEvent?: (event: LoadEvent) => void) =>
  evaluate({
    ...{ path, split: "test", threads: 1, backend: configOf({}).backend, weights },
    ...(onEvent && { onEvent }),
  } as const);

test("the last weights are those whose hash the run printed, the best those of the model file", async () => {
  const [best, last] = (["best", "last"] as const).map((weights) => openNamedModel(whole, weights));
  assert.equal(weightsHash(best.tensors.map(({ data }) => data)), result.modelHash);
  assert.equal(weightsHash(last.tensors.map(({ data }) => data)), result.weightsHash);
  assert.deepEqual(last.model, best.model);
  assert.deepEqual(
    last.tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    best.tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
  );
  const scores = [await measure(whole), await measure(whole, "best"), await measure(whole, "last")];
  assert.deepEqual(scores[1], scores[0]);
  assert.deepEqual(scores[0].score.values["loss"], result.test!.values["loss"]);
  assert.deepEqual(
    scores.map(({ score }) => score.weights),
    ["best", "best", "last"],
  );
  assert.notEqual(scores[2].score.values["loss"], scores[0].score.values["loss"]);
});

test("a predictor of the last weights answers with them", () => {
  const image = new Uint8Array(64).fill(7);
  const answers = ([undefined, "best", "last"] as const).map((weights) => {
    const predictor = openPredictor(whole, { weights });
    const probabilities = Array.from(predictor.predict(image));
    predictor.close();
    return probabilities;
  });
  assert.deepEqual(answers[1], answers[0]);
  assert.notDeepEqual(answers[2], answers[0]);
});

test("a run that was stopped in its first epoch is evaluated by its last weights, and that is said", async () => {
  const notes: string[] = [];
  const { score } = await measure(stopped, undefined, (event) => {
    if (event.kind === "note") notes.push(event.text);
  });
  assert.deepEqual([score.weights, score.samples], ["last", 1000]);
  assert.deepEqual(notes, [`No epoch of ${stopped} has ended: these are its last weights.`]);
  assert.deepEqual(openPredictor(stopped).notes, notes);
  await assert.rejects(measure(stopped, "best"), refusal(3, /a run folder with a model\.safetensors, got a folder/));
});

test("evaluate and predict take --weights; evaluate --json says which, and of how many samples", async () => {
  const evaluated = await heddle(["evaluate", "whole", "--weights", "last", "--json"], { cwd });
  const document = JSON.parse(evaluated.stdout) as { weights: string; samples: number; loss: number };
  assert.deepEqual([document.weights, document.samples], ["last", 1000]);
  const text = await heddle(["evaluate", "whole", "--weights", "last"], { cwd });
  assert.match(text.stdout, /^digits-mlp on synthetic-digits \(test, 1,000 samples, last weights(?:, epoch \d+)?\)$/m);
  const predicted = await heddle(["predict", "stopped", "--index", "0"], { cwd });
  assert.equal(predicted.code, 0, predicted.stderr);
  assert.match(predicted.stderr, /^No epoch of stopped has ended: these are its last weights\.$/m);
  for (const [args, code, says] of [
    [["evaluate", "whole", "--weights", "first"], 2, /--weights: expected best or last, got "first"/],
    [["evaluate", join("whole", "model.safetensors"), "--weights", "last"], 2, /--weights last: expected a run folder/],
    [["predict", "whole", "--weights", "last", "--index", "0"], 0, /^$/],
  ] as const) {
    const outcome = await heddle(args, { cwd });
    assert.equal(outcome.code, code, outcome.stderr);
    assert.match(outcome.stderr, says);
  }
});
