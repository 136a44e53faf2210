/** `heddle repro`: structure, what is said of it, and that nothing finished is trained again. Scores mean nothing here. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { evaluate, listExperiments, repro } from "../../src/index.js";
import { experiments } from "../../src/repro/experiments/index.js";
import { reproDocument, reproSpeedDocument } from "../../src/run/documents/repro.js";
import { heddle } from "../cli/heddle.js";
import { saying } from "../data/fixtures.js";
import { remove, smallSets } from "./data.js";

const out = mkdtempSync(join(tmpdir(), "heddle-repro-"));
let dataDir = "";
before(async () => {
  dataDir = await smallSets();
});
after(() => {
  remove(out);
  remove(dataDir);
});

const idOf = (run: string): unknown => (JSON.parse(readFileSync(join(run, "run.json"), "utf8")) as { id: string }).id;
const rows = ["MNIST MLP cross-entropy", "MNIST MLP squared error"];

describe("the experiments", () => {
  test("each says its document, and rows that can be told apart and begun", async () => {
    const listed = await listExperiments();
    assert.deepEqual(
      listed.map(({ name }) => name),
      experiments.map(({ name }) => name),
    );
    for (const experiment of experiments) {
      assert.ok(experiment.source.length > 5 && experiment.summary.length > 5, experiment.name);
      if (experiment.kind === "speed") continue;
      const names = experiment.rows.map(({ name }) => name);
      assert.equal(new Set(names).size, names.length, experiment.name);
      for (const { name, from, note, epochs, cut, published } of experiment.rows) {
        assert.ok(note.endsWith("."), `${name}: ${note}`);
        assert.ok(from === undefined || names.indexOf(from) < names.indexOf(name), name);
        assert.ok(cut === undefined || cut < epochs, name);
        assert.ok(published === null || (published > 0 && published < 1), name);
      }
    }
  });
});

describe("a table", () => {
  const folder = join(out, "cyu");
  const options = (): object => ({ dataDir, out: folder, quick: true, report: false, threads: 2, rows });

  test("has a row each, and says that it is quick and which rows it has", async () => {
    const outcome = await repro("cyu", options());
    assert.ok(outcome.status === "done" && outcome.kind === "table");
    const { result } = outcome;
    assert.deepEqual(reproDocument.parse(result), result);
    assert.deepEqual(
      result.rows.map(({ name }) => name),
      rows,
    );
    assert.deepEqual([result.quick, result.whole], [true, false]);
    for (const { ours, interval, epochs, publishedEpochs, seconds, published, difference } of result.rows) {
      assert.ok(ours !== null && interval && interval[0] <= ours && ours <= interval[1]);
      assert.deepEqual([epochs, publishedEpochs, published, difference], [2, 10, null, null]);
      assert.ok(seconds! > 0);
    }
    const page = readFileSync(join(folder, "table.md"), "utf8");
    assert.match(page, /QUICK/);
    assert.match(page, /\| MNIST MLP squared error \| – \|/);
  });

  test("is read where it is finished; another seed is another run", async () => {
    const runs = rows.map((name) => join(folder, name.toLowerCase().replaceAll(" ", "-"), "seed-0"));
    const ids = runs.map(idOf);
    const begun: string[] = [];
    const onEvent = (event: { kind: string; header?: { run: string | null } }): void => {
      if (event.kind === "start") begun.push(event.header!.run!);
    };
    const again = await repro("cyu", { ...options(), onEvent });
    assert.equal(again.status, "done");
    assert.deepEqual([begun, runs.map(idOf)], [[], ids]);
    const more = await repro("cyu", { ...options(), seeds: 2, rows: rows.slice(0, 1), onEvent });
    assert.deepEqual(begun, [join(folder, "mnist-mlp-cross-entropy", "seed-1")]);
    assert.ok(more.status === "done" && more.kind === "table");
    const [{ deviation, seeds }] = more.result.rows;
    assert.ok(deviation !== null && seeds === 2);
  });

  test("takes no run of another length", async () => {
    const longer = { ...options(), quick: false, epochs: 1 };
    await assert.rejects(repro("cyu", longer), saying(2, "cyu, epochs 1", "that of cyu quick"));
  });

  test("with other mistakes is refused where it has none of training, and so are rows it has not", async () => {
    await assert.rejects(repro("cyu", { ...options(), mode: "fixed" }), saying(2, "fixed", "got cyu"));
    await assert.rejects(repro("cyu", { ...options(), rows: ["MNIST LeNet-6"] }), saying(2, "Known: MNIST MLP"));
    await assert.rejects(repro("cs5", {}), saying(2, '"cs5"', "Known:"));
  });

  test("whose data are missing says where they were looked for, and begins nothing", async () => {
    const nowhere = join(out, "nowhere");
    const to = join(out, "missing");
    await assert.rejects(repro("cyu", { dataDir: nowhere, out: to, quick: true }), saying(3, join(nowhere, "mnist")));
    assert.equal(existsSync(join(to, "mnist-mlp-cross-entropy")), false);
  });

  test("has a page: the table, the way to each run's page, and the curves of rows of as many epochs on one chart", async () => {
    const page = join(folder, "report.html");
    assert.ok(!existsSync(page), "report: false leaves none");
    writeFileSync(join(folder, "mnist-mlp-squared-error", "seed-0", "report.html"), "");
    await repro("cyu", { ...options(), report: true });
    const text = readFileSync(page, "utf8");
    for (const row of rows) assert.ok(text.includes(row), row);
    assert.match(text, /<a href="mnist-mlp-squared-error\/seed-0\/report\.html">MNIST MLP squared error<\/a>/);
    assert.match(text, /id="curves1-loss"/);
    assert.doesNotMatch(text, /id="curves2-loss"|<script src|NaN|>undefined/);
  });

  test("a row of the course is timed as its judge does it, and leaves the folder that is handed in, once", async () => {
    const given = {
      dataDir,
      out: join(out, "dtu"),
      quick: true,
      report: false,
      threads: 2,
      rows: ["task 6 BugNIST2D"],
    };
    const packs: string[] = [];
    for (let i = 0; i < 2; i++) {
      const outcome = await repro("dtu", given);
      assert.ok(outcome.status === "done" && outcome.kind === "table");
      const { prediction } = outcome.result.rows[0];
      assert.ok(prediction && prediction.images > 0 && prediction.seconds > 0);
      packs.push(prediction.pack);
      assert.ok(existsSync(join(prediction.pack, "judge.js")));
      if (i === 0) rmSync(join(prediction.pack, "README.md"));
    }
    assert.equal(packs[0], packs[1]);
    assert.ok(!existsSync(join(packs[0], "README.md")), "it is not made again");
  });
});

test("a recipe asks about its views, in every seed's score and in the command's seconds", async () => {
  const folder = join(out, "views");
  const options = { dataDir, out: folder, quick: true, report: false, threads: 2, seeds: 1 };
  const outcome = await repro("cifar10-94", options);
  assert.ok(outcome.status === "done" && outcome.kind === "speed");
  const { accuracy, seconds, runs, quick, flop } = outcome.result;
  assert.deepEqual(reproSpeedDocument.parse(outcome.result), outcome.result);
  const [{ run, seed }] = runs;
  assert.deepEqual([seed, quick, runs.length], [0, true, 1]);
  // Multiply-adds by hand: the frozen layer forward alone, the one above it without a gradient of its input.
  const convolution = (side: number, inputs: number, filters: number, size: number): number =>
    side * side * inputs * filters * size * size;
  const [fixed, lowest] = [convolution(31, 3, 24, 2), convolution(31, 24, 64, 3)];
  const wide = [convolution(15, 64, 256, 3), convolution(7, 256, 256, 3), convolution(7, 256, 256, 3)];
  const others = [convolution(15, 64, 64, 3), ...wide, convolution(3, 256, 256, 3), 2560];
  assert.equal(flop, 200 * 2 * (fixed + 2 * lowest + 3 * others.reduce((sum, each) => sum + each)));
  const { score, tta } = await evaluate({ path: run, tta: "flip, diagonal 1", dataDir, threads: 2 });
  assert.equal(tta?.views, 6);
  assert.deepEqual([accuracy.mean, runs[0].accuracy], [score.values["accuracy"], score.values["accuracy"]]);
  assert.ok(seconds.views! > 0 && seconds.command > seconds.training + seconds.views!);
});

test("a killed repro repeats no run that is finished", async () => {
  const folder = join(out, "killed");
  const args = [
    "repro",
    "cyu",
    "--quick",
    "--data-dir",
    dataDir,
    "--out",
    folder,
    "--rows",
    "MNIST MLP",
    "--no-report",
  ];
  const first = join(folder, "mnist-mlp-cross-entropy", "seed-0");
  let killed = false;
  const { signal } = await heddle([...args, "--threads", "1"], {
    watch: (stderr, child) => {
      if (killed || !stderr.includes("squared error, seed 0")) return;
      killed = true;
      child.kill("SIGKILL");
    },
  });
  assert.equal(signal, "SIGKILL");
  assert.equal(existsSync(join(folder, "result.json")), false);
  const id = idOf(first);
  const again = await heddle([...args, "--json"]);
  assert.equal(again.code, 0, again.stderr);
  assert.equal(idOf(first), id);
  assert.equal((again.stderr.match(/^epoch 2\/2/gm) ?? []).length, 1, again.stderr);
  assert.ok(existsSync(join(folder, "result.json")));
});
