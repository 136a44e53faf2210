/** Wrong usage: exit 2, one line on stderr that says what to write instead, nothing on stdout. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { nativeStatus } from "../../src/index.js";
import { emptyFolder, heddle } from "./heddle.js";

const wrong: readonly [args: string, message: RegExp][] = [
  ["trian", /got trian\. Did you mean train\?/],
  ["train --epoch 3", /got --epoch\. Did you mean --epochs\?/],
  ["train --epochs", /--epochs: expected a value/],
  ["train extra", /expected 0 arguments/],
  ["train --threads 0", /--threads: expected a whole number of at least 1 and at most 512, or auto, got 0/],
  ["train --threads two", /--threads: expected .*, got "two"/],
  ["train --threads 1.5", /--threads: expected .*, got 1\.5/],
  ["train --batch-size 0", /--batch-size: expected a whole number of at least 1 .*, or full, got 0/],
  ["train --lr 1e400", /--lr: expected a number above 0, got Infinity/],
  ["train --lr -0.1", /--lr: expected a number above 0, got -0\.1/],
  ["train --lr fast", /--lr: expected a number above 0, got "fast"/],
  ["train --momentum 0.5", /got --momentum\. It is an option of sgd: --optimizer "sgd momentum=0\.9"/],
  ["train --optimizer momentum", /got "momentum"\. It is an option of sgd: sgd momentum=0\.9/],
  ["report-card --help", /expected a command \(train, .*\), got report-card/],
  ["help trian", /expected a command .* got trian\. Did you mean train\?/],
  ["data infoo --help", /data: expected a command \(list, info.*, got infoo\. Did you mean info\?/],
  ["--foo", /expected a flag that it has, got --foo/],
  ["train mnist", /got 1 \("mnist"\)\. Did you mean --dataset mnist\?/],
  ["train lenet5 --epochs 1", /Did you mean --model lenet5\?/],
  ["train /", /Did you mean --dataset \/\?/],
  ["train --model conv 8x3", /A net of layers goes into quotes: --model "conv 8x3 …"/],
  ["train --optimizer Adma", /got "Adma"\. Did you mean adam\? Known: sgd, adam/],
  ["train --validation 1.5", /--validation: expected .*, got 1\.5/],
  ["train --seed -1", /--seed: expected a whole number of at least 0, got -1/],
  ["train --dtype f16", /--dtype: expected f32 or f64, got "f16"/],
  ["train --require-accuracy 97", /--require-accuracy: expected a number of at least 0 and at most 1, got 97/],
  ["train --validation 0 --group-by (.)", /--group-by: expected a --validation .*, got --validation 0/],
  ["train --group-by (.)", /--group-by: .* samples of synthetic-digits have no names, got "\(\.\)", and no such file/],
  ["train --validation-split last", /--validation-split: expected stratified or sequential, got "last"/],
  ["train --label-smoothing 1", /--label-smoothing: expected a number of at least 0 and below 1, got 1/],
  ["train --target-noise 1.5", /--target-noise: expected a number of at least 0 and at most 1, got 1\.5/],
  [
    "train --config missing.yaml",
    /--config missing\.yaml: expected a readable YAML or JSON file, got no such file or folder/,
  ],
  ["train --resume runs/1 --lr 0.1 --no-shuffle", /--resume: expected no other settings .* got --lr, --no-shuffle/],
  ["evaluate --split tset", /--split: expected train, validation or test, got "tset"/],
  ["predict --index 9..1", /--index: expected .* got "9\.\.1"/],
  ["summary", /summary: expected <NET>, got nothing/],
  ["summary lenet5 --input 32", /--input: expected height x width x channels/],
  ["bench setp", /bench: expected a command \(step, scaling, predict, gemm\), got setp\. Did you mean step\?/],
  ["bench step --seconds 0", /--seconds: expected a number above 0/],
];

describe("wrong usage", { concurrency: 2 }, () => {
  for (const [args, message] of wrong) {
    test(`heddle ${args}`, async () => {
      const { code, stdout, stderr } = await heddle(args.split(" "));
      assert.match(stderr, message);
      assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
      assert.equal(stdout, "");
      assert.equal(code, 2);
    });
  }

  test("no command: the help goes to stderr, exit 2", async () => {
    const { code, stdout, stderr } = await heddle([]);
    assert.match(stderr, /Usage: heddle/);
    assert.equal(stdout, "");
    assert.equal(code, 2);
  });

  test("evaluate and predict say what --dataset means to them", async () => {
    for (const command of ["evaluate", "predict"]) {
      const { stdout } = await heddle([command, "--help"]);
      const text = stdout.replace(/\s+/g, " ");
      assert.match(
        text,
        /--dataset <NAME> data set to take samples from \(default: the one the model was trained on\)/,
      );
      assert.doesNotMatch(text, /to train on|--standardize/);
    }
  });

  test("a variable is checked like a flag", async () => {
    const { code, stderr } = await heddle(["train"], { env: { HEDDLE_THREADS: "many" } });
    assert.match(stderr, /HEDDLE_THREADS: expected a whole number of at least 1 and at most 512, or auto, got "many"/);
    assert.equal(code, 2);
  });

  test("a configuration file names line and column", async (t) => {
    const folder = emptyFolder(t);
    writeFileSync(join(folder, "run.yaml"), "lr: 0.1\nepoch: 3\n");
    const { code, stderr } = await heddle(["train", "--config", "run.yaml"], { cwd: folder });
    assert.match(stderr, /run\.yaml:2:1: expected a key of the configuration, got epoch\. Did you mean epochs\?/);
    assert.equal(code, 2);
  });
});

describe("asked for", { concurrency: 2 }, () => {
  test("--version is one line on stdout", async () => {
    const manifest = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    const { available, isa } = nativeStatus();
    const machine = `${process.platform}-${process.arch}`;
    const addon = available ? `addon ${machine}, ${isa}` : `no addon for ${machine}`;
    const line = `${manifest.version} (${addon}; Node ${process.versions.node})\n`;
    const env = process.env["HEDDLE_ISA"] === undefined ? {} : { HEDDLE_ISA: process.env["HEDDLE_ISA"] };
    for (const args of [["--version"], ["train", "--version"], ["data", "list", "--version"]]) {
      const { code, stdout, stderr } = await heddle(args, { env });
      assert.deepEqual([code, stdout, stderr], [0, line, ""]);
    }
    if (!available) return;
    const { stdout } = await heddle(["--version"], { env: { HEDDLE_ISA: "generic" } });
    assert.equal(stdout, line.replace(isa, "generic"));
  });

  test("help names every flag of train on stdout", async () => {
    const { code, stdout } = await heddle(["train", "--help"]);
    const flags =
      "--dataset --data-dir --model --activation --initializer --epochs --batch-size --lr --optimizer --schedule --loss " +
      "--standardize --validation --subset --seed --dtype --threads --backend --out --init --resume --no-shuffle " +
      "--log-steps --require-accuracy --json --config --quiet --no-progress --no-color -t, -o, -c,";
    for (const flag of flags.split(" ")) assert.ok(stdout.includes(`${flag} `), flag);
    assert.equal(code, 0);
  });

  test("--print-config shows each value with its source, and --config reads it back", async (t) => {
    const folder = emptyFolder(t);
    const env = { HEDDLE_THREADS: "3" };
    const first = await heddle(["train", "--print-config", "--lr", "0.5", "--no-shuffle"], { env });
    assert.match(first.stdout, /^lr: 0\.5 +# flag$/m);
    assert.match(first.stdout, /^threads: 3 +# environment$/m);
    assert.match(first.stdout, /^shuffle: false +# flag$/m);
    assert.match(first.stdout, /^batchSize: 64 +# default$/m);
    writeFileSync(join(folder, "again.yaml"), first.stdout);
    const again = await heddle(["train", "--print-config", "--config", "again.yaml"], { cwd: folder });
    assert.match(again.stdout, /^lr: 0\.5 +# file$/m);
    assert.equal(again.code, 0);
  });
});

test("--version waits for no part of the library but the addon", async () => {
  const { stdout, stderr } = await heddle(["--version"], { env: { NODE_DEBUG: "esm" } });
  assert.match(stdout, /^\d+\.\d+\.\d+ \(.*\)\n$/);
  const loaded = new Set([...stderr.matchAll(/dist\/src\/([\w/-]+)\.js/g)].map(([, name]) => name));
  assert.deepEqual([...loaded].sort(), [
    "base/addon",
    "base/environment",
    "base/platform",
    "cli/launched",
    "cli/main",
    "cli/nohup",
    "version",
  ]);
});
