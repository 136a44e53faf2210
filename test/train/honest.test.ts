/** The experiment cannot lie: statistics, splits and preprocessing are those of the training samples, from run to resume. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { HeddleError } from "../../src/base/errors.js";
import { sealJson } from "../../src/base/sealed-json.js";
import type { LoadEvent } from "../../src/data/dataset.js";
import { evaluate } from "../../src/inference/evaluate.js";
import { losses } from "../../src/losses/index.js";
import type { Score, SplitName } from "../../src/metrics/score.js";
import { readModel } from "../../src/model/model-file.js";
import { readMetrics } from "../../src/run/metrics-file.js";
import { readCheckpoint, sectionsOf, writeCheckpoint } from "../../src/train/checkpoint.js";
import type { TrainEvent } from "../../src/train/events.js";
import { train } from "../../src/train/trainer.js";
import { saying } from "../data/fixtures.js";
import { configOf, isOfThreads, numbersOf, run, type Settings, temporaryFolder } from "../engine/runs.js";
import { formulaSplit } from "../golden/formula.js";

const shape = { height: 8, width: 8, channels: 1 };
const [rows, trainRows] = [1797, 1437];
const validationRows = 200;
const digits = formulaSplit(rows, shape, 16);

/** A data folder with a `digits` set of these pixels. */
function digitsFolder(t: TestContext, pixel: (value: number, row: number) => number = (value) => value): string {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "digits"));
  const lines = Array.from(digits.labels, (label, row) => {
    const image = digits.images.subarray(row * 64, row * 64 + 64);
    return [...Array.from(image, (value) => pixel(value, row)), label].join();
  });
  writeFileSync(join(folder, "digits", "digits.csv"), `${lines.join("\n")}\n`);
  return folder;
}

const short: Settings = { dataset: "digits", epochs: 2, threads: 2, validation: validationRows };
const json = (...path: string[]): Record<string, unknown> =>
  JSON.parse(readFileSync(join(...path), "utf8")) as Record<string, unknown>;
const measure = (path: string, dataDir: string, split: SplitName, more: { standardize?: string } = {}) =>
  evaluate({ path, dataDir, split, threads: 1, backend: configOf({}).backend, ...more });

/** Trains until the first epoch's end and stops there. */
async function begin(settings: Settings): Promise<void> {
  const controller = new AbortController();
  const onEvent = ({ kind }: TrainEvent): void => {
    if (kind === "epoch") controller.abort();
  };
  const outcome = await train({ config: configOf(settings), sources: {}, onEvent, signal: controller.signal });
  assert.equal(outcome.status, "stopped");
}
const resume = (out: string, dataDir: string) =>
  train({ config: configOf({ dataDir, threads: 1 }), sources: {}, resume: out });

for (const standardize of ["dataset", "dataset-scalar"]) {
  test(`--standardize ${standardize}: other validation and test images, the same statistics and weights`, async (t) => {
    const settings: Settings = { ...short, standardize, validationSplit: "sequential", lr: 0.01 };
    const firstHeld = trainRows - validationRows;
    const dark = (value: number, row: number) => (row >= firstHeld ? value >> 2 : value);
    const runs = [digitsFolder(t), digitsFolder(t, dark)].map((dataDir) => ({ dataDir, out: join(dataDir, "run") }));
    const results = [];
    for (const { dataDir, out } of runs) results.push(await run(t, { ...settings, dataDir, out }));
    const [plain, moved] = results;
    assert.equal(moved.weightsHash, plain.weightsHash);
    const [ours, theirs] = runs.map(({ out }) => readModel(join(out, "model.safetensors")).model.preprocessing);
    assert.deepEqual(theirs, ours);
    assert.notEqual(moved.validation!.values, plain.validation!.values);
    assert.notEqual(moved.test!.values, plain.test!.values);
  });
}

test("the run keeps its split: indices, a hash that run.json names, and what evaluate measures", async (t) => {
  const dataDir = digitsFolder(t);
  const out = join(dataDir, "run");
  const groupBy = join(dataDir, "writers");
  writeFileSync(groupBy, Array.from({ length: trainRows }, (_, row) => `writer ${row % 97}\n`).join(""));
  const result = await run(t, { ...short, dataDir, out, groupBy });
  const split = json(out, "split.json") as { hash: string; train: number[]; validation: number[] };
  assert.equal(json(out, "run.json").splitHash, split.hash);
  assert.equal(readModel(join(out, "model.safetensors")).model.provenance.splitHash, split.hash);
  assert.deepEqual(
    [...split.train, ...split.validation].sort((a, b) => a - b),
    Array.from({ length: trainRows }, (_, row) => row),
  );
  const writers = new Set(split.validation.map((row) => row % 97));
  assert.ok(split.validation.length > 0 && split.train.every((row) => !writers.has(row % 97)));

  const { score } = await measure(out, dataDir, "validation");
  const { loss, accuracy } = score.values;
  assert.deepEqual([{ loss, accuracy }, score.samples], [result.validation?.values, result.validation?.samples]);
  writeFileSync(groupBy, Array.from({ length: trainRows }, (_, row) => `writer ${row % 96}\n`).join(""));
  await assert.rejects(measure(out, dataDir, "validation"), saying(3, "--split validation", split.hash));
});

test("a resume verifies the split", async (t) => {
  const dataDir = digitsFolder(t);
  const settings: Settings = { ...short, dataDir };
  const [out, whole] = [join(dataDir, "run"), join(dataDir, "whole")];
  const unbroken = await run(t, { ...settings, out: whole });
  await begin({ ...settings, out });
  const file = join(out, "split.json");
  const text = readFileSync(file, "utf8");

  const refuses = async (written: string | Uint8Array, ...parts: string[]): Promise<void> => {
    writeFileSync(file, written);
    await assert.rejects(resume(out, dataDir), saying(3, "split.json", ...parts));
  };
  // Sealing puts a checksum of its own where one is.
  const split = JSON.parse(text) as { hash: string; train: number[]; validation: number[] };
  const [moved, ...rest] = split.validation;
  const other = { ...split, train: [...split.train, moved], validation: rest };
  await refuses(JSON.stringify(other), "checksum");
  await refuses(text.replace(`${moved}`, `${moved + 1}`), "damaged, or was changed");
  await refuses(sealJson(other), split.hash, "samples of");
  await refuses(sealJson({ ...split, hash: `${split.hash.slice(0, -1)}x` }), "as in");
  await refuses(sealJson({ ...split, train: null }), "split.json, train");
  await refuses("{", "checksum");
  rmSync(file);
  await assert.rejects(resume(out, dataDir), saying(3, "split.json", "no such file"));

  writeFileSync(file, text);
  const outcome = await resume(out, dataDir);
  assert.equal(outcome.status, "done");
  assert.deepEqual(numbersOf(outcome.result), numbersOf(unbroken));
  const model = (folder: string) => readFileSync(join(folder, "model.safetensors"));
  assert.deepEqual(model(out), model(whole));
});

test("other groups than the run was started with are refused, before and after its first checkpoint", async (t) => {
  const dataDir = digitsFolder(t);
  const out = join(dataDir, "run");
  const groupBy = join(dataDir, "groups");
  const write = (size: number) =>
    writeFileSync(groupBy, Array.from({ length: trainRows }, (_, row) => `${Math.floor(row / size)}\n`).join(""));
  write(3);
  await begin({ ...short, dataDir, out, groupBy });
  write(4);
  await assert.rejects(resume(out, dataDir), saying(3, "split.json", "--group-by"));
  rmSync(join(out, "last.ckpt"));
  await assert.rejects(resume(out, dataDir), saying(3, "split.json", "--group-by"));
  write(3);
  assert.equal((await resume(out, dataDir)).status, "done");
});

test("--init brings its preprocessing, and no other beside it; a resume keeps it without the file", async (t) => {
  const dataDir = digitsFolder(t);
  const first = join(dataDir, "first");
  await run(t, { ...short, dataDir, out: first, standardize: "dataset" });
  const init = join(first, "model.safetensors");
  const { preprocessing } = readModel(init).model;

  const out = join(dataDir, "second");
  // A subset has other statistics of its own.
  const settings: Settings = { ...short, dataDir, init, subset: 700, out };
  await begin(settings);
  rmSync(first, { recursive: true });
  await resume(out, dataDir);
  const { model } = readModel(join(out, "model.safetensors"));
  assert.deepEqual(model.preprocessing, preprocessing);
  assert.equal((json(out, "run.json").config as Settings).standardize, "dataset");

  const again = join(out, "model.safetensors");
  const given = (standardize: string, as: "flag" | "default") =>
    train({
      config: configOf({ ...settings, init: again, out: join(dataDir, `${standardize}-${as}`), standardize }),
      sources: { standardize: as },
    });
  await assert.rejects(given("unit", "flag"), saying(2, "--standardize", "expected dataset", "part of a model"));
  assert.equal((await given("dataset", "flag")).status, "done");
  assert.equal((await given("unit", "default")).status, "done");
});

test("evaluate takes preprocessing from the model and refuses another", async (t) => {
  const dataDir = digitsFolder(t);
  const out = join(dataDir, "run");
  const result = await run(t, { ...short, dataDir, out, standardize: "symmetric" });
  assert.equal(
    (await measure(out, dataDir, "test", { standardize: "symmetric" })).score.values["loss"],
    result.test!.values["loss"],
  );
  const refused = measure(out, dataDir, "test", { standardize: "unit" });
  await assert.rejects(refused, saying(2, "--standardize", "expected symmetric", "part of the model"));
});

test("a model asked about another set than its own says so in one line", async (t) => {
  const dataDir = digitsFolder(t);
  const out = join(dataDir, "run");
  await run(t, { ...short, dataDir, out });
  const notes: string[] = [];
  const common = { path: out, dataDir, split: "test", threads: 1, backend: configOf({}).backend } as const;
  const onEvent = (event: LoadEvent): void => {
    if (event.kind === "note" && !isOfThreads(event.text)) notes.push(event.text);
  };
  await evaluate({ ...common, onEvent });
  assert.deepEqual(notes, []);
  await evaluate({ ...common, dataset: "synthetic-digits", onEvent });
  assert.equal(notes.length, 1);
  assert.match(notes[0], /Trained on digits, asked about synthetic-digits.*unit/);
});

test("wrong targets, smoothed targets and class weights: the same bytes on any number of ranks", async (t) => {
  // Chunks of 1,024 samples, and a last minibatch of 1,300.
  const settings: Settings = {
    ...{ epochs: 2, batchSize: 1600, validation: 500, lr: 0.01 },
    ...{ targetNoise: 0.2, labelSmoothing: 0.1, classWeights: "balanced" },
  };
  const results = [];
  for (const threads of [1, 2, 7]) results.push(numbersOf(await run(t, { ...settings, threads })));
  assert.deepEqual(results[1], results[0]);
  assert.deepEqual(results[2], results[0]);
  for (const off of [{ targetNoise: 0 }, { labelSmoothing: 0 }, { classWeights: "none" }] as const) {
    assert.notDeepEqual(numbersOf(await run(t, { ...settings, ...off, threads: 2 })), results[0]);
  }
});

test("target noise is for training alone: all other scores are on the true labels, and the run says how many changed", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const notes: string[] = [];
  const onEvent = (event: TrainEvent): void => {
    if (event.kind === "note" && !isOfThreads(event.text)) notes.push(event.text);
  };
  const settings: Settings = { epochs: 4, validation: 500, lr: 0.01, threads: 2, targetNoise: 0.4, out };
  const { train: seen, validation, test: tested } = await run(t, settings, { onEvent });
  const changed = json(out, "run.json").changedTargets as number;
  assert.ok(Math.abs(changed - 1800) < 150, `${changed} of 4,500`);
  assert.deepEqual(notes, [`${changed} of 4500 training labels were made another class.`]);
  assert.equal(readModel(join(out, "model.safetensors")).model.provenance.targetNoise, 0.4);
  // Wrong labels cannot be guessed, right ones still are.
  const accuracyOf = ({ values }: Score): number => values["accuracy"] ?? 0;
  assert.ok(accuracyOf(seen) < 0.65 && accuracyOf(validation!) > 0.75 && accuracyOf(tested!) > 0.75);
  const { score } = await evaluate({ path: out, split: "train", threads: 1, backend: configOf({}).backend });
  assert.ok(accuracyOf(score) > 0.75, `${accuracyOf(score)} on the true training labels`);
});

test("an epoch's seconds count from its beginning, also where a resume went on with it", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const controller = new AbortController();
  const onEvent = ({ kind }: TrainEvent): void => {
    if (kind === "start") controller.abort();
  };
  const settings = configOf({ epochs: 1, threads: 2, out });
  const outcome = await train({ config: settings, sources: {}, onEvent, signal: controller.signal });
  assert.equal(outcome.status, "stopped");
  const checkpoint = join(out, "last.ckpt");
  const { weights, optimizerState, averages, bestWeights, ...header } = readCheckpoint(checkpoint);
  const progress = { ...header.progress, epochSeconds: 1000 };
  writeCheckpoint(checkpoint, { ...header, progress }, sectionsOf({ weights, optimizerState, averages, bestWeights }));
  await train({ config: configOf({ threads: 2 }), sources: {}, resume: out });
  const [line] = readMetrics(join(out, "metrics.jsonl")).lines;
  assert.ok(Number(line["seconds"]) > 1000);
});

test("a resume takes class weights from the run: their file may be gone", async (t) => {
  const folder = temporaryFolder(t);
  const [out, classWeights] = [join(folder, "run"), join(folder, "weights")];
  writeFileSync(classWeights, Array.from({ length: 10 }, (_, label) => `${1 + label}\n`).join(""));
  const settings: Settings = { epochs: 2, threads: 2, lr: 0.01, classWeights };
  const unbroken = await run(t, settings);
  assert.notEqual((await run(t, { ...settings, classWeights: "none" })).weightsHash, unbroken.weightsHash);
  await begin({ ...settings, out });
  rmSync(classWeights);
  const outcome = await train({ config: configOf({ threads: 1 }), sources: {}, resume: out });
  assert.ok(outcome.status === "done");
  assert.deepEqual(numbersOf(outcome.result), numbersOf(unbroken));
});

test("a file of weights that does not fit the classes ends before anything is written", async (t) => {
  const folder = temporaryFolder(t);
  const [out, classWeights] = [join(folder, "run"), join(folder, "weights")];
  writeFileSync(classWeights, "1\n2\n");
  const failed = run(t, { out, classWeights });
  await assert.rejects(failed, (error) => error instanceof HeddleError && saying(3, "10 lines", "got 2")(error));
  assert.throws(() => readFileSync(join(out, "run.json")));
});

test("a model trained with --exact-conv is evaluated and predicted so, as its file says", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const model = "conv 16x3 same >> relu >> conv 16x3 same >> relu >> pool 2 >> fc";
  const small = { model, subset: 300, epochs: 1, threads: 1, out } as const;
  for (const exactConv of [true, false]) {
    const path = `${out}-${exactConv}`;
    const result = await run(t, { ...small, exactConv, out: path });
    const { provenance } = readModel(join(path, "model.safetensors")).model;
    assert.equal(provenance.exactConv, exactConv || undefined);
    const { score } = await evaluate({ path, split: "test", threads: 1, backend: configOf({}).backend });
    assert.equal(score.values["loss"], result.test!.values["loss"]);
  }
});

test("a model is evaluated with the loss it was trained with, options and all", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const sentences = losses.flatMap(({ name, examples = [name] }) => examples);
  for (const [i, loss] of sentences.entries()) {
    const path = `${out}-${i}`;
    const result = await run(t, { model: "fc", subset: 300, epochs: 1, threads: 1, loss, out: path });
    const { score } = await evaluate({ path, split: "test", threads: 1, backend: configOf({}).backend });
    assert.equal(score.values["loss"], result.test!.values["loss"], loss);
  }
});
