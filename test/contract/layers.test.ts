/** What every layer of the registry must keep: its spec as JSON, its shapes, and evaluation sample by sample. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HeddleError } from "../../src/base/errors.js";
import { identity } from "../../src/base/random.js";
import { featureCount } from "../../src/nn/layer.js";
import { layerOf, layers } from "../../src/nn/layers/index.js";
import { resolveNet } from "../../src/nn/net.js";
import { formulaDataset } from "../golden/formula.js";
import { examples, netsWith } from "./examples.js";
import { bits, configure, engineOf, weightsOf } from "./lab.js";

const shape = { height: 5, width: 4, channels: 3 };
/** More than evaluation takes through a net at a time. */
const samples = 70;
const dataset = formulaDataset(samples, shape, 255);
const dtypes = ["f32", "f64"] as const;

test("every layer has a name of its own, and a line for help", () => {
  assert.equal(new Set(layers.map(({ type }) => type)).size, layers.length);
  for (const { summary } of layers) assert.match(summary, /^\S.{5,70}\S$/);
});

for (const example of examples) {
  const { title, layer, spec } = example;
  const nets = netsWith(example, shape, 50, 10);

  test(`${title}: the spec survives JSON, and knows all its keys`, () => {
    const read: unknown = JSON.parse(JSON.stringify(spec));
    assert.deepEqual(layer.schema.parse(read), spec);
    assert.equal(layerOf(spec, "3"), layer);
    assert.throws(
      () => layerOf({ ...spec, nonsense: 1 }, "3"),
      (error: unknown) =>
        error instanceof HeddleError &&
        error.exitCode === 2 &&
        error.message.includes(`layer 3 (${layer.type})`) &&
        error.message.includes("nonsense"),
    );
  });

  test(`${title}: shapes are whole, parameters are named by their layer`, () => {
    for (const [where, net] of nets) {
      const names = net.parameters.map(({ name }) => name);
      assert.equal(new Set(names).size, names.length, where);
      for (const { place, output, parameters, multiplyAdds } of net.layers) {
        const sizes = [output.height, output.width, output.channels, ...parameters.flatMap((each) => each.shape)];
        assert.ok(sizes.every((size) => Number.isInteger(size) && size > 0) && Number.isInteger(multiplyAdds), where);
        assert.ok(
          parameters.every(({ name }) => name.startsWith(`${place.name}.`)),
          where,
        );
      }
      const again = resolveNet(JSON.parse(JSON.stringify(net.spec)) as typeof net.spec);
      assert.deepEqual(again.parameters, net.parameters, where);
    }
  });

  test(`${title}: the engine keeps shapes and parameters`, () => {
    const engine = engineOf(1);
    for (const [where, net] of nets) {
      for (const dtype of dtypes) {
        const tensors = weightsOf(net, dtype);
        configure(engine, { net, dtype, dataset, batchSize: 8, tensors });
        assert.equal(bits(engine.parameters()), bits(tensors), where);
        const { stages } = engine.plan;
        assert.deepEqual(
          stages.map(({ output }) => output.features),
          stages.map((stage) => featureCount(net.layers[stage.layers[stage.layers.length - 1]].output)),
        );
        assert.deepEqual(
          stages.flatMap((stage) => stage.layers),
          // What leaves the image as it is belongs to no stage.
          net.layers.flatMap(({ layer: { vanishes }, inputs }, index) => (vanishes && inputs[0] < 0 ? [] : [index])),
        );
      }
    }
  });

  test(`${title}: evaluation has no randomness, and samples do not see each other`, async () => {
    for (const [where, net] of nets.slice(0, 3)) {
      for (const dtype of dtypes) {
        const engine = engineOf(1);
        configure(engine, { net, dtype, dataset, batchSize: 8 });
        const together = await engine.score(identity(samples));
        const { classes } = net.spec;
        const all = together.probabilities!.slice(0, samples * classes);
        assert.equal(bits([(await engine.score(identity(samples))).probabilities!]), bits([together.probabilities!]));
        const single = all.slice().fill(NaN);
        for (let sample = 0; sample < samples; sample++) {
          const { probabilities, answers } = await engine.score(Uint32Array.of(sample));
          single.set(probabilities!.subarray(0, classes), sample * classes);
          assert.equal(answers.predicted[0], together.answers.predicted[sample], where);
        }
        assert.equal(bits([single]), bits([all]), `${where}, ${dtype}`);
      }
    }
  });
}
