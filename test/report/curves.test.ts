/** Learning curves: which epoch is the best, and what each line holds. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
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
});
