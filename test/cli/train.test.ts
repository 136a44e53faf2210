/** The commands on the embedded data, end to end: what goes to stdout, what to stderr, which exit code. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { findDataset } from "../../src/data/index.js";
import { encodePng } from "../../src/formats/png.js";
import { metrics } from "../../src/metrics/index.js";
import { type TrainDocument, trainDocument } from "../../src/run/documents/train.js";
import { evaluateDocument } from "../../src/run/documents/use.js";
import { RunFolder } from "../../src/run/run-folder.js";
import { readResult } from "../../src/train/result-file.js";
import { emptyFolder, heddle, type Outcome } from "./heddle.js";

const short = ["train", "--epochs", "2", "--subset", "1000"];

describe("train, then evaluate and predict", () => {
  const folder = mkdtempSync(join(tmpdir(), "heddle-train-"));
  after(() => rmSync(folder, { recursive: true }));
  let trained: Outcome;
  let document: TrainDocument;
  let run: string;

  before(async () => {
    trained = await heddle([...short, "--threads", "1", "--json"], { cwd: folder });
    assert.equal(trained.code, 0, trained.stderr);
    document = trainDocument.parse(JSON.parse(trained.stdout));
    run = document.run!;
  });

  test("--json prints one document of schema 1, and only that", () => {
    assert.equal(trained.stdout.trimEnd().split("\n").length, 1);
    assert.deepEqual([document.ended, document.threshold, document.error], ["finished", null, null]);
    assert.deepEqual(readResult(new RunFolder(join(folder, run))), document, "result.json holds it too");
    assert.equal(run, join("runs", "1-synthetic-digits-digits-mlp"));
  });

  test("stderr begins with back end, ISA, threads and why", () => {
    assert.match(trained.stderr, /^(native|reference) \S* ?· 1 thread \(--threads\) · synthetic-digits \(/);
    assert.match(trained.stderr, /^epoch 2\/2 · train loss .* · validation loss /m);
    assert.doesNotMatch(trained.stderr, /\u001b/, "no terminal codes without a terminal");
  });

  test("the run folder has its files, and run.json the sources of the values", () => {
    const files = readdirSync(join(folder, run)).sort();
    assert.deepEqual(files, [
      "answers.safetensors",
      "last-1.ckpt",
      "last.ckpt",
      "metrics.jsonl",
      "model.safetensors",
      "report.html",
      "result.json",
      "run.json",
      "split.json",
    ]);
    assert.match(readFileSync(join(folder, run, "run.json"), "utf8"), /"epochs": "flag"/);
  });

  test("evaluate gives the accuracy that train reported, from the newest run", async () => {
    const { code, stdout, stderr } = await heddle(["evaluate", "--json"], { cwd: folder });
    assert.equal(code, 0, stderr);
    const evaluated = JSON.parse(stdout) as { accuracy: number; errors: number; confusion: number[][] };
    const ofMetrics = new Set(metrics.map(({ name }) => name.split(".")[0]));
    const others = Object.keys(evaluated).filter((key) => !ofMetrics.has(key));
    assert.equal(
      others.join(" "),
      "schema model dataset split epoch weights averaged augmented samples intervals perClass guess classNames confusion confusionByRow confusionAxes unknown",
    );
    assert.equal(evaluated.accuracy, ({ ...document.test } as { accuracy?: number }).accuracy);
    assert.match(stderr, /1-synthetic-digits-digits-mlp/, "the run taken is named on stderr");
    const wrong = evaluated.confusion.flatMap((row, truth) => row.filter((_, guess) => guess !== truth));
    assert.equal(
      wrong.reduce((sum, count) => sum + count, 0),
      evaluated.errors,
    );
  });

  test("evaluate draws the confusion matrix for people", async () => {
    const { code, stdout } = await heddle(["evaluate", run, "--split", "validation"], { cwd: folder });
    assert.equal(code, 0);
    assert.match(stdout, /accuracy +\d+\.\d\d % +95 %: \d/);
    assert.match(stdout, /true \\ predicted/);
  });

  test("predict gives classes, labels and probabilities, both ends of the range included", async () => {
    const args = ["predict", join(run, "model.safetensors"), "--dataset", "synthetic-digits"];
    const { code, stdout, stderr } = await heddle([...args, "--index", "3..7", "--json"], { cwd: folder });
    assert.equal(code, 0, stderr);
    const { predictions, ...rest } = JSON.parse(stdout) as {
      classNames: string[];
      predictions: { index: number; class: number; className: string; label: number; probabilities: number[] }[];
    };
    assert.deepEqual(Object.keys(rest), ["schema", "classNames", "seconds", "imagesPerSecond"]);
    assert.deepEqual(rest.classNames, [..."0123456789"]);
    assert.deepEqual(
      predictions.map(({ index }) => index),
      [3, 4, 5, 6, 7],
    );
    for (const prediction of predictions) {
      assert.deepEqual(Object.keys(prediction), ["index", "class", "className", "label", "labelName", "probabilities"]);
      const { probabilities } = prediction;
      assert.ok(Math.abs(probabilities.reduce((sum, value) => sum + value, 0) - 1) < 1e-5);
      assert.equal(probabilities.indexOf(Math.max(...probabilities)), prediction.class);
      assert.equal(prediction.className, `${prediction.class}`);
    }
    const { test: split } = await findDataset("synthetic-digits").load({ dataDir: undefined });
    assert.deepEqual(
      predictions.map(({ label }) => label),
      Array.from(split!.labels.subarray(3, 8)),
    );
    const table = await heddle([...args, "--index", "0"], { cwd: folder });
    assert.match(table.stdout, /of 1 right/);
  });

  test("predict takes image files, by the newest run or a named one, and says what was done", async () => {
    const pixels = new Uint8Array(32 * 16 * 3).fill(255);
    writeFileSync(join(folder, "a.png"), encodePng({ width: 32, height: 16, channels: 3, pixels }));
    const steps = ["made grey", "inverted", "resized from 16x32 to 8x8 (pad)", "values brought from 0..255 to 0..16"];
    const flags = ["--invert", "--json"];
    const newest = await heddle(["predict", "a.png", "a.png", ...flags], { cwd: folder });
    assert.equal(newest.code, 0, newest.stderr);
    assert.match(newest.stderr, /newest run, .*1-synthetic-digits-digits-mlp/);
    const { predictions } = JSON.parse(newest.stdout) as { predictions: { file: string; steps: string[] }[] };
    assert.deepEqual(Object.keys(predictions[0]), ["file", "class", "className", "probabilities", "steps"]);
    assert.deepEqual([predictions.length, predictions[1].file, predictions[1].steps], [2, "a.png", steps]);
    const named = await heddle(["predict", run, "a.png", ...flags, "--backend", "reference"], { cwd: folder });
    assert.equal((JSON.parse(named.stdout) as { predictions: unknown[] }).predictions.length, 1);
    const table = await heddle(["predict", "a.png", "--invert", "--fit", "stretch"], { cwd: folder });
    assert.match(
      table.stdout,
      /^a\.png +\d +\d+\.\d\d % {2}made grey, inverted, resized .* \(stretch\), values brought/m,
    );
  });

  test("a missed target is exit 4, with the accuracy on stderr, the result on stdout, and the run kept", async () => {
    const { code, stdout, stderr } = await heddle([...short, "--out", "missed", "--require-accuracy", "1"], {
      cwd: folder,
    });
    assert.equal(code, 4);
    assert.match(stdout, /^test +\d+\.\d\d %.*\n[^]*next /m);
    assert.match(stderr, /--require-accuracy: expected a test accuracy of at least 100\.00 %, got \d+\.\d\d %/);
    assert.ok(existsSync(join(folder, "missed", "model.safetensors")));
  });

  test("evaluate holds a model to an accuracy: 4 where it is missed, with what was measured", async () => {
    const met = await heddle(["evaluate", run, "--require-accuracy", "0.001", "--json"], { cwd: folder });
    assert.equal(met.code, 0, met.stderr);
    const { threshold, accuracy } = evaluateDocument.parse(JSON.parse(met.stdout)) as Record<string, unknown>;
    assert.deepEqual(threshold, { accuracy: 0.001, met: true });
    const missed = await heddle(["evaluate", run, "--require-accuracy", "1", "--json"], { cwd: folder });
    assert.equal(missed.code, 4);
    assert.equal((JSON.parse(missed.stdout) as { accuracy: number }).accuracy, accuracy);
    assert.match(missed.stderr, /--require-accuracy: expected a test accuracy of at least 100\.00 %, got \d+\.\d\d %/);
    assert.match(
      (await heddle(["evaluate", "--help"])).stdout,
      /^ {2}4 +the accuracy that --require-accuracy asks for/m,
    );
  });

  test("an output folder that is not empty is exit 2", async () => {
    const { code, stdout, stderr } = await heddle([...short, "--out", run], { cwd: folder });
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /--out/);
  });

  test("what is not a model is exit 3", async () => {
    writeFileSync(join(folder, "not-a-model"), "no");
    for (const path of ["not-a-model", "missing"]) {
      const { code, stdout } = await heddle(["evaluate", path], { cwd: folder });
      assert.equal(code, 3, path);
      assert.equal(stdout, "");
    }
  });
});

test("without a flag: the table, six digits, the model, the hash and a next command; the same bytes at any threads", async (t) => {
  const folder = emptyFolder(t);
  const { code, stdout, stderr } = await heddle(["train"], { cwd: folder });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^test +\d+\.\d\d % +\d+\.\d\d \.\. \d+\.\d\d /m);
  assert.match(stdout, /[▀▄█]/);
  assert.match(stdout, /^model +runs\S+model\.safetensors/m);
  assert.match(stdout, /next +node \S*heddle\.js evaluate runs/);
  assert.doesNotMatch(stdout, /\u001b/);
  const hash = /weights +(blake3:[0-9a-f]{64}) \(try --threads (\d+): the same bytes\)/.exec(stdout);
  assert.ok(hash, stdout);
  const again = await heddle(["train", "--threads", hash[2], "--json", "--quiet"], { cwd: folder });
  assert.equal((JSON.parse(again.stdout) as TrainDocument).weightsHash, hash[1]);
  assert.equal(again.stderr, "", "--quiet leaves stderr to errors");
});

test("names that do not exist are usage errors", { concurrency: 2 }, async () => {
  const wrong: [string, RegExp][] = [
    ["--dataset minst", /--dataset: .* Did you mean mnist\?/],
    ["--model digit-mlp", /--model: .* Did you mean digits-mlp\?/],
    ["--model mlp:0", /--model mlp:0: expected /],
    ["--optimizer adm", /--optimizer: .* Did you mean adam\?/],
    ["--loss cross", /--loss: expected /],
    ["--activation rely", /--activation: .* Did you mean relu\?/],
    ["--standardize units", /--standardize: .* Did you mean unit\?/],
    ["--initializer he", /--initializer: /],
  ];
  for (const [args, message] of wrong) {
    const { code, stdout, stderr } = await heddle(["train", ...args.split(" ")]);
    assert.match(stderr, message);
    assert.deepEqual([code, stdout], [2, ""], args);
  }
});

test("summary, bench and doctor print one document each", async () => {
  const cases: [args: string, keys: string][] = [
    [
      "summary dtu-mlp",
      "parameters statistics multiplyAdds layers activationBytes memory plan sentence input classes notes",
    ],
    [
      "bench step --model digits-mlp --threads 1 --seconds 0.1",
      "threads processes received msPerStep samplesPerSecond gflops peakShare ranks",
    ],
    ["bench scaling --model digits-mlp --threads 1,2 --seconds 0.1", "results"],
    ["bench scaling --model digits-mlp --predict 2,16 --seconds 0.1", "results bandwidth predicted"],
    ["bench gemm --seconds 0.01", "results"],
    ["doctor", "node platform cpu features cores threads memory native speed mpi dataDir datasets environment"],
  ];
  for (const [args, keys] of cases) {
    const { code, stdout, stderr } = await heddle([...args.split(" "), "--json"]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(Object.keys(JSON.parse(stdout) as object), ["schema", ...keys.split(" ")], args);
    const table = await heddle(args.split(" "));
    assert.ok(table.code === 0 && table.stdout.length > 40, args);
  }
  const summary = await heddle(["summary", "dtu-mlp"]);
  assert.match(summary.stdout, /1,086,215 parameters/);
});

test("--json-lines prints each event as it comes; epochs as metrics.jsonl has them, the result last", async (t) => {
  const cwd = emptyFolder(t);
  const { code, stdout, stderr } = await heddle([...short, "--out", "run", "--json-lines"], { cwd });
  assert.equal(code, 0, stderr);
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { kind: string; [key: string]: unknown });
  assert.deepEqual([lines[0].kind, lines[0]["run"], lines[0]["epochs"]], ["start", "run", 2]);
  const written = readFileSync(join(cwd, "run", "metrics.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .slice(1);
  const epochs = lines.filter(({ kind }) => kind === "epoch").map((line) => JSON.stringify(line));
  assert.deepEqual(epochs, written);
  const last = lines.at(-1)!;
  assert.equal(last.kind, "done");
  assert.deepEqual(trainDocument.parse(last["result"]), readResult(new RunFolder(join(cwd, "run"))));
  for (const more of [["--json"], ["--seeds", "2"]]) {
    const refused = await heddle([...short, "--json-lines", ...more], { cwd });
    assert.deepEqual([refused.code, refused.stdout], [2, ""], refused.stderr);
  }
});
