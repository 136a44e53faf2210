/** What `summary` tells beside counts: receptive fields, activations, the memory of a run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { summarize } from "../../src/run/summary.js";

const input = { height: 32, width: 24, channels: 3 };

async function fields(sentence: string): Promise<string[]> {
  const { layers } = await summarize(sentence, { input });
  return layers.map(({ receptiveField: { height, width } }) => `${height}x${width}`);
}

test("receptive fields grow by windows, and by strides below them", async () => {
  assert.deepEqual(await fields("conv 4x3 >> relu >> conv 4x3x5 >> flatten >> fc 10"), [
    "3x3",
    "3x3",
    "5x7",
    "5x7",
    "32x24",
  ]);
  // A stride of 2 doubles what every window above adds; the last rows and columns then see nothing.
  assert.deepEqual(await fields("conv 4x3 stride 2 >> pool 2 >> conv 4x3 >> gap >> flatten >> fc 10"), [
    "3x3",
    "5x5",
    "13x13",
    "29x21",
    "29x21",
    "29x21",
  ]);
  assert.deepEqual(
    (await fields("conv 4x3 stride 2x1 >> avgpool 2 stride 1 >> conv 4x3 >> flatten >> fc 10")).slice(0, 3),
    ["3x3", "5x4", "9x6"],
  );
});

test("a sum sees what its widest branch sees", async () => {
  const seen = await fields(
    "residual(conv 3x3 pad 1 >> conv 3x3 pad 1) >> residual(relu, conv 3x1) >> flatten >> fc 10",
  );
  assert.deepEqual(seen, ["3x3", "5x5", "5x5", "5x5", "5x5", "5x5", "5x5", "32x24"]);
});

test("known fields: VGG-16 sees 212 pixels below its dense layers, AlexNet 195", async () => {
  for (const [net, field] of [
    ["vgg16", 212],
    ["alexnet", 195],
  ] as const) {
    const { layers } = await summarize(net, { batchSize: 1, threads: 1 });
    const flat = layers.find(({ type }) => type === "flatten");
    assert.deepEqual(flat?.receptiveField, { height: field, width: field });
  }
});

test("activations in bytes of the number format; statistics apart", async () => {
  const sentence = "conv 4x3 pad 1 >> bn >> flatten >> fc 10";
  const [single, double] = await Promise.all([
    summarize(sentence, { input }),
    summarize(sentence, { input, dtype: "f64" }),
  ]);
  const features = 32 * 24 * 4;
  assert.equal(single.activationBytes, 4 * (3 * features + 10));
  assert.equal(double.activationBytes, 8 * (3 * features + 10));
  const [, norm] = single.layers;
  assert.deepEqual([norm.parameters, norm.statistics, single.statistics], [8, 8, 8]);
});

test("the memory of a run grows with its batch, its threads, its format and its optimizer's state", async () => {
  const usual = { batchSize: 64, threads: 1, optimizer: "adam", dtype: "f32" } as const;
  const bytes = async (more: object): Promise<number> =>
    (await summarize("kth-3.2", { ...usual, ...more })).memory.bytes;
  const least = await bytes({});
  // Weights, Adam's two states, and the activations of 64 images at least.
  assert.ok(least > 4 * 3 * 256_058 + 64 * 28 * 28 * 24);
  for (const more of [{ batchSize: 128 }, { threads: 4 }, { dtype: "f64" }]) {
    assert.ok((await bytes(more)) > least, JSON.stringify(more));
  }
  // The images of a data set are in it: 6,000 of 28x28 bytes.
  const grey = await bytes({ input: { height: 28, width: 28, channels: 1 } });
  assert.ok((await bytes({ dataset: "synthetic-digits-28" })) > grey + 6000 * 28 * 28);
  assert.ok((await bytes({ optimizer: "sgd" })) < least - 4 * 2 * 256_058);
});
