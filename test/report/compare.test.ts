/** Runs side by side, and their curves in characters. */
import assert from "node:assert/strict";
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { percent } from "../../src/base/text.js";
import { evaluate, examineRun, plotRun } from "../../src/index.js";
import { mcnemar } from "../../src/metrics/mcnemar.js";
import { characterPlot, sparkline } from "../../src/report/character-plot.js";
import { compareRuns } from "../../src/report/compare.js";
import { comparisonPage } from "../../src/report/compare-page.js";
import { divergenceWords, pairWords } from "../../src/report/compare-words.js";
import { writeReportOfAll } from "../../src/report/of-all.js";
import { gatherLive, reportText } from "../../src/report/report.js";
import { train } from "../../src/train/trainer.js";
import { configOf, type Settings } from "../engine/runs.js";
import { refusal } from "../run/refuses.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-compare-"));
const small: Settings = { subset: 300, epochs: 3, threads: 1, lr: 0.01 };
const runOf = (name: string): string => join(folder, name);
const make = (name: string, settings: Settings) =>
  train({ config: configOf({ ...small, ...settings, out: runOf(name) }) });

before(async () => {
  await make("a", {});
  await make("b", { seed: 1, validation: 0.2 });
  await make("c", { threads: 2, logSteps: true });
  await make("d", { lr: 0.02, logSteps: true });
});
after(() => rmSync(folder, { recursive: true }));

test("McNemar's test is exact and two-sided", () => {
  assert.deepEqual([mcnemar(0, 0), mcnemar(3, 3), mcnemar(0, 5), mcnemar(0, 6)], [1, 1, 0.0625, 0.03125]);
  assert.ok(Math.abs(mcnemar(10, 25) - 0.01667384780012071) < 1e-14);
  assert.equal(mcnemar(10, 25), mcnemar(25, 10));
  // 2^-5,000 is no double; by the normal tail p is about 5.7e-7 here.
  assert.ok(Math.abs(Math.log10(mcnemar(2323, 2677)) - Math.log10(5.9e-7)) < 0.05, `${mcnemar(2323, 2677)}`);
});

test("runs that share the test split are paired on it, whatever their settings", async () => {
  const { pairs, differences, runs, divergence } = await compareRuns([runOf("a"), runOf("b"), runOf("c"), runOf("d")]);
  const accuracy = (i: number) => (runs[i].test as unknown as { accuracy: number }).accuracy;
  const [ab] = pairs;
  assert.equal(ab.samples, runs[0].test?.samples);
  assert.ok(Math.abs((ab.onlyA! - ab.onlyB!) / ab.samples - (accuracy(0) - accuracy(1))) < 1e-12);
  assert.equal(ab.p, mcnemar(ab.onlyA!, ab.onlyB!));
  assert.equal(
    (await evaluate({ path: runOf("a"), threads: 1, backend: "auto" })).score.values["accuracy"],
    accuracy(0),
  );
  // The same run at another number of threads: nothing differs in what it gives.
  const ac = pairs.find(({ a, b }) => a === 0 && b === 2)!;
  assert.deepEqual([ac.onlyA, ac.onlyB, ac.p], [0, 0, 1]);
  const partOf = (a: number, b: number) => divergence.find((each) => each.a === a && each.b === b)!;
  assert.deepEqual(partOf(0, 2), { a: 0, b: 2, epoch: null, step: null, compared: 3 });
  assert.deepEqual([partOf(0, 1).epoch, partOf(0, 1).step], [1, null]);
  // Both logged their steps: the first update is made at another rate, so the second loss differs.
  assert.deepEqual([partOf(2, 3).epoch, partOf(2, 3).step], [1, 2]);
  assert.match(divergenceWords(partOf(2, 3)), /^C and D: other numbers from epoch 1, step 2 on\.$/);
  const keys = differences.map(({ key }) => key);
  assert.deepEqual(
    keys.filter((key) => ["seed", "lr", "threads", "validation", "logSteps", "out"].includes(key)).sort(),
    ["logSteps", "lr", "seed", "threads", "validation"],
  );
});

test("runs that differ in --subset alone are paired", async () => {
  await make("f", { subset: 200 });
  const { pairs, runs, differences } = await compareRuns([runOf("a"), runOf("f")]);
  assert.deepEqual(
    differences.map(({ key }) => key),
    ["subset"],
  );
  assert.equal(pairs[0].samples, runs[0].test?.samples);
  assert.ok(pairs[0].p !== null);
});

test("runs of other data have no p but the hashes that differ", async () => {
  await make("e", { dataset: "synthetic-digits-28", model: "mlp:5", epochs: 1 });
  const { pairs } = await compareRuns([runOf("a"), runOf("e")]);
  assert.equal(pairs[0].p, null);
  assert.match(pairWords(pairs[0]), /not tested\. They are of other data: data hash blake3:\w+ and blake3:\w+\.$/);
});

test("a run without a model is compared as far as it goes, and the page holds what stands in names", async () => {
  const half = runOf("half <b> & co");
  cpSync(runOf("a"), half, { recursive: true });
  rmSync(join(half, "model.safetensors"));
  rmSync(join(half, "last.ckpt"));
  rmSync(join(half, "result.json"));
  const comparison = await compareRuns([runOf("a"), half]);
  assert.equal(comparison.pairs[0].p, null);
  const page = comparisonPage(comparison);
  assert.ok(page.includes("half &lt;b&gt; &amp; co"));
  assert.doesNotMatch(page, /half <b>/);
  assert.doesNotMatch(
    page.replace(/<(script|style)[^>]*>.*?<\/\1>/gs, ""),
    /="[^"]*\b(?:NaN|Infinity|undefined|null)\b/,
  );
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test("one page of all runs holds the comparison and each run's own parts, its ids apart", async () => {
  const path = join(folder, "all.html");
  assert.deepEqual(await writeReportOfAll([runOf("a"), runOf("b")], path, { threads: 1 }), []);
  const page = readFileSync(path, "utf8");
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ["scores", "run1-headline", "run1-confusion", "run2-confusion-matrix", "run2-classes"]) {
    assert.ok(ids.includes(id), id);
  }
  for (const [, list] of page.matchAll(/aria-labelledby="([^"]+)"/g)) {
    for (const id of list.split(" ")) assert.ok(ids.includes(id), `${id} is nowhere`);
  }
  const { score } = await evaluate({ path: runOf("b"), threads: 1, backend: "auto" });
  assert.ok(page.includes(percent(score.values["accuracy"]!)));
});

test("a last line of the metrics written by half is left out and said, at each of its bytes", async () => {
  const torn = runOf("torn");
  cpSync(runOf("a"), torn, { recursive: true });
  const path = join(torn, "metrics.jsonl");
  const text = readFileSync(path);
  const start = text.subarray(0, -1).lastIndexOf(10) + 1;
  for (let length = start + 1; length < text.length; length += 7) {
    writeFileSync(path, text.subarray(0, length));
    const { lines, notes } = await plotRun(torn, { columns: 80, unicode: true });
    assert.match(lines[0], /2 of 3 epochs/);
    assert.deepEqual(notes, ["Line 4 of metrics.jsonl was written by half and is left out."]);
  }
  const said = /Line 4 of metrics\.jsonl was written by half and is left out/;
  assert.match(reportText(await gatherLive(torn)), said);
  assert.match((await compareRuns([runOf("a"), torn])).notes.join(), said);
  assert.match((await examineRun(torn, { threads: 1 })).map(({ evidence }) => evidence).join(), said);
  const broken = text.toString().split("\n");
  broken[1] = broken[1].slice(0, 20);
  writeFileSync(path, broken.join("\n"));
  await assert.rejects(
    async () => plotRun(torn, { columns: 80, unicode: true }),
    refusal(3, /metrics\.jsonl, line 2: expected a line of metrics/),
  );
  copyFileSync(join(runOf("a"), "metrics.jsonl"), path);
});

test("a plot keeps to its columns, marks the best epoch, and needs no more than ASCII", async () => {
  for (const columns of [20, 33, 80, 200]) {
    for (const unicode of [true, false]) {
      const { lines } = await plotRun(runOf("a"), { columns, unicode });
      assert.ok(
        lines.every((line) => [...line].length <= columns),
        lines.join("\n"),
      );
      if (!unicode) assert.match(lines.join(""), /^[\x20-\x7e]*$/);
    }
  }
  const { lines } = await plotRun(runOf("a"), { columns: 60, unicode: true });
  assert.equal(lines.filter((line) => line.includes("└") && line.includes("^")).length, 2);
  assert.equal(lines.join("").split("●").length - 1, 2 * (3 + 1));
});

test("a plot of one epoch is a point, and what is no number is a gap", () => {
  const draw = (points: [number, number | null][]) =>
    characterPlot({ title: "t", lines: [{ name: "l", points }], text: String, columns: 40, rows: 5, unicode: false });
  assert.equal(
    draw([[1, 0.5]])
      .slice(2)
      .join("")
      .split("*").length - 1,
    1,
  );
  const gap = draw([
    [1, 1],
    [2, null],
    [3, 1],
  ]);
  assert.ok(!gap.slice(2, -2).join("").includes("."), gap.join("\n"));
  assert.deepEqual(draw([[1, null]]), ["t", "nothing to draw yet"]);
});

test("a sparkline of equal values is one middle sign; no number is a blank; the last ones are shown", () => {
  assert.equal(sparkline([3, 3, 3], 10), "▅▅▅");
  assert.equal(sparkline([5], 10), "▅");
  assert.equal(sparkline([0, Number.NaN, 7, null], 10), "▁ █ ");
  assert.equal(sparkline([9, 0, 1, 2, 3, 4, 5, 6, 7], 8), "▁▂▃▄▅▆▇█");
  assert.equal(sparkline([1, 2], 0), "");
  assert.match(sparkline([0, 1, 2, 3], 4, false), /^[\x20-\x7e]{4}$/);
});
