/** Learning curves: which epoch is the best, and what each line holds. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { historyOf } from "../../src/evidence/history.js";
import { findMetric } from "../../src/metrics/index.js";
import { gatherLive } from "../../src/report/report.js";
import { bestEpoch } from "../../src/report/sections/curves.js";
import { run, temporaryFolder } from "../engine/runs.js";

test("the best epoch is the first of equals by its metric's direction; what is no number is never it", () => {
  const cases: readonly (readonly ["loss" | "accuracy", readonly (number | null)[], number | null])[] = [
    ["loss", [null, 0.5, 0.4, 0.4, 0.6], 3],
    ["accuracy", [0.9, null, 0.91, 0.91], 3],
    ["loss", [null, null], null],
    ["loss", [null, 3], 2],
    ["loss", [0.5], 1],
    ["accuracy", [0.7, 0.7, 0.7], 1],
  ];
  for (const [name, values, best] of cases) {
    const epochs = values.map((value, i) => ({ epoch: i + 1, validation: { [name]: value } }));
    assert.equal(bestEpoch(epochs, findMetric(name)), best, `${name} ${values.join()}`);
  }
});

test("each line says what it holds: training its dropout and changes, minibatches what is minimized", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const model = "fc 12 >> relu >> drop 0.2 >> fc 10";
  await run(t, { threads: 1, subset: 200, epochs: 1, model, labelSmoothing: 0.2, augment: "shift 1", out });
  const { parts } = await gatherLive(out);
  const [[, told]] = [...parts].filter(([{ id }]) => id === "curves");
  assert.ok("content" in told);
  const { text } = told.content;
  for (const said of [
    "minibatches, with label smoothing 0.2",
    "train, with dropout, augmented images",
    "Training holds dropout, augmented images, which makes it higher; validation does not.",
    "Minibatches are shown as they are minimized, with label smoothing 0.2; the other lines are the plain loss.",
  ]) {
    assert.ok(text.includes(said), said);
  }
  assert.match(text, /<path class="pale-2" d="M[^"]*L/, "what was smoothed is drawn as it was, paler");
});

test("an epoch's minibatches lie before its end; the mark of the best epoch stands where its point does", async (t) => {
  const score = { samples: 9, loss: 1, accuracy: 0.5 };
  const lines = [1, 2].map((epoch) => ({
    ...{ kind: "epoch", epoch, train: score, validation: score, lr: 0.1, seconds: 1 },
    batchLoss: [3, null, 1],
  }));
  const { batches } = historyOf(lines, 9);
  assert.deepEqual(
    batches.map(({ at, loss }) => [Math.round(at * 6), loss]),
    [1, 3, 5, 7, 9, 11].map((at, i) => [at, [3, null, 1][i % 3]]),
  );
  const out = join(temporaryFolder(t), "run");
  const { bestEpoch } = await run(t, { threads: 1, subset: 400, epochs: 5, lr: 1.5, select: "macro.f1", out });
  assert.notEqual(bestEpoch, 5, "the rate is so high that the last epoch is not the best");
  const { parts } = await gatherLive(out);
  const [[, told]] = [...parts].filter(([{ id }]) => id === "curves");
  assert.ok("content" in told);
  const { text } = told.content;
  assert.ok(text.includes(`>best epoch ${bestEpoch}</text>`));
  const [, at] = /<path class="mark" d="M([\d.]+),/.exec(text)!;
  const [first] = text.split("</svg>");
  const [, inLegend, ...marks] = [...first.matchAll(/<circle class="dot-0" cx="([\d.]+)"/g)].map(([, x]) => x);
  assert.equal([inLegend, ...marks][bestEpoch - 1], at);
  assert.match(
    text,
    new RegExp(
      `<desc [^>]*>train loss goes from [\\d.]+ in epoch 1 to [\\d.]+ in epoch 5, [\\d.]+ in the best epoch ${bestEpoch}; validation`,
    ),
    "for whoever cannot see it",
  );
});
