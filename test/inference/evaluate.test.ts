/** What an evaluation says its numbers are of, and that they are those of the training. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { evaluate } from "../../src/inference/evaluate.js";
import { evaluationDocument } from "../../src/inference/evaluation-document.js";
import { entryOf } from "../../src/metrics/score.js";
import { readMetrics } from "../../src/run/metrics-file.js";
import { RunFolder } from "../../src/run/run-folder.js";
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
