/** Report cases that a run or a model meets: what is said, and the exit code. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { evaluateDocument } from "../../src/run/documents/use.js";
import { emptyFolder, heddle } from "./heddle.js";

const cases = fileURLToPath(new URL("../../../test/report-cases", import.meta.url));
const net = ["--model", "fc 8 >> relu >> fc 4", "--epochs", "1", "--threads", "1", "--no-report"];
const kaggle = ["--dataset", `csv:${join(cases, "csv-layouts/kaggle/train.csv")}`];
const weights = (name: string): string => join(cases, "weights", `${name}.safetensors`);

test("report cases: weights under another prefix are taken, and that is said", async (t) => {
  const cwd = emptyFolder(t);
  const run = (file: string, out: string) =>
    heddle(["train", ...kaggle, ...net, "--init", weights(file), "--out", out, "--json"], { cwd });
  const [plain, prefixed] = [await run("plain", "plain"), await run("module-prefix", "prefixed")];
  assert.equal(prefixed.code, 0, prefixed.stderr);
  assert.match(prefixed.stderr, /all names begin with "module\.", which was left out/);
  const hash = ({ stdout }: { stdout: string }) => (JSON.parse(stdout) as { weightsHash: string }).weightsHash;
  assert.equal(hash(plain), hash(prefixed));
});

test("report cases: what a table's labels were taken for is said before training, and kept with the run", async (t) => {
  const cwd = emptyFolder(t);
  const says = {
    "label-gaps/from-1.csv": "Labels are 1, 2, 3, 4: 4 classes of these names.",
    "label-gaps/skips-2.csv": "Labels are 0, 1, 3, 4: 4 classes of these names.",
    "csv-layouts/kaggle": "test.csv has no labels: its 8 images are no part of the set",
  };
  for (const [i, [file, said]] of Object.entries(says).entries()) {
    const dataset = ["--dataset", `csv:${join(cases, file)}`];
    const { code, stderr } = await heddle(["train", ...dataset, ...net, "--out", `run${i}`], { cwd });
    assert.equal(code, 0, stderr);
    assert.ok(stderr.includes(said), stderr);
    assert.ok(readFileSync(join(cwd, `run${i}`, "run.json"), "utf8").includes(said));
  }
});

test("report cases: weights that are no numbers are refused by file and tensor", async (t) => {
  const cwd = emptyFolder(t);
  const trained = await heddle(["train", ...kaggle, ...net, "--init", weights("plain-nan"), "--out", "run"], { cwd });
  assert.deepEqual([trained.code, trained.stdout], [3, ""]);
  assert.match(trained.stderr, /plain-nan\.safetensors, tensor "[^"]+": expected finite numbers, got NaN/);
  const image = join(cases, "wrong-range/16bit-holding-8/ant/0.png");
  const predicted = await heddle(["predict", weights("heddle-nan"), image], { cwd });
  assert.deepEqual([predicted.code, predicted.stdout], [3, ""]);
  assert.match(predicted.stderr, /heddle-nan\.safetensors, tensor "[^"]+": expected finite numbers, got NaN/);
});

test("report cases: classes go by name; what the model does not know is counted apart", async (t) => {
  const cwd = emptyFolder(t);
  const photos = (name: string): string => `folder:${join(cases, "classes-by-name", name)}`;
  const settings = ["--epochs", "30", "--validation", "0", "--threads", "1", "--no-report"];
  const trained = await heddle(["train", "--dataset", photos("model"), ...settings, "--out", "M"], { cwd });
  assert.equal(trained.code, 0, trained.stderr);
  const evaluated = async (...args: string[]) => {
    const { code, stdout, stderr } = await heddle(["evaluate", "M", ...args, "--json"], { cwd });
    assert.equal(code, 0, stderr);
    const { split, samples, confusion, unknown } = evaluateDocument.parse(JSON.parse(stdout));
    const right = confusion.reduce((sum, row, truth) => sum + row[truth], 0);
    return { found: [split, samples, right, unknown], stderr };
  };
  const shifted = await evaluated("--dataset", photos("shifted"));
  assert.deepEqual(shifted.found, ["test", 6, 6, [{ className: "dog", samples: 3 }]]);
  assert.match(shifted.stderr, /warning: The model does not know dog: such images are counted apart/);
  assert.deepEqual((await evaluated("--dataset", photos("fewer"))).found, ["test", 6, 6, []]);
  assert.deepEqual((await evaluated("--dataset", photos("new-photos"))).found, ["all", 9, 9, []]);
  // What a run without a test split names as the next command.
  const next = /^next +node \S+ (.*)$/m.exec(trained.stdout)?.[1].split(" ");
  assert.deepEqual(next, ["evaluate", "M"]);
  assert.deepEqual((await evaluated()).found, ["train", 18, 18, []]);
});
