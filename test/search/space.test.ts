/** Which trials a search file means: values, conditions, strategies, and what is refused with its place. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Stream } from "../../src/base/random.js";
import { findMetric } from "../../src/metrics/index.js";
import { meanOf, t95 } from "../../src/metrics/student.js";
import { planOf, readPlan } from "../../src/search/plan.js";
import { goOn } from "../../src/search/rank.js";
import { readSpace } from "../../src/search/space.js";
import { halving } from "../../src/search/strategies/halving.js";
import { drawValue } from "../../src/search/strategies/random.js";
import { temporaryFolder } from "../engine/runs.js";
import { refusal } from "../run/refuses.js";

const at = (path: readonly (string | number)[]): string => path.join(".");
const planned = (search: Record<string, unknown>) => planOf(search, at).trials.map(({ values }) => values);

test("a grid has every combination, and settings that do not apply are in none", () => {
  const space = { optimizer: ["sgd", "adam"], "optimizer.momentum": { values: [0, 0.9], when: { optimizer: "sgd" } } };
  assert.deepEqual(planned({ strategy: "grid", space }), [
    { optimizer: "sgd", "optimizer.momentum": 0 },
    { optimizer: "sgd", "optimizer.momentum": 0.9 },
    { optimizer: "adam" },
  ]);
  const trials = planOf({ strategy: "grid", space }, at).trials;
  assert.deepEqual((trials[1].config.optimizer as Record<string, unknown>)["momentum"], 0.9);
  const points = { lr: { log: [0.001, 0.1], points: 3 }, batchSize: { range: [10, 20], points: 2 } };
  assert.deepEqual(
    planned({ strategy: "grid", space: points }).map(({ lr, batchSize }) => [Number(lr), batchSize]),
    [0.001, 0.01, 0.1].flatMap((lr) => [10, 20].map((size) => [lr === 0.01 ? 0.001 * (0.1 / 0.001) ** 0.5 : lr, size])),
  );
});

test("random trial i depends on seed and i alone, whatever else the file has", () => {
  const space = { lr: { log: [1e-4, 0.1] }, batchSize: [32, 64, 128] };
  const seven = planned({ space, trials: 7 });
  assert.deepEqual(planned({ space, trials: 20 }).slice(0, 7), seven);
  assert.notDeepEqual(planned({ space, trials: 7, seed: 1 }), seven);
  assert.equal(new Set(planned({ space, trials: 20 }).map((values) => JSON.stringify(values))).size, 20);
  // Where there are no more, there are no more.
  assert.equal(planned({ space: { batchSize: [1, 2, 3] }, trials: 20 }).length, 3);
});

test("values stay inside their range to the last bit, both ends come, whole numbers stay whole", () => {
  const { axes } = readSpace(
    {
      lr: { log: [1e-3, 0.1] },
      labelSmoothing: { range: [0, 0.3] },
      batchSize: { log: [1, 4] },
      epochs: { range: [1, 3] },
    },
    {},
    at,
  );
  const stream = new Stream(0, "search").at(0);
  for (const axis of axes) {
    assert.ok(axis.domain.kind !== "values");
    const { low, high, whole } = axis.domain;
    const drawn = Array.from({ length: 2000 }, () => drawValue(axis, stream) as number);
    assert.ok(
      drawn.every((value) => value >= low && value <= high),
      axis.key,
    );
    assert.equal(whole, ["batchSize", "epochs"].includes(axis.key), axis.key);
    if (whole) assert.deepEqual([...new Set(drawn)].sort(), [1, 2, 3, 4].slice(0, high), axis.key);
  }
  const ends = (word: number) => drawValue(axes[0], { word: () => word } as unknown as Stream);
  assert.deepEqual([ends(0), ends(2 ** 32 - 1)], [1e-3, 0.1]);
});

test("what is wrong names file, line and column", async (t) => {
  const file = join(temporaryFolder(t), "s.yaml");
  const refused = (text: string, message: RegExp) => {
    writeFileSync(file, text);
    return assert.rejects(readPlan(file), refusal(2, message));
  };
  await refused(
    "space:\n  lr: {log: [0, 0.1]}\n",
    /s\.yaml:2:8 \(lr\): expected two numbers above 0, the lower first, got \[0,0\.1\]/,
  );
  await refused("space:\n  lr: {log: [1, 0.1]}\n", /s\.yaml:2:8 .*the lower first/);
  await refused("space:\n  batchsise: [1]\n", /s\.yaml:2:3 .*Did you mean batchSize/);
  await refused("space:\n  optimizer.momentun: [1]\n", /s\.yaml:2:3 .*Did you mean momentum/);
  await refused("space:\n  lr: [0.1]\n  batchSize: [64, 0]\n", /s\.yaml:3:19 \(batchSize\): expected .*got 0/);
  await refused("space:\n  lr: {values: [0.1], wen: {optimizer: sgd}}\n", /s\.yaml:2:23 .*Did you mean when/);
  await refused("base: {epocks: 2}\nspace: {lr: [1]}\n", /s\.yaml:1:8 .*Did you mean epochs/);
  await refused("strategy: halfing\nspace: {lr: [1]}\n", /s\.yaml:1:1: .*Did you mean halving/);
  await refused(
    "strategy: grid\nfactor: 3\nspace: {lr: [1]}\n",
    /s\.yaml:2:1: expected a key of a search, or an option of grid, got factor/,
  );
  await refused("strategy: grid\nspace: {lr: {range: [1, 2]}}\n", /space\.lr: expected a list of values, or points/);
  await refused("space: {threads: [1, 2]}\n", /s\.yaml:1:9 .*a setting of heddle train, got threads/);
  await refused("base: {validation: 0}\nspace: {lr: [1]}\n", /trial 1: expected a validation split/);
  await refused("base: {}\n", /expected space or variants, got neither/);
  await refused("variants: [{lr: 1}]\n", /s\.yaml:1:12: expected settings with a name/);
});

test("the listings of docs/search.md are searches", async (t) => {
  const page = readFileSync(new URL("../../../docs/search.md", import.meta.url), "utf8");
  const listings = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text);
  const file = join(temporaryFolder(t), "s.yaml");
  const counts: number[] = [];
  for (const text of listings) {
    writeFileSync(file, text);
    counts.push((await readPlan(file)).trials.length);
  }
  assert.deepEqual(counts, [20, 3]);
});

test("of variants each has its name and its own settings", () => {
  const variants = [{ name: "plain" }, { name: "fast", lr: 0.1, "optimizer.betas": [0.8, 0.9] }];
  const plan = planOf({ base: { lr: 0.01 }, variants }, at);
  assert.deepEqual(
    plan.trials.map(({ name, values, config }) => [name, values, config.lr]),
    [
      ["plain", {}, 0.01],
      ["fast", { lr: 0.1, "optimizer.betas": [0.8, 0.9] }, 0.1],
    ],
  );
});

test("halving compares whole rungs at 1, 3 and 9 epochs, and takes the winner from the last", () => {
  // Trial 9 leads the first rung; 2 and 4 are equal there.
  const scores = [
    [0.9, 0.5, 0.7, 0.5, 0.8, null, 0.6, 0.95, 0.4],
    [null, 0.4, null, 0.45, null, null, null, null, 0.41],
  ];
  const { at: rungs, factor } = halving.rungs!({ trials: 9, factor: 3, firstRung: 1 }, 9);
  assert.deepEqual(rungs, [1, 3, 9]);
  let left = scores[0].map((_, i) => i + 1);
  let [epochs, before] = [9 * rungs[0], rungs[0]];
  for (const [i, rung] of rungs.slice(1).entries()) {
    const scored = left.map((trial) => ({ trial, score: scores[i][trial - 1] }));
    left = goOn(scored, findMetric("loss"), factor).map(({ trial }) => trial);
    epochs += left.length * (rung - before);
    before = rung;
    if (i === 0) assert.deepEqual(left, [9, 2, 4]);
  }
  assert.deepEqual([left, epochs], [[2], 21]);
});

test("mean, deviation with n - 1 and Student's interval", () => {
  const { mean, deviation, interval } = meanOf([0.91, 0.92, 0.9, 0.93, 0.94]);
  const close = (a: number | undefined, b: number) => assert.ok(Math.abs(a! - b) < 1e-12, `${a} ${b}`);
  close(mean, 0.92);
  close(deviation!, 0.015811388300841875);
  close(interval![0], 0.9003675683852244);
  close(interval![1], 0.9396324316147755);
  // tan(0.475 pi) for one degree of freedom.
  close(meanOf([0.5, 0.7]).interval![0], 0.6 - 0.1 * Math.tan(0.475 * Math.PI));
  assert.deepEqual(meanOf([0.9]), { mean: 0.9, deviation: null, interval: null });
  // Tables of the t distribution.
  for (const [n, t] of [
    [1, 12.7062],
    [3, 3.1824],
    [4, 2.7764],
    [9, 2.2622],
    [30, 2.0423],
  ]) {
    assert.ok(Math.abs(t95(n) - t) < 5e-5, `${n}: ${t95(n)}`);
  }
});
