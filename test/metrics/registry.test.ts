/** What every metric of the registry must keep. Its numbers are compared with scikit-learn's where that defines it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Answers } from "../../src/metrics/answers.js";
import { findMetric, intervalText, isBetter, measure, metrics, valueText } from "../../src/metrics/index.js";
import { type Score, scoreDocument } from "../../src/metrics/score.js";

const docs = readFileSync(new URL("../../../docs/metrics.md", import.meta.url), "utf8");

/** Four samples of three classes, of which the last is nobody's; the third is taken for another. */
const answers = new Answers({
  classes: 3,
  labels: [0, 1, 1, 0],
  predicted: [0, 1, 0, 0],
  losses: [0.25, 0.5, 2, 0.25],
  logits: [2, 1, 0, 0, 3, 0, 2, 1, -1, 3, 0, 0],
});
const empty = new Answers({ classes: 3, labels: [], predicted: [], losses: [], logits: [] });

for (const metric of metrics) {
  test(`${metric.name}: a name, a title and a line for help; a number or null; nothing of nothing`, () => {
    assert.match(metric.name, /^[a-z][A-Za-z]*(\.[A-Za-z0-9]+)?$/);
    assert.match(metric.summary, /^\S.{5,80}\S$/);
    assert.equal(findMetric(metric.name), metric);
    assert.ok(docs.includes(`\`${metric.name}\``), "docs/metrics.md has it");
    const value = metric.of(answers);
    assert.ok(value === null || Number.isFinite(value));
    assert.equal(metric.unit === "count" ? 0 : null, metric.of(empty));
    assert.notEqual(valueText(metric, value), "");
    assert.equal(valueText(metric, null), "-");
    assert.equal(intervalText(metric, 0.5, 10) !== "", metric.proportion === true);
    const [worse, better] = metric.better === "higher" ? [0.1, 0.2] : [0.2, 0.1];
    assert.ok(isBetter(metric, better, worse) && !isBetter(metric, worse, better));
    assert.ok(!isBetter(metric, better, better), "equal is not better");
    assert.ok(isBetter(metric, worse, null) && !isBetter(metric, null, worse) && !isBetter(metric, null, null));
    assert.ok(!isBetter(metric, Number.NaN, worse) && isBetter(metric, worse, Number.NaN), "NaN never is");
  });
}

test("the values of a small example", () => {
  const values = measure(answers, metrics);
  assert.deepEqual([values["loss"], values["accuracy"], values["errors"]], [0.75, 0.75, 1]);
});

test("a score as a document: metrics beside their context, dotted names as objects", () => {
  const score: Score = {
    split: "test",
    epoch: null,
    weights: "best",
    averaged: false,
    augmented: false,
    samples: 4,
    values: { loss: 1, "topK.1": 0.5, "topK.5": null, "macro.f1": 0.25 },
  };
  assert.deepEqual(scoreDocument(score), {
    loss: 1,
    topK: { 1: 0.5, 5: null },
    macro: { f1: 0.25 },
    ...{ split: "test", epoch: null, weights: "best", averaged: false, augmented: false, samples: 4 },
  });
});
