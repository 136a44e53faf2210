/**
 * For check_nets.py: what Heddle computes of a net. `node test/golden/net-numbers.mjs REQUEST.json` reads
 * {model, input?, classes?, dtype, exact, images, samples, seed, out}; `images` is "formula" or a data set, whose test
 * images are enlarged by a whole factor where the net wants larger ones. Writes into the folder `out`
 *   net.json              architecture, preprocessing, labels, convolutions by Winograd, loss
 *   images.bin            bytes [samples][H][W][C]
 *   start.safetensors     the weights before the step, as PyTorch names them
 *   numbers.safetensors   logits (in training's way), probabilities (in scoring's), gradient/NAME, and NAME of the running
 *                         statistics after the step
 * Dropout keeps everything here, and noise is too small to add: their draws are not PyTorch's.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identity, Stream } from "../../dist/src/base/random.js";
import { findDataset } from "../../dist/src/data/index.js";
import { Engine } from "../../dist/src/engine/engine.js";
import { loadBackend } from "../../dist/src/kernels/index.js";
import { lossOf } from "../../dist/src/losses/index.js";
import { encodeSafetensors } from "../../dist/src/model/safetensors.js";
import { initializeParameter } from "../../dist/src/nn/initializers/index.js";
import { resolveNet } from "../../dist/src/nn/net.js";
import { ruleOf } from "../../dist/src/optim/index.js";
import { buildNet } from "../../dist/src/zoo/index.js";
import { Solo } from "../../dist/test/contract/solo.js";
import { formulaSplit } from "../../dist/test/golden/formula.js";
import { winogradCount, withoutChance } from "../../dist/test/golden/nets.js";

const request = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { model, dtype, exact, samples, seed, out } = request;
const spec = withoutChance(buildNet(model, request));
const net = resolveNet(spec);
const type = dtype === "f32" ? Float32Array : Float64Array;

/** Biases and batch norm's tensors away from where they start, so that none of them is a zero or a one. */
const tensors = net.parameters.map((parameter, i) => {
  const values = initializeParameter(parameter, i, seed, undefined);
  if (parameter.init.kind === "constant") {
    new Stream(seed, "weights", 100_000 + i).fillNormal(values);
    for (let j = 0; j < values.length; j++) values[j] = parameter.init.value + 0.1 * Math.abs(values[j]);
  }
  return type.from(values);
});

async function imagesOf({ height, width, channels }) {
  if (request.images === "formula") return formulaSplit(samples, spec.input, 255);
  const { test, shape } = await findDataset(request.images).load({
    dataDir: process.env.HEDDLE_DATA_DIR,
    allowMissing: true,
  });
  const factor = height / shape.height;
  const images = new Uint8Array(samples * height * width * channels);
  for (let at = 0; at < images.length; at++) {
    const [c, x] = [at % channels, Math.floor(at / channels) % width];
    const [y, sample] = [Math.floor(at / channels / width) % height, Math.floor(at / channels / width / height)];
    const row = sample * shape.height + Math.floor(y / factor);
    images[at] = test.images[(row * shape.width + Math.floor(x / factor)) * channels + c];
  }
  return { count: samples, images, labels: test.labels.slice(0, samples) };
}

const train = await imagesOf(spec.input);
const channels = spec.input.channels;
const preprocessing = {
  ...{ standardize: "golden", ...spec.input, maximum: 255, kind: "affine" },
  scale: Array.from({ length: channels }, (_, c) => 1 / (64 + 16 * c)),
  shift: Array.from({ length: channels }, (_, c) => 0.25 * c - 1.75),
};
const common = { net, dtype, exact, batchSize: samples, loss: lossOf("cross-entropy"), preprocessing };
const dataset = { train, test: null };

const engine = new Engine(2, "auto");
engine.configure({ ...common, dataset, optimizer: ruleOf("sgd momentum=0.9"), places: samples, probabilities: true });
engine.setParameters(tensors);
const { probabilities } = await engine.score(identity(samples));
const totals = { loss: 0, correct: 0, samples: 0 };
// Momentum 0 keeps the gradient in the optimizer's state; a rate of 0 moves no weight.
const job = {
  order: identity(samples),
  from: 0,
  totals,
  epoch: 0,
  before: 0,
  optimizer: "sgd momentum=0.9",
  lr: 0,
};
await engine.train(job);
const [loss] = engine.stepLosses();
const [gradient] = engine.optimizerState();
const after = engine.parameters();
await engine.close();

const solo = new Solo(loadBackend("auto"), { ...common, dataset, tensors });
solo.gradient(Array.from({ length: Math.ceil(samples / solo.plan.chunk) }, () => solo.plan.chunk));
const logits = solo.logits(samples);

const format = dtype.toUpperCase();
const tensor = (name, shape, data) => ({ name, dtype: format, shape, data });
const save = (name, list) => writeFileSync(join(out, name), Buffer.concat(encodeSafetensors(list, { format: "pt" })));
const learned = net.parameters.filter(({ learned }) => learned !== false);
const statistics = net.parameters.flatMap((p, i) => (p.learned === false ? [tensor(p.name, p.shape, after[i])] : []));
save(
  "start.safetensors",
  net.parameters.map(({ name, shape }, i) => tensor(name, shape, tensors[i])),
);
save("numbers.safetensors", [
  tensor("logits", [samples, spec.classes], type.from(logits.flat())),
  tensor("probabilities", [samples, spec.classes], probabilities),
  ...learned.map(({ name, shape }, i) => tensor(`gradient/${name}`, shape, gradient[i])),
  ...statistics,
]);
writeFileSync(join(out, "images.bin"), train.images);
const described = { architecture: spec, ...preprocessing, labels: Array.from(train.labels), loss };
writeFileSync(join(out, "net.json"), JSON.stringify({ ...described, winograd: winogradCount(solo.plan) }));
