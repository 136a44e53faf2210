// Races a predictor with onnxruntime-node, one thread each, taking turns: images a second at 1, 64 and 10,000 a call.
//
//   npm run build && node bench/predict.mjs [--onnxruntime DIR] [--python COMMAND] [--seconds S] [--rounds N]
//
// DIR is a folder where onnxruntime-node is installed; COMMAND a Python with the onnx package, which turns our model
// files into ONNX. Heddle starts from bytes, onnxruntime from floats that are standardized already; both end in
// probabilities. Without --onnxruntime only Heddle is timed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: {
    onnxruntime: { type: "string" },
    python: { type: "string", default: "python3" },
    seconds: { type: "string", default: "0.5" },
    rounds: { type: "string", default: "7" },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const { openPredictor } = await import("../dist/src/index.js");
const ort = values.onnxruntime && createRequire(join(resolve(values.onnxruntime), "x.js"))("onnxruntime-node");
const ortVersion =
  values.onnxruntime &&
  JSON.parse(readFileSync(join(values.onnxruntime, "node_modules/onnxruntime-node/package.json"), "utf8")).version;

const folder = mkdtempSync(join(tmpdir(), "heddle-predict-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

function run(file, args) {
  const { status, stderr, error } = spawnSync(file, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${file} ${args.join(" ")} ended with ${status}: ${error ?? stderr}`);
}

/** Trains the net for a moment: its model file, a predictor, and a session of the same net in onnxruntime. */
async function openBoth(net, dataset) {
  const out = join(folder, net);
  run(process.execPath, [
    join(root, "bin/heddle.js"),
    ...["train", "--dataset", dataset, "--model", net, "--subset", "1000", "--epochs", "1", "--out", out],
  ]);
  const predictor = openPredictor(out, { backend: "native" });
  if (!ort) return { predictor };
  const onnx = join(folder, `${net}.onnx`);
  run(values.python, [join(root, "bench/peers/export_onnx.py"), join(out, "model.safetensors"), onnx]);
  const session = await ort.InferenceSession.create(onnx, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  return { predictor, session };
}

/** Calls a second, over one window. */
async function rate(work) {
  let calls = 0;
  const start = performance.now();
  for (let burst = 1; ; burst = Math.min(burst * 2, 1024)) {
    calls += await work(burst);
    const elapsed = (performance.now() - start) / 1000;
    if (elapsed > seconds) return calls / elapsed;
  }
}

const cell = (perSecond) =>
  perSecond >= 1e6 ? `${(perSecond / 1e6).toFixed(2)} M` : `${(perSecond / 1e3).toFixed(1)} k`;
const best = (list) => Math.max(...list);
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const row = (cells) => console.log(`| ${cells.join(" | ")} |`);

const peer = ort ? [`onnxruntime-node ${ortVersion}`, "median", "Heddle times it", "of medians"] : [];
row(["net", "images a call", "Heddle images/s", "median", "us a call", ...peer]);
row(["---", ...Array(4 + peer.length).fill("---:")]);
for (const [net, dataset, range] of [
  ["digits-mlp", "synthetic-digits", 16],
  ["dtu-mlp", "synthetic-digits-28", 255],
]) {
  const { predictor, session } = await openBoth(net, dataset);
  const { height, width, channels } = predictor.shape;
  const pixels = height * width * channels;
  for (const count of [1, 64, 10_000]) {
    // No pixel is 0: nothing to gain from zeros.
    const bytes = Uint8Array.from({ length: count * pixels }, (_, i) => 1 + (((i * 2654435761) >>> 7) % range));
    const feeds = ort && {
      x: new ort.Tensor(
        "float32",
        Float32Array.from(bytes, (b) => b / range),
        [count, pixels],
      ),
    };
    const ours = (calls) => {
      for (let i = 0; i < calls; i++) predictor.predict(bytes);
      return calls;
    };
    const theirs = async (calls) => {
      for (let i = 0; i < calls; i++) await session.run(feeds);
      return calls;
    };
    if (ort) {
      const { p } = await session.run(feeds);
      const worst = predictor.predict(bytes).reduce((most, value, i) => Math.max(most, Math.abs(value - p.data[i])), 0);
      if (!(worst < 1e-5)) throw new Error(`${net}: the probabilities differ by ${worst}`);
    }
    const rates = { ours: [], theirs: [] };
    for (let round = 0; round < rounds; round++) {
      rates.ours.push((await rate(ours)) * count);
      if (ort) rates.theirs.push((await rate(theirs)) * count);
    }
    const cells = [net, count, cell(best(rates.ours)), cell(median(rates.ours))];
    cells.push(((count / best(rates.ours)) * 1e6).toFixed(count === 1 ? 2 : 1));
    if (ort) {
      cells.push(cell(best(rates.theirs)), cell(median(rates.theirs)));
      cells.push(`**${(best(rates.ours) / best(rates.theirs)).toFixed(2)}**`);
      cells.push((median(rates.ours) / median(rates.theirs)).toFixed(2));
    }
    row(cells);
  }
  predictor.close();
}
