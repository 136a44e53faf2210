/** What every standardization of the registry must keep. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { identity } from "../../src/base/random.js";
import type { Dataset } from "../../src/data/dataset.js";
import type { Preprocessing } from "../../src/data/preprocessing.js";
import { fitPreprocessing, standardizations } from "../../src/data/standardize.js";
import { lossOf } from "../../src/losses/index.js";
import { resolveNet } from "../../src/nn/net.js";
import { formulaDataset } from "../golden/formula.js";
import { chosenBackend } from "../kernels/addon.js";
import { bits, configure, engineOf, meanLoss } from "./lab.js";
import { Solo } from "./solo.js";

const shape = { height: 3, width: 5, channels: 2 };
const pixels = 30;
const dataset = formulaDataset(40, shape, 200, 10);
/** Samples that training may see: every third is kept for validation. */
const seen = identity(40).filter((sample) => sample % 3 !== 0);

/** What a net must see of an image, by the formulas of `Preprocessing`; channels first, as files number the features. */
function expected(preprocessing: Preprocessing, image: Uint8Array): number[] {
  const last =
    preprocessing.kind === "affine"
      ? Array.from(image, (byte, i) => byte * preprocessing.scale[i % 2] + preprocessing.shift[i % 2])
      : centered(image);
  return Array.from(last, (_, feature) => last[(feature % 15) * 2 + Math.floor(feature / 15)]);
}

function centered(image: Uint8Array): number[] {
  const mean = image.reduce((sum, byte) => sum + byte, 0) / image.length;
  const norm = Math.hypot(...Array.from(image, (byte) => byte - mean));
  return Array.from(image, (byte) => (norm > 0 ? (byte - mean) / norm : 0));
}

test("every standardization has a name of its own, and a line for help", () => {
  assert.equal(new Set(standardizations.map(({ name }) => name)).size, standardizations.length);
  for (const { summary } of standardizations) assert.match(summary, /^\S.{5,80}\S$/);
});

for (const { name } of standardizations) {
  const fit = (data: Dataset): Preprocessing => fitPreprocessing(name, data, seen);
  const fitted = fit(dataset);

  test(`${name}: survives JSON, with a number for each channel`, () => {
    assert.deepEqual(JSON.parse(JSON.stringify(fitted)), fitted);
    assert.equal(fitted.standardize, name);
    if (fitted.kind === "affine") {
      assert.deepEqual([fitted.scale.length, fitted.shift.length], [shape.channels, shape.channels]);
      assert.ok([...fitted.scale, ...fitted.shift].every(Number.isFinite));
      assert.ok(fitted.scale.every((scale) => scale > 0));
    }
  });

  test(`${name}: validation and test samples are not looked at`, () => {
    const images = dataset.train.images.slice();
    for (let sample = 0; sample < 40; sample += 3) images.fill(7, sample * pixels, (sample + 1) * pixels);
    assert.deepEqual(fit({ ...dataset, train: { ...dataset.train, images }, test: null }), fitted);
  });

  test(`${name}: images without contrast are no trouble`, async () => {
    const even = { ...dataset.train, images: new Uint8Array(40 * pixels).fill(9) };
    const preprocessing = fit({ ...dataset, train: even });
    const net = resolveNet({ input: shape, classes: 10, layers: [{ type: "dense", units: 10 }] });
    const engine = engineOf(1);
    configure(engine, { net, dtype: "f32", dataset: { train: even, test: null }, batchSize: 8, preprocessing });
    const scored = await engine.score(identity(40));
    assert.ok(Number.isFinite(meanLoss(scored)) && scored.probabilities!.every(Number.isFinite));
  });

  for (const [dtype, tolerance] of [
    ["f32", 1e-6],
    ["f64", 1e-15],
  ] as const) {
    test(`${name} in ${dtype}: what the net sees, through a layer that passes it on`, () => {
      const net = resolveNet({ input: shape, classes: pixels, layers: [{ type: "dense", units: pixels }] });
      const type = dtype === "f32" ? Float32Array : Float64Array;
      const unit = new type(pixels * pixels).map((_, i) => (i % (pixels + 1) === 0 ? 1 : 0));
      const tensors = [unit, new type(pixels)];
      const common = { net, dtype, dataset, tensors, preprocessing: fitted, batchSize: 40 };
      const solo = new Solo(chosenBackend(), { ...common, loss: lossOf("squared-error") });
      solo.gradient([40]);
      for (const [sample, row] of solo.logits(40).entries()) {
        const wanted = expected(fitted, dataset.train.images.subarray(sample * pixels, (sample + 1) * pixels));
        for (const [feature, value] of row.entries()) {
          const close = Math.abs(value - wanted[feature]) <= tolerance * Math.max(1, Math.abs(wanted[feature]));
          assert.ok(close, `sample ${sample}, feature ${feature}: ${value}, expected ${wanted[feature]}`);
        }
      }
    });
  }

  test(`${name}: a test image is treated as the same image in training`, async () => {
    const twins = { ...dataset, test: dataset.train };
    const net = resolveNet({ input: shape, classes: 10, layers: [{ type: "dense", units: 10 }] });
    const engine = engineOf(1);
    configure(engine, { net, dtype: "f32", dataset: twins, batchSize: 8, preprocessing: fitted });
    const training = await engine.score(identity(40));
    const test = await engine.score(identity(40).map((sample) => sample + 40));
    assert.equal(bits([test.probabilities!]), bits([training.probabilities!]));
  });
}
