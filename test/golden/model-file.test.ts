/** A model file that PyTorch wrote gives PyTorch's logits. (`check_model.py` asks the same of the other way.) */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { identity } from "../../src/base/random.js";
import { Engine } from "../../src/engine/engine.js";
import { lossOf } from "../../src/losses/index.js";
import { matchParameters, readWeights } from "../../src/model/model-file.js";
import { resolveNet } from "../../src/nn/net.js";
import { Solo } from "../contract/solo.js";
import { chosenBackend } from "../kernels/addon.js";
import { formulaDataset } from "./formula.js";
import { goldenFile, goldenModel, preprocessingOf, worst } from "./golden.js";

const golden = goldenModel();
const net = resolveNet(golden.net);
const file = readWeights(goldenFile("model.safetensors"));
const images = golden.logits.length;
const setup = {
  net,
  loss: lossOf("cross-entropy"),
  preprocessing: preprocessingOf(golden),
  dataset: formulaDataset(images, golden.net.input, golden.maximum),
};
const backend = chosenBackend();
const engine = new Engine(2, backend.name);
after(() => engine.close());

const softmax = (logits: readonly number[]): number[] => {
  const powers = logits.map((z) => Math.exp(z - Math.max(...logits)));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
};

// The weights are F32: double only takes PyTorch's rounding away.
for (const [dtype, tolerance] of [
  ["f32", 1e-5],
  ["f64", 1e-12],
] as const) {
  const { tensors } = matchParameters(file, net.parameters, dtype);

  test(`logits of PyTorch's model file in ${dtype}`, () => {
    const solo = new Solo(backend, { ...setup, dtype, tensors, batchSize: images });
    solo.gradient([images]);
    const distance = worst(solo.logits(images).flat(), golden.logits.flat());
    assert.ok(distance <= tolerance, `logits differ by ${distance}`);
  });

  test(`predictions of PyTorch's model file in ${dtype}`, async () => {
    const options = { ...setup, dtype, batchSize: 0, optimizer: null, places: images, probabilities: true };
    engine.configure(options);
    engine.setParameters(tensors);
    const { probabilities, answers } = await engine.score(identity(images));
    const { predicted } = answers;
    const distance = worst(probabilities!, golden.logits.flatMap(softmax));
    assert.ok(distance <= tolerance, `probabilities differ by ${distance}`);
    const classes = golden.logits.map((row) => row.indexOf(Math.max(...row)));
    assert.deepEqual(Array.from(predicted), classes);
  });
}
