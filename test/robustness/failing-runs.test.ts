/** Runs that begin well and cannot go on: numbers that overflow, a disk that fills up. What was saved before stays whole. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { encodeSafetensors } from "../../src/model/safetensors.js";
import { train } from "../../src/train/trainer.js";
import { emptyFolder, heddle, type Outcome } from "../cli/heddle.js";
import { configOf, numbersOf, run } from "../engine/runs.js";
import { metricsOf } from "./kill.js";
import { copyOfProgram, start } from "./program.js";
import { snapshot } from "./world.js";

const overflow = ["train", "--out", "run", "--lr", "1e17", "--optimizer", "sgd", "--batch-size", "full"];

const failsWith = ({ code, stdout, stderr }: Outcome, message: RegExp): void => {
  assert.match(stderr, message);
  assert.deepEqual([code, stdout], [1, ""], stderr);
  assert.equal(stderr.split("\n").filter((line) => line.startsWith("heddle: ")).length, 1, stderr);
};

test("a loss that is not finite names epoch, step and layer, before anything is saved", async (t) => {
  const cwd = emptyFolder(t);
  const outcome = await heddle(["train", "--lr", "1e30", "--out", "run"], { cwd });
  failsWith(
    outcome,
    /^heddle: epoch 1, step 2: expected a finite loss, got NaN or infinity, first in layer 2 \(dense\), on training samples \d/m,
  );
  assert.match(
    outcome.stderr,
    /Lower --lr, or look at --standardize\. \S.* replay \S+replay\.safetensors shows the step/m,
  );
  const files = ["replay.safetensors", "report.html", "result.json", "run.json", "split.json"];
  assert.deepEqual(readdirSync(join(cwd, "run")).sort(), files);
});

test("a loss that is not finite in a later epoch leaves the checkpoint and the model of the epoch before", async (t) => {
  for (const [flags, where] of [
    [["--validation", "0"], "epoch 2, step 1, update: expected a finite loss"],
    [[], "epoch 2, step 1, validation: expected a finite loss"],
  ] as const) {
    const cwd = emptyFolder(t);
    const message = new RegExp(
      `^heddle: ${where}, got NaN or infinity, first in layer \\d .* The last checkpoint stands`,
      "m",
    );
    failsWith(await heddle([...overflow, "--epochs", "5", ...flags], { cwd }), message);
    const filesOf = () =>
      snapshot(join(cwd, "run")).filter((file) => !/^(result\.json|report\.html|answers\.)/.test(file));
    const saved = filesOf();
    assert.equal(saved.length, 5);
    assert.equal(metricsOf(join(cwd, "run")).length, 1);
    // The same step from the same bytes gives the same end.
    failsWith(await heddle(["train", "--resume", "run", "--threads", "1"], { cwd }), message);
    assert.deepEqual(filesOf(), saved);
  }
});

test("a last step that ruins the net is not kept, though its weights are finite and nothing is held back to see it", async (t) => {
  const cwd = emptyFolder(t);
  const args = [...overflow, "--epochs", "1", "--lr", "1e30", "--validation", "0"];
  failsWith(await heddle(args, { cwd }), /^heddle: epoch 1, step 1, update: expected a finite loss, /m);
  assert.deepEqual(readdirSync(join(cwd, "run")).sort(), ["report.html", "result.json", "run.json", "split.json"]);
});

test("a run that is stopped after a step that ruined the net fails, and writes no checkpoint", async (t) => {
  const out = join(emptyFolder(t), "run");
  for (const [lr, expected] of [
    [1e30, /step 1, update: expected a finite loss/],
    [1e39, /step 1, update: expected finite weights/],
  ] as const) {
    const controller = new AbortController();
    // In the middle of the first of two steps, which takes long.
    const onEvent = ({ kind }: { kind: string }): void => {
      if (kind === "start") setImmediate(() => controller.abort());
    };
    const settings = { optimizer: "sgd", batchSize: 4000, epochs: 1, lr, backend: "reference" } as const;
    const config = configOf({ ...settings, out: `${out}-${lr}` });
    await assert.rejects(train({ config, onEvent, signal: controller.signal }), expected);
    assert.deepEqual(readdirSync(`${out}-${lr}`).sort(), ["result.json", "run.json", "split.json"]);
  }
});

test("an optimizer that has lost a number to infinity is not kept: its weight would never move again", async (t) => {
  const cwd = emptyFolder(t);
  // Weights of the second layer make gradients of over 1e20 in the first, whose squares Adam keeps.
  const tensor = (name: string, shape: number[], value: (i: number) => number) => {
    const length = shape.reduce((product, size) => product * size, 1);
    return { name, dtype: "F32", shape, data: Float32Array.from({ length }, (_, i) => value(i)) } as const;
  };
  const tensors = [
    tensor("0.weight", [32, 64], () => 1e-3),
    tensor("0.bias", [32], () => 0),
    tensor("2.weight", [10, 32], (i) => 1e23 * Math.sin(i)),
    tensor("2.bias", [10], () => 0),
  ];
  writeFileSync(join(cwd, "steep.safetensors"), Buffer.concat(encodeSafetensors(tensors, {})));
  const outcome = await heddle(["train", "--out", "run", "--epochs", "1", "--init", "steep.safetensors"], { cwd });
  failsWith(
    outcome,
    /^heddle: epoch 1, step 1, update: expected finite optimizer state, got NaN or infinity, first in layer 0 \(dense\)/m,
  );
  assert.match(outcome.stderr, /^steep\.safetensors has no checksum: its bytes are taken as they are\.$/m);
});

test("weights that are not finite reach no file", async (t) => {
  const cwd = emptyFolder(t);
  const args = [...overflow, "--epochs", "1", "--lr", "1e39"];
  failsWith(
    await heddle(args, { cwd }),
    /^heddle: epoch 1, step 1, update: expected finite weights, .* in layer 0 \(dense\)/m,
  );
  assert.deepEqual(readdirSync(join(cwd, "run")).sort(), ["report.html", "result.json", "run.json", "split.json"]);
});

/** Heddle with no file allowed to grow beyond that many blocks of 512 bytes: to a program, a disk that is full. */
function onSmallDisk(blocks: number, args: readonly string[], cwd: string): Promise<Outcome> {
  const bin = fileURLToPath(new URL("../../../bin/heddle.js", import.meta.url));
  const script = `ulimit -f ${blocks}; exec "$@"`;
  const child = spawn("/bin/sh", ["-c", script, "sh", process.execPath, bin, ...args], { cwd });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

test("a checkpoint that does not fit on the disk leaves the one before, the run goes on, and so does a resume with room", async (t) => {
  const cwd = emptyFolder(t);
  const out = join(cwd, "run");
  const settings = { subset: 500, epochs: 3, threads: 2, model: "mlp:200" } as const;
  const controller = new AbortController();
  const onEvent = ({ kind }: { kind: string }): void => {
    if (kind === "epoch") controller.abort();
  };
  await train({ config: configOf({ ...settings, out }), sources: {}, onEvent, signal: controller.signal });
  const checkpoint = readFileSync(join(out, "last.ckpt"));
  // The model has 60 kB, the checkpoint 240.
  const outcome = await onSmallDisk(250, ["train", "--resume", "run", "--no-report"], cwd);
  assert.equal(outcome.code, 0, outcome.stderr);
  const told =
    /^No new checkpoint, the run goes on: run\/last\.ckpt: expected to write this file, got .* is unchanged\.$/gm;
  assert.equal(outcome.stderr.match(told)?.length, 2, outcome.stderr);
  assert.deepEqual(readFileSync(join(out, "last.ckpt")), checkpoint);
  assert.deepEqual(readdirSync(out).sort(), [
    "last.ckpt",
    "metrics.jsonl",
    "model.safetensors",
    "result.json",
    "run.json",
    "split.json",
  ]);
  const resumed = await train({ config: configOf({ threads: 3 }), sources: {}, onEvent() {}, resume: out });
  assert.equal(resumed.status, "done");
  assert.deepEqual(numbersOf(resumed.result), numbersOf(await run(t, settings)));
});

test("a model that does not fit leaves no model, and metrics that do not fit end with a whole line", async (t) => {
  const cwd = emptyFolder(t);
  const model = await onSmallDisk(20, ["train", "--out", "no-model", "--model", "mlp:200", "--subset", "500"], cwd);
  failsWith(model, /^heddle: no-model\/model\.safetensors: expected to write this file, got /m);
  assert.deepEqual(readdirSync(join(cwd, "no-model")).sort(), [
    "metrics.jsonl",
    "result.json",
    "run.json",
    "split.json",
  ]);

  // Steps of one sample by more ranks than cores: the lines are written while the epoch runs.
  for (const flags of [
    ["--batch-size", "1", "--threads", "7"],
    ["--epochs", "40"],
  ]) {
    const out = `metrics-${flags[1]}`;
    const outcome = await onSmallDisk(90, ["train", "--log-steps", "--out", out, ...flags], cwd);
    failsWith(
      outcome,
      new RegExp(`^heddle: ${out}/metrics\\.jsonl: expected to write this file, got .* are whole\\.$`, "m"),
    );
    const text = readFileSync(join(cwd, out, "metrics.jsonl"), "utf8");
    assert.ok(text.endsWith("}\n") && text.length > 40_000, `${text.length} bytes`);
  }
});

test("without the addon --backend native fails and says how to build it; auto falls back, and says so", async (t) => {
  const program = copyOfProgram(t, { addon: false });
  const cwd = emptyFolder(t);
  const settings = ["train", "--subset", "100", "--epochs", "1", "--out", "run"];
  const native = await start([...settings, "--backend", "native"], { cwd, program }).ended;
  failsWith(native, /^heddle: --backend native: expected the native addon .* Run `npm run build:native`/m);
  assert.ok(!existsSync(join(cwd, "run")));
  const fallen = await start(settings, { cwd, program }).ended;
  assert.equal(fallen.code, 0, fallen.stderr);
  assert.match(fallen.stderr, /^reference typescript \(no addon: .+\) · /m);
  // A predictor, which says nothing else, warns once.
  const library = JSON.stringify(pathToFileURL(join(program, "dist", "src", "index.js")).href);
  const code = `const { openPredictor } = await import(${library}); openPredictor("run"); console.log(openPredictor("run").backend)`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
    cwd,
    encoding: "utf8",
  });
  assert.equal(stdout, "reference\n", stderr);
  assert.equal(stderr.match(/\[HEDDLE_NO_ADDON\] Warning: .*--packages=external/gs)?.length, 1, stderr);
  assert.equal(stderr.split("HEDDLE_NO_ADDON").length, 2, stderr);
});
