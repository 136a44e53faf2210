/**
 * Bad input from end to end: one clear message with the place, what was expected and what came; the right exit code;
 * nothing on stdout but what came of others; and not one byte on the disk that was not there before.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { heddle } from "../cli/heddle.js";
import { makeWorld, snapshot } from "./world.js";

interface Bad {
  /** Words with spaces between them; one in quotes may hold spaces. */
  readonly args: string;
  /** What the message says, in this order. */
  readonly says: readonly string[];
  readonly env?: Record<string, string>;
}

const wordsOf = (args: string): string[] =>
  Array.from(args.matchAll(/"([^"]*)"|\S+/g), ([word, quoted]) => quoted ?? word);
const train = (settings: string): string => `train --epochs 1 --out new ${settings}`;
const mnist = (folder: string): string => train(`--dataset mnist --model mlp:5 --data-dir data/${folder}`);
const digits = (folder: string): string => train(`--dataset digits --data-dir data/${folder}`);
const init = (file: string): string => train(`--init ${file}`);

const usage: readonly Bad[] = [
  { args: train("--epoch 3"), says: ["train", "got --epoch", "Did you mean --epochs?"] },
  { args: train("--model dtu-mpl"), says: ["--model: ", "dtu-mpl", "Did you mean dtu-mlp?"] },
  { args: train("--dataset mnits"), says: ["--dataset: ", "mnits", "Did you mean mnist?"] },
  { args: train("--model mlp:0"), says: ["--model mlp:0: ", "widths from 1", '"0"'] },
  { args: train("--model mlp:30-0-20"), says: ["--model mlp:30-0-20: ", "widths from 1", '"0"'] },
  { args: train("--model mlp:"), says: ["--model mlp:: ", "widths from 1", "an empty width"] },
  { args: train("--model lenet5"), says: ["layer 3 (conv2d): ", "at least 5x5", "4x4x6", "larger images"] },
  { args: train("--model lenet5 --activation relu"), says: ["--activation relu: ", "lenet5, which says its own"] },
  { args: train("--model conv32x3>>fc10"), says: ["--model, column 1: ", "a layer (fc, ", '"conv32x3"'] },
  {
    args: train('--model "conv 4x3 >> reul >> fc 10"'),
    says: ["--model, column 13: ", "a layer", '"reul"', "Did you mean relu?", "  conv 4x3 >> reul >> fc 10\n", " ^"],
  },
  {
    args: train('--model "conv 4x3 >> pool 2 >> conv 4x5 >> fc 10"'),
    says: ["layer 2 (conv2d): ", "at least 5x5", "3x3x4", "shrunk too far"],
  },
  { args: train('--model "conv 4x3 >> pool 7 >> fc 10"'), says: ["layer 1 (max-pool): ", "at least 7x7", "6x6x4"] },
  { args: train('--model "conv 4x3 stride 0 >> fc 10"'), says: ["--model, column 6: ", "stride", "stride 0", "^"] },
  { args: train('--model "conv 4x3 >> pool 0 >> fc 10"'), says: ["--model, column 18: ", "size", "got 0", "^"] },
  { args: train('--model "conv 4x3 >> fc 11"'), says: ["last layer (dense): ", "10 outputs", "11"] },
  {
    args: train('--model "fc 12 >> bn >> fc 10" --batch-size 1'),
    says: ["layer 1 (batch-norm): ", "at least 2 samples", "batches of 1", "--batch-size 2"],
  },
  {
    args: train('--model "fc 12 >> bn >> fc 10" --batch-size 64 --subset 65 --validation 0'),
    says: ["layer 1 (batch-norm): ", "at least 2 samples", "1 in the last", "--batch-size 63"],
  },
  { args: train("--model no-flatten.json"), says: ["layer 1 (dense): ", "a vector", "6x6x4", '{"type": "flatten"}'] },
  { args: train("--model color.json"), says: ["--model color.json: ", "images of 8x8x3", "8x8x1"] },
  { args: train("--model seven.json"), says: ["--model seven.json: ", "7 classes", "10"] },
  { args: train("--model stride-0.json"), says: ["layer 0 (conv2d), stride: ", '"stride":0'] },
  { args: train("--model window-0.json"), says: ["layer 1 (max-pool), size: ", '"size":0'] },
  {
    args: train("--model residual.json"),
    says: ["layer 1 (residual): ", "of one shape", "4x4x4 and 6x6x4", "projection"],
  },
  { args: train("--model no-net.json"), says: ["--model no-net.json: ", "a readable JSON file", "no such file"] },
  { args: train("--batch-size 0"), says: ["--batch-size: ", "at least 1", "0"] },
  { args: train("--lr -0.1"), says: ["--lr: ", "above 0", "-0.1"] },
  { args: train("--lr NaN"), says: ["--lr: ", "above 0", '"NaN"'] },
  { args: train("--threads 0"), says: ["--threads: ", "at least 1", "0"] },
  { args: train("--threads many"), says: ["--threads: ", "at least 1", '"many"'] },
  { args: train(""), env: { HEDDLE_THREADS: "0" }, says: ["HEDDLE_THREADS: ", "at least 1", "0"] },
  { args: train(""), env: { HEDDLE_ISA: "mmx" }, says: ["HEDDLE_ISA: ", "this CPU can run", '"mmx"'] },
  { args: train("--subset 999999"), says: ["--subset: ", "1..5000", "999999"] },
  { args: train("--validation 5000"), says: ["--validation: ", "below the 5000 samples", "5000"] },
  { args: train("--subset 10 --validation 9999"), says: ["--validation: ", "below the 10 samples", "9999"] },
  { args: "train --out trained", says: ["--out trained: ", "absent or empty", " entries", "another folder"] },
  { args: "train --out a-file", says: ["--out a-file: ", "absent or empty", "a file", "another folder"] },
  {
    args: "predict trained --index 990..1000",
    says: ["--index: ", "0 to 999", "the test split", "1000"],
  },
  {
    args: "evaluate trained --dataset mnist --data-dir data/whole",
    says: ["trained/model.safetensors on mnist: ", "8x8x1 with values 0..16", "28x28x1", "--dataset"],
  },
  {
    args: "predict on-mnist --dataset synthetic-digits",
    says: ["on-mnist/model.safetensors on synthetic-digits: ", "28x28x1", "8x8x1", "--dataset"],
  },
  ...["evaluate trained", "predict trained", "predict trained whole.png"].map((command) => ({
    args: `${command} --standardize dataset`,
    says: ["--standardize: expected unit, as in training, got dataset", "part of the model", "Leave the flag out"],
  })),
  {
    args: "train --init trained/model.safetensors --standardize none",
    says: ["--standardize: expected unit, as trained/model.safetensors was trained, got none", "or --init"],
  },
  {
    args: "train --init trained/model.safetensors --dataset mnist --data-dir data/whole",
    says: ["--init trained/model.safetensors: ", "28x28x1 with values 0..255", "8x8x1 with values 0..16"],
  },
  { args: "predict trained whole.png --index 3", says: ["--index: ", "a data set", "got files", "Leave it out"] },
  { args: "predict trained whole.png --threads 2", says: ["--threads: ", "got files", "on one thread"] },
  { args: "predict trained --invert", says: ["--invert: ", "image files", "none"] },
  { args: "predict trained whole.png --fit squash", says: ["--fit: ", "crop, pad or stretch", "squash"] },
  { args: "train --resume trained --epochs 9", says: ["--resume: ", "--epochs", "start a new run"] },
];

const data: readonly Bad[] = [
  {
    args: train("--dataset mnist"),
    says: ["mnist/", "train-images-idx3-ubyte.gz", "no data folder", "--data-dir", "synthetic-digits needs no files"],
  },
  {
    args: mnist("nowhere"),
    says: ["data/nowhere/mnist: ", "t10k-labels-idx1-ubyte.gz", "no such folder", "synthetic-digits needs no files"],
  },
  {
    args: mnist("one-file-missing"),
    says: ["data/one-file-missing/mnist: ", "no t10k-labels-idx1-ubyte.gz", "HEDDLE_DATA_DIR"],
  },
  {
    args: mnist("truncated-gzip"),
    says: ["train-images-idx3-ubyte.gz at byte 100: ", "gzip data", "truncated", "Fetch the file again"],
  },
  { args: mnist("not-gzip"), says: ["train-images-idx3-ubyte.gz at byte 0: ", "magic number", "1736075632"] },
  { args: mnist("wrong-magic"), says: ["train-labels-idx1-ubyte at byte 0: ", "2049", "2051"] },
  { args: mnist("counts-disagree"), says: ["train-labels-idx1-ubyte at byte 4: ", "40 labels", "39"] },
  { args: mnist("too-short"), says: ["t10k-images-idx3-ubyte at byte 5000: ", "15696 bytes", "5000"] },
  { args: mnist("other-size"), says: ["t10k-images-idx3-ubyte at byte 8: ", "28 rows", "14"] },
  { args: mnist("label-out-of-range"), says: ["t10k-labels-idx1-ubyte at byte 8: ", "a label 0..9", "11"] },
  { args: digits("ragged-row"), says: ["digits.csv, row 2: ", "65 cells", "64"] },
  { args: digits("not-a-number"), says: ["digits.csv: ", "1797 rows", "2", "Fetch the file again"] },
  { args: digits("too-few-rows"), says: ["digits.csv: ", "1797 rows", "3"] },
];

const models: readonly Bad[] = [
  { args: init("nowhere.safetensors"), says: ["nowhere.safetensors: ", "a model file", "no such file"] },
  { args: init("empty.safetensors"), says: ["empty.safetensors, header: ", "at least 8 bytes", "0 bytes"] },
  { args: init("text.safetensors"), says: ["text.safetensors, header: ", "no safetensors file"] },
  { args: init("torch.pt"), says: ["torch.pt, header: ", "safetensors.torch.save_file"] },
  { args: init("truncated.safetensors"), says: ["truncated.safetensors, tensor ", "up to offset", "truncated"] },
  { args: init("header-too-long.safetensors"), says: ["header: ", "5000 bytes of header", "too early"] },
  { args: init("overlap.safetensors"), says: ['tensor "b": ', "from offset 8", "offset 4: overlap"] },
  { args: init("out-of-range.safetensors"), says: ['tensor "b": ', "up to offset 400", "8 data bytes"] },
  { args: init("half.safetensors"), says: ["half.safetensors: ", "0.weight", "none of them: a"] },
  { args: init("other-net.safetensors"), says: ["other-net.safetensors: ", "other shapes", "another net"] },
  { args: init("f64.safetensors"), says: ['f64.safetensors, tensor "0.weight": ', "F32", "F64", "--dtype f64"] },
  { args: "evaluate nowhere", says: ["nowhere: ", "a model file, or a run folder", "no such file or folder"] },
  { args: "evaluate data", says: ["data: ", "a model file, or a run folder", "a folder without one"] },
  { args: "evaluate trained/last.ckpt", says: ["trained/last.ckpt, header: ", "a checkpoint", "run folder"] },
  { args: "evaluate trained/run.json", says: ["trained/run.json, header: ", "no safetensors file"] },
  { args: "predict text.safetensors", says: ["text.safetensors, header: ", "no safetensors file"] },
  {
    args: init("flipped.safetensors"),
    says: ["flipped.safetensors: ", "the checksum blake3:", "damaged, or was changed"],
  },
  { args: "evaluate flipped.safetensors", says: ["flipped.safetensors: ", "the checksum blake3:", "damaged"] },
  { args: "predict truncated.safetensors", says: ["truncated.safetensors, tensor ", "truncated"] },
  { args: "predict trained empty.jpg", says: ["empty.jpg: ", "a PNG or JPEG image", "an empty file"] },
  { args: "predict nowhere.png", says: ["runs: ", "a run with a model.safetensors", "Train one first"] },
  { args: "evaluate f64.safetensors", says: ["f64.safetensors, __metadata__: ", "weights alone", "--init"] },
  {
    args: "evaluate unknown-layer.safetensors",
    says: ["unknown-layer.safetensors", "version of Heddle knows", "layer 1", '"attention"'],
  },
  { args: "evaluate", says: ["runs: ", "a run with a model.safetensors", "no such folder", "Train one first"] },
];

/** Files that do not decode among others that do: those are told all the same. */
const partly: readonly Bad[] = [
  { args: "predict trained whole.png nowhere.png", says: ["nowhere.png: ", "an image file", "no such file"] },
  { args: "predict trained cut.png whole.png", says: ["cut.png at byte 33: ", "a chunk of at most"] },
  { args: "predict trained whole.png text.png", says: ["text.png: ", "a PNG or JPEG image", "something else"] },
  { args: "predict trained whole.png data", says: ["data: ", "images, by the endings of their names", "none"] },
];

const checkpoints: readonly Bad[] = [
  { args: "train --resume nowhere", says: ["nowhere: ", "the folder of a run", "no such folder"] },
  { args: "train --resume data", says: ["data: ", "the folder of a run", "without run.json"] },
  { args: "train --resume flipped", says: ["flipped/last.ckpt: ", "BLAKE3", "damaged", "train anew"] },
  { args: "train --resume cut-checkpoint", says: ["cut-checkpoint/last.ckpt: ", "BLAKE3", "damaged", "train anew"] },
  { args: "train --resume cut-metrics", says: ["cut-metrics/metrics.jsonl: ", "bytes", "10", "Put the file back"] },
  {
    args: "train --resume half-run-json",
    says: ["half-run-json/run.json: ", "its checksum", "none", "start a new run"],
  },
  { args: "train --resume broken-metrics", says: ["broken-metrics/metrics.jsonl, line 3: ", "a line of metrics"] },
  {
    args: "train --resume edited-run-json",
    says: ["edited-run-json/run.json: ", "checksum", "damaged, or was changed"],
  },
  { args: "train --resume strange-run-json", says: ["strange-run-json/run.json, config.batchSize: "] },
  { args: "train --resume sealed-run-json", says: ["sealed-run-json/run.json, config.lr: ", "0.001", "0.002", "back"] },
  {
    args: "train --resume on-mnist --data-dir data/other-images",
    says: ["on-mnist/run.json, data of mnist: ", "blake3:", "blake3:", "Put the same files back"],
  },
];

const failing: readonly Bad[] = [
  { args: "train --out a-file/run", says: ["a-file/run: ", "make this folder", "not a folder", "--out"] },
  { args: "train --out /proc/run", says: ["/proc/run: ", "make this folder", "--out"] },
  { args: train("--model mlp:200000-200000"), says: ["memory: ", "MB", "available", "smaller"] },
];

const groups = { 2: usage, 3: [...data, ...models, ...partly, ...checkpoints], 1: failing };

describe("bad input", () => {
  const cwd = mkdtempSync(join(tmpdir(), "heddle-bad-"));
  after(() => rmSync(cwd, { recursive: true }));
  let whole: readonly string[];
  before(async () => {
    await makeWorld(cwd);
    whole = snapshot(cwd);
  });

  describe("each is refused", { concurrency: 2 }, () => {
    for (const [code, cases] of Object.entries(groups)) {
      for (const bad of cases) {
        const { args, says, env = {} } = bad;
        const variables = Object.entries(env).map(([name, value]) => `${name}=${value} `);
        test(`exit ${code}: ${variables.join("")}heddle ${args}`, async () => {
          const outcome = await heddle([...wordsOf(args), "--quiet"], { cwd, env });
          const { stderr } = outcome;
          // Below it, a sentence with a caret under the mistake.
          const form = /^heddle: [^\n]+: expected [^\n]+, got [^\n]+[.?]\n(?: {2}[^\n]+\n *\^\n)?$/;
          assert.match(stderr, form, "one line in the one form");
          let rest = stderr;
          for (const part of says) {
            assert.ok(rest.includes(part), `"${part}" is missing, or not where it belongs: ${stderr}`);
            rest = rest.slice(rest.indexOf(part) + part.length);
          }
          assert.equal(outcome.code, Number(code), stderr);
          if (partly.includes(bad)) assert.match(outcome.stdout, /^image .*\nwhole\.png +\d .*\n\n.* images\/s\n$/);
          else assert.equal(outcome.stdout, "", "nothing on stdout");
        });
      }
    }
  });

  test("nothing on the disk has changed", () => {
    assert.deepEqual(snapshot(cwd), whole);
  });
});
