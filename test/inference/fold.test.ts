/** Batch norm that went into the weights below: the same answers up to rounding, wherever it stands, and no batch norm left. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { graphOf } from "../../src/export/graph.js";
import { openPredictor, predict, train } from "../../src/index.js";
import { foldedModel } from "../../src/inference/fold.js";
import { netOf } from "../../src/inference/model-net.js";
import { resolveNet } from "../../src/nn/net.js";
import { buildNet } from "../../src/zoo/index.js";
import { weightsOf } from "../contract/lab.js";
import { configOf } from "../engine/runs.js";
import { difference, engineLogits, imagesOf, modelOf, toleranceOf } from "../export/models.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-fold-"));
after(() => rmSync(folder, { recursive: true }));

const input = { height: 8, width: 6, channels: 3 };
/** With how many batch norms stay. */
const sentences: readonly [sentence: string, stay: number][] = [
  ["conv 8x3 same >> bn >> relu >> conv 6x3 nobias >> bn >> gelu >> flatten >> fc 9 >> bn >> tanh >> fc 5", 0],
  ["gconv 6x3 3 nobias >> bn 0.1 0.01 >> silu >> conv 20x3 same nobias >> bn noscale >> pool 2 >> fc 5", 0],
  ["conv 8x1 >> residual(conv 8x3 same nobias >> bn noshift >> relu >> conv 8x3 same >> bn) >> relu >> fc 5", 0],
  ["conv 4x3 >> residual(conv 8x3 same stride 2 >> bn, conv 8x1 stride 2 nobias >> bn) >> gap >> fc 5", 0],
  ["bn >> conv 8x3 same >> relu >> bn >> pool 2 >> bn >> fc 5", 3],
  ["conv 8x3 same >> bn >> bn >> fc 5", 1],
];
for (const dtype of ["f32", "f64"] as const) {
  for (const [sentence, stay] of sentences) {
    test(`${sentence}, ${dtype}`, async () => {
      const net = resolveNet(buildNet(sentence, { input, classes: 5 }));
      const given = { dtype, tensors: weightsOf(net, dtype, 0.3) };
      const file = modelOf(net, given);
      const folded = netOf(foldedModel(file));
      const norms = folded.net.layers.filter(({ spec }) => spec.type === "batch-norm");
      assert.equal(norms.length, stay);
      assert.equal(folded.dtype, dtype);
      const images = imagesOf(net.spec, 7);
      const wanted = await engineLogits(net, images, given);
      const got = await engineLogits(folded.net, images, { dtype, tensors: folded.tensors });
      const off = difference(got, wanted, 5);
      assert.ok(off < (dtype === "f64" ? 1e-13 : toleranceOf(net)), `${off}`);
    });
  }
}

test("a net without batch norm is the same file; numbers that a fold would make infinite stay two layers", () => {
  const plain = resolveNet(buildNet("conv 8x3 same >> relu >> fc 5", { input, classes: 5 }));
  const file = modelOf(plain);
  assert.equal(foldedModel(file), file);
  const net = resolveNet(buildNet("conv 8x3 same >> bn >> fc 5", { input, classes: 5 }));
  const tensors = weightsOf(net, "f32");
  tensors[0].fill(1e30);
  tensors[net.parameters.findIndex(({ name }) => name === "1.weight")].fill(1e30);
  assert.equal(
    graphOf(foldedModel(modelOf(net, { tensors })), { preprocessing: true }).nodes.at(-4)?.operator,
    "BatchNormalization",
  );
});

test("a trained net: the predictor's probabilities are those of predict within 1e-5, and the classes are the same", async () => {
  const out = join(folder, "run");
  const model = "conv 8x3 same nobias >> bn >> relu >> pool 2 >> conv 16x3 same >> bn >> relu >> fc 10";
  await train({ config: configOf({ subset: 400, epochs: 2, threads: 1, model, out }), sources: {}, onEvent: () => {} });
  const { images, predictions } = await predict({ path: out, split: "test", index: [0, 299], threads: 1 });
  const predictor = openPredictor(out);
  const got = predictor.predict(images);
  const alone = predictor.predict(images.subarray(64, 128));
  predictor.close();
  assert.deepEqual(alone, got.slice(10, 20));
  for (const [i, { probabilities }] of predictions.entries()) {
    const row = [...got.subarray(i * 10, i * 10 + 10)];
    const own = [...probabilities];
    for (const [label, p] of row.entries()) assert.ok(Math.abs(p - own[label]) < 1e-5, `image ${i}`);
    assert.equal(row.indexOf(Math.max(...row)), own.indexOf(Math.max(...own)), `image ${i}`);
  }
});
