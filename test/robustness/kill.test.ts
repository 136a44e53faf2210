/** kill -9 at any moment: a resume at any number of threads writes the bytes of the unbroken run. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { RunFolder } from "../../src/run/run-folder.js";
import { readResult } from "../../src/train/result-file.js";
import { emptyFolder, heddle, type Outcome } from "../cli/heddle.js";
import { comparable, killAtLine, metricsOf } from "./kill.js";

/** 1,800 steps of one sample an epoch; more ranks than cores make them slow enough to be killed in between. */
const net = ["--model", "mlp:512-64", "--batch-size", "1"];
const settings = ["train", ...net, "--subset", "2000", "--epochs", "8", "--log-steps", "--json"];
const linesPerEpoch = 1801;

const documentOf = ({ code, stdout, stderr }: Outcome) => {
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as { weightsHash: string; modelHash: string; test: unknown; validation: unknown };
};

test("killed in the first epoch, killed again after a resume, resumed: the unbroken bytes", async (t) => {
  const cwd = emptyFolder(t);
  const run = join(cwd, "run");
  const unbroken = heddle([...settings, "--threads", "1", "--out", "unbroken"], { cwd });

  const first = await killAtLine([...settings, "--threads", "7", "--out", "run"], { cwd, run, line: 1 });
  assert.equal(first.signal, "SIGKILL", first.stderr);
  // Where an epoch takes less than the moment between two looks, there is a checkpoint already: it must do without.
  for (const name of ["last.ckpt", "last-1.ckpt"]) rmSync(join(run, name), { force: true });

  const args = ["train", "--resume", "run", "--json", "--threads"];
  const line = Math.max(first.lines.length, linesPerEpoch) + 1;
  const second = await killAtLine([...args, "5"], { cwd, run, line });
  assert.equal(second.signal, "SIGKILL", second.stderr);
  assert.match(second.stderr, /^resumed in epoch 1, after 0 of 1,?800 steps$/m);
  assert.equal(second.stdout, "");

  const last = await heddle([...args, "2"], { cwd });
  assert.match(last.stderr, /^resumed in epoch [2-8], after 0 of 1,?800 steps$/m);
  const { weightsHash, modelHash, test: score, validation } = documentOf(await unbroken);
  const document = documentOf(last);
  assert.equal(document.weightsHash, weightsHash);
  assert.equal(document.modelHash, modelHash);
  assert.deepEqual([document.test, document.validation], [score, validation]);
  assert.deepEqual(comparable(metricsOf(run)), comparable(metricsOf(join(cwd, "unbroken"))));
  const model = (folder: string) => readFileSync(join(cwd, folder, "model.safetensors"));
  assert.deepEqual(model("run"), model("unbroken"));
  assert.deepEqual(readdirSync(run).sort(), [
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
});

test("a finished run can be resumed as often as one likes: it prints its result and changes no other file", async (t) => {
  const cwd = emptyFolder(t);
  const trained = await heddle(["train", "--subset", "500", "--epochs", "2", "--out", "run", "--json"], { cwd });
  const filesOf = () =>
    readdirSync(join(cwd, "run"))
      .filter((name) => name !== "result.json" && name !== "report.html")
      .map((name) => [name, readFileSync(join(cwd, "run", name))]);
  const files = filesOf();
  const timeless = (outcome: Outcome) => ({ ...documentOf(outcome), seconds: 0, threads: 0 });
  for (const threads of ["1", "3"]) {
    const again = await heddle(["train", "--resume", "run", "--threads", threads, "--json"], { cwd });
    assert.deepEqual(timeless(again), timeless(trained));
    assert.deepEqual(readResult(new RunFolder(join(cwd, "run"))), documentOf(again));
    assert.deepEqual(filesOf(), files);
  }
});
