/** kill -9 of a net whose bytes hang on more than weights: masks of dropout, and batch norm's running statistics. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { nativeStatus } from "../../src/kernels/native.js";
import { emptyFolder, heddle } from "../cli/heddle.js";
import { comparable, killAtLine, metricsOf } from "./kill.js";

const model =
  "conv 32x3 >> relu >> bn >> conv 32x3 same >> pool 2 >> drop 0.3 >> fc 24 >> bn >> relu >> drop 0.5 >> fc 10";
const net = ["--dataset", "synthetic-digits-28", "--model", model];
/** 101 steps an epoch, the last of three samples. */
const settings = [
  "train",
  ...net,
  "--subset",
  "903",
  "--validation",
  "100",
  "--batch-size",
  "8",
  "--epochs",
  "4",
  "--log-steps",
];
const linesPerEpoch = 102;
const slow = !nativeStatus().available && "the reference back end takes minutes for this";

test("killed in the second epoch with dropout and batch norm, resumed: the unbroken bytes", {
  skip: slow,
}, async (t) => {
  const cwd = emptyFolder(t);
  const unbroken = await heddle([...settings, "--threads", "1", "--out", "unbroken"], { cwd });
  assert.equal(unbroken.code, 0, unbroken.stderr);

  const run = join(cwd, "run");
  const options = { cwd, run, line: linesPerEpoch + 20 };
  const killed = await killAtLine([...settings, "--threads", "7", "--out", "run"], options);
  assert.equal(killed.signal, "SIGKILL", killed.stderr);
  const last = await heddle(["train", "--resume", "run", "--threads", "3"], { cwd });
  assert.equal(last.code, 0, last.stderr);
  assert.match(last.stderr, /^resumed in epoch [2-4], after 0 of 101 steps$/m);

  assert.deepEqual(comparable(metricsOf(run)), comparable(metricsOf(join(cwd, "unbroken"))));
  const model = (folder: string) => readFileSync(join(cwd, folder, "model.safetensors"));
  assert.deepEqual(model("run"), model("unbroken"));
});
