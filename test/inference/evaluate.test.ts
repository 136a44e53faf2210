/** What an evaluation says its numbers are of, and that they are those of the training. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { evaluate } from "../../src/inference/evaluate.js";
import { evaluationDocument } from "../../src/inference/evaluation-document.js";
import { entryOf } from "../../src/metrics/score.js";
import { gatherReport, reportText } from "../../src/report/report.js";
import { readMetrics } from "../../src/run/metrics-file.js";
import { RunFolder } from "../../src/run/run-folder.js";
import { npz } from "../data/numpy-maker.js";
import { run, temporaryFolder } from "../engine/runs.js";

test("the best weights say their epoch, whose validation scores stand in metrics.jsonl; the last theirs", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const result = await run(t, { subset: 400, epochs: 5, lr: 1.5, select: "macro.f1", threads: 1, out });
  const of = { path: out, threads: 1, backend: result.backend } as const;
  const best = evaluationDocument(await evaluate({ ...of, split: "validation" }));
  assert.notEqual(result.bestEpoch, 5, "the rate is so high that the last epoch is not the best");
  assert.deepEqual([best.epoch, best.weights, best.split], [result.bestEpoch, "best", "validation"]);
  const lines = readMetrics(new RunFolder(out).metrics.path).lines.filter(({ kind }) => kind === "epoch");
  for (const name of ["loss", "accuracy", "macro.f1"]) {
    const written = entryOf(lines[result.bestEpoch - 1]["validation"] as Record<string, unknown>, name);
    assert.equal(entryOf(best, name), written, name);
  }
  const last = evaluationDocument(await evaluate({ ...of, split: "validation", weights: "last" }));
  assert.deepEqual([last.epoch, last.weights], [5, "last"]);
  assert.equal(entryOf(last, "loss"), entryOf(lines[4]["validation"] as Record<string, unknown>, "loss"));

  // While a run goes on there is a checkpoint and no result.
  rmSync(new RunFolder(out).resultFile);
  assert.equal((await evaluate({ ...of, split: "validation" })).score.epoch, result.bestEpoch);
});

test("a document's parts agree: rows with classes, errors with the matrix, the same bytes at any thread count", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const { backend } = await run(t, { subset: 300, epochs: 1, threads: 1, out });
  const [one, three] = await Promise.all(
    [1, 3].map(async (threads) => evaluationDocument(await evaluate({ path: out, threads, backend, split: "test" }))),
  );
  assert.deepEqual(one, three);
  const { confusion, confusionByRow, perClass, samples, auc } = one;
  const wrong = confusion.flatMap((row, t) => row.filter((_, p) => p !== t)).reduce((sum, n) => sum + n, 0);
  assert.equal(wrong, entryOf(one, "errors"));
  for (const [c, row] of confusion.entries()) {
    const total = row.reduce((sum, n) => sum + n, 0);
    assert.equal(perClass[c].class, c);
    assert.equal(perClass[c].support, total);
    assert.equal(entryOf(perClass[c], "recall"), row[c] / total);
    assert.ok(Math.abs(confusionByRow[c].reduce<number>((sum, share) => sum + share!, 0) - 1) < 1e-12);
  }
  assert.deepEqual(
    auc.perClass,
    perClass.map((of) => entryOf(of, "auc")),
  );
  assert.equal(entryOf(one, "topK.1"), (samples - wrong) / samples);
});

test("a split of one class: what it cannot define is null, on the page a dash with the reason; names keep their order", async (t) => {
  const folder = temporaryFolder(t);
  const part = (labels: readonly number[]) => [
    { shape: [labels.length, 4, 4], bytes: Uint8Array.from({ length: 16 * labels.length }, (_, i) => (i * 37) % 256) },
    { shape: [labels.length], bytes: Uint8Array.from(labels) },
  ];
  const [x, y] = part(Array.from({ length: 60 }, (_, i) => i % 3));
  const [tested, all] = part(new Array<number>(12).fill(1));
  const names = { descr: "<U2", shape: [3], bytes: new Uint8Array(Uint32Array.from([49, 48, 50, 0, 49, 0]).buffer) };
  const file = join(folder, "one.npz");
  writeFileSync(file, npz({ x_train: x, y_train: y, x_test: tested, y_test: all, class_names: names }));
  const out = join(folder, "run");
  const { backend } = await run(t, { dataset: `npz:${file}`, model: "mlp:3", epochs: 1, threads: 1, out });
  const { classNames, confusion, confusionByRow, confusionAxes, perClass, auc, topK, ...found } = evaluationDocument(
    await evaluate({ path: out, threads: 1, backend, split: "test" }),
  ) as ReturnType<typeof evaluationDocument> & Record<"topK", unknown>;
  assert.deepEqual(classNames, ["10", "2", "1"]);
  assert.deepEqual(confusionAxes, ["true", "predicted"]);
  assert.deepEqual(
    confusion.map((row) => row.reduce((sum, count) => sum + count, 0)),
    [0, 12, 0],
  );
  assert.deepEqual([confusionByRow[0], confusionByRow[2]], new Array(2).fill([null, null, null]));
  assert.deepEqual(
    perClass.map((of) => [entryOf(of, "recall") === null, entryOf(of, "auc")]),
    [
      [true, null],
      [false, null],
      [true, null],
    ],
  );
  assert.deepEqual(auc, { macro: null, perClass: [null, null, null] });
  assert.equal((topK as Record<string, unknown>)["5"], null);
  assert.doesNotMatch(JSON.stringify(found), /NaN|Infinity/);
  const page = reportText(await gatherReport(out, { threads: 1 }));
  assert.match(page, /<span title="not defined here">–<\/span>/);
  assert.match(page, /A dash: not defined on these samples\. .* need samples of two classes/);
});
