/** What does not fit is refused with exit code 2, naming the layer, what it wants and what it got. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HeddleError } from "../../src/base/errors.js";
import { slidingGeometry } from "../../src/nn/geometry.js";
import { checkMinibatches, outputOf, resolveNet } from "../../src/nn/net.js";
import type { FeatureShape, LayerSpec } from "../../src/nn/spec.js";

const input = { height: 8, width: 7, channels: 3 };
const conv = (filters: number, kernel: unknown, more: object = {}): LayerSpec => ({
  type: "conv2d",
  filters,
  kernel,
  ...more,
});
const pool = (size: unknown, more: object = {}): LayerSpec => ({ type: "max-pool", size, ...more });
const dense = { type: "dense", units: 10 };
const flatten = { type: "flatten" };
const norm = { type: "batch-norm", momentum: 0.1, epsilon: 1e-5 };

const mistakes: [string, LayerSpec[], ...string[]][] = [
  ["dense on a convolution's image", [conv(4, 3), dense], "layer 1 (dense)", "a vector", "6x5x4", "flatten"],
  ["dense on an image of one pixel", [{ type: "global-average-pool" }, dense], "layer 1 (dense)", "1x1x3"],
  [
    "dense through other layers",
    [conv(4, 3), { type: "relu" }, { type: "dropout", rate: 0.5 }, dense],
    "layer 3 (dense)",
  ],
  ["a window larger than the image", [conv(4, 9)], "layer 0 (conv2d)", "at least 9x9", "8x7x3"],
  ["a net that shrinks away", [pool(2), pool(2), pool(2)], "layer 2 (max-pool)", "at least 2x2", "2x1x3"],
  ["averages over more than there is", [{ type: "average-pool", size: [2, 8] }], "(average-pool)", "2x8", "8x7x3"],
  ["a stride of 0", [conv(4, 3, { stride: 0 })], "layer 0 (conv2d), stride"],
  ["a window of 0", [pool(0)], "layer 0 (max-pool), size"],
  ["a kernel of 0", [conv(4, [3, 0])], "layer 0 (conv2d), kernel"],
  ["no filters", [conv(0, 3)], "layer 0 (conv2d), filters"],
  ["padding of another kind", [conv(4, 3, { padding: "full" })], "layer 0 (conv2d), padding"],
  ["windows that see no pixel", [conv(4, 3, { padding: 3 })], "layer 0 (conv2d)", "padding 3", "8x7x3"],
  ["a window of too many pixels", [pool(17, { padding: "same" })], "layer 0 (max-pool)", "256", "17x17", "8x7x3"],
  ["a convolution after a flatten", [flatten, conv(4, 1)], "layer 1 (conv2d)", "8x7x3", "168", "before the flatten"],
  ["maxout of an odd number", [{ type: "maxout", pieces: 2 }], "layer 0 (maxout)", "8x7x2", "8x7x3"],
  ["maxout after a flatten", [flatten, { type: "maxout", pieces: 2 }], "layer 1 (maxout)", "8x7x3"],
  [
    "a sum of two shapes",
    [{ type: "residual", body: [conv(3, 3)] }],
    "layer 0 (residual)",
    "6x5x3 and 8x7x3",
    "projection",
  ],
  [
    "a projection of another shape",
    [{ type: "residual", body: [conv(4, 3)], projection: [conv(4, 1)] }],
    "layer 0 (residual)",
    "6x5x4 and 8x7x4",
  ],
  ["a mistake in a branch", [{ type: "residual", body: [pool(2), pool(5)] }], "layer 0.body.1 (max-pool)", "4x3x3"],
  ["an unknown layer in a branch", [{ type: "residual", body: [{ type: "rellu" }] }], "layer 0.body.0", "relu?"],
  ["an unknown layer after a known one", [conv(4, 3), { type: "rellu" }], "layer 1: ", "relu?"],
  ["an empty branch", [{ type: "residual", body: [] }], "layer 0 (residual), body"],
  ["a rate of 1", [{ type: "dropout", rate: 1 }], "layer 0 (dropout), rate"],
  [
    "classes that differ",
    [conv(4, 3), flatten, { type: "dense", units: 9 }],
    "last layer (dense)",
    "10 outputs",
    "got 9",
  ],
  ["no vector at the end", [conv(10, 3)], "last layer (conv2d)", "10 outputs", "6x5x10"],
];

for (const [title, layers, ...says] of mistakes) {
  test(title, () => {
    assert.throws(
      () => resolveNet({ input, classes: 10, layers }),
      (error: unknown) => {
        assert.ok(error instanceof HeddleError);
        assert.equal(error.exitCode, 2);
        for (const words of says) assert.ok(error.message.includes(words), `${words} in: ${error.message}`);
        return true;
      },
    );
  });
}

test("shapes of windows with every padding and stride", () => {
  const shape = (spec: LayerSpec): string => {
    const { height, width, channels, map } = outputOf([spec], input);
    assert.ok(map);
    return `${height}x${width}x${channels}`;
  };
  assert.equal(shape(conv(5, 3)), "6x5x5");
  assert.equal(shape(conv(5, [3, 2], { stride: [2, 1] })), "3x6x5");
  // TensorFlow's rule: as many places as strides.
  assert.equal(shape(conv(5, 3, { padding: "same", stride: 2 })), "4x4x5");
  assert.equal(shape(conv(5, 4, { padding: "same" })), "8x7x5");
  assert.equal(shape(conv(5, 3, { padding: 1, stride: 2 })), "4x4x5");
  assert.equal(shape(conv(5, 3, { padding: [2, 0] })), "10x5x5");
  assert.equal(shape(pool(2)), "4x3x3");
  assert.equal(shape(pool(3, { stride: 2 })), "3x3x3");
  assert.equal(shape(pool(2, { padding: "same" })), "4x4x3");
  assert.equal(shape({ type: "average-pool", size: [4, 7] }), "2x1x3");
  assert.equal(shape({ type: "global-average-pool" }), "1x1x3");
});

test("padding `same` puts the odd row below and the odd column right", () => {
  const pads = (size: number, stride: number, n: number): number[] => {
    const geometry = slidingGeometry({ size, stride, padding: "same" }, { height: n, width: n, channels: 1 });
    return [geometry.padTop, geometry.padLeft, geometry.outHeight];
  };
  assert.deepEqual(pads(3, 1, 8), [1, 1, 8]);
  assert.deepEqual(pads(4, 1, 8), [1, 1, 8]);
  assert.deepEqual(pads(3, 2, 8), [0, 0, 4]);
  assert.deepEqual(pads(3, 2, 7), [1, 1, 4]);
  assert.deepEqual(pads(5, 2, 8), [1, 1, 4]);
  assert.deepEqual(pads(2, 3, 8), [0, 0, 3]);
});

test("a vector from an image remembers how it lies in memory, through what stands between", () => {
  const image: FeatureShape = { height: 3, width: 2, channels: 4 };
  const layers = [conv(4, [6, 6]), flatten, { type: "tanh" }, { type: "dropout", rate: 0.5 }, norm];
  assert.deepEqual(outputOf(layers, input), { height: 1, width: 1, channels: 24, image });
  const { layers: resolved } = resolveNet({ input, classes: 10, layers: [...layers, dense] });
  const packings = resolved.flatMap(({ parameters }) => parameters.map(({ name, packing }) => [name, packing.image]));
  assert.deepEqual(
    packings.filter(([name]) => /^(4|5\.weight)/.test(name as string)),
    ["4.weight", "4.bias", "4.running_mean", "4.running_var", "5.weight"].map((name) => [name, image]),
  );
  assert.deepEqual(outputOf([conv(4, [8, 7]), flatten], input), { height: 1, width: 1, channels: 4 });
});

test("convolutions start as what follows them wants, through pooling, norm and out of branches", () => {
  const rectified = (layers: LayerSpec[]): boolean[] =>
    resolveNet({ input, classes: 10, layers: [...layers, flatten, dense] }).parameters.flatMap(({ init }) =>
      init.kind === "weights" ? [init.rectified] : [],
    );
  const relu = { type: "relu" };
  assert.deepEqual(rectified([conv(4, 3), relu]), [true, false]);
  assert.deepEqual(rectified([conv(4, 3), norm, pool(2), relu]), [true, false]);
  assert.deepEqual(rectified([conv(4, 3), { type: "tanh" }]), [false, false]);
  assert.deepEqual(rectified([{ type: "residual", body: [conv(3, 3, { padding: 1 }), norm] }, relu]), [true, false]);
});

test("the fans of a convolution count its taps", () => {
  const [weight, bias] = resolveNet({ input, classes: 10, layers: [conv(4, [3, 2]), flatten, dense] }).parameters;
  assert.deepEqual(weight.shape, [4, 3, 3, 2]);
  assert.deepEqual(weight.init, { kind: "weights", fanIn: 18, fanOut: 24, rectified: false });
  assert.deepEqual(bias.shape, [4]);
  const [alone, next] = resolveNet({
    input,
    classes: 10,
    layers: [conv(4, 3, { bias: false }), flatten, dense],
  }).parameters;
  assert.deepEqual([alone.name, next.name], ["0.weight", "2.weight"]);
});

test("batch norm refuses minibatches with one value a channel, the last one too", () => {
  const flat = resolveNet({ input, classes: 10, layers: [dense, norm, dense] });
  const onImage = resolveNet({ input, classes: 10, layers: [conv(4, 3), norm, flatten, dense] });
  const onPixel = resolveNet({ input, classes: 10, layers: [conv(4, [8, 7]), norm, flatten, dense] });
  for (const net of [flat, onPixel]) {
    for (const [batchSize, samples] of [
      [1, 100],
      [64, 129],
      [2, 3],
    ]) {
      assert.throws(
        () => checkMinibatches(net, batchSize, samples),
        (error: unknown) =>
          error instanceof HeddleError &&
          error.exitCode === 2 &&
          error.message.includes("layer 1 (batch-norm)") &&
          error.message.includes("Use --batch-size"),
      );
    }
    checkMinibatches(net, 64, 130);
    checkMinibatches(net, 64, 128);
  }
  checkMinibatches(onImage, 1, 100);
  assert.throws(
    () => checkMinibatches(flat, 64, 129),
    /1 in the last \(129 samples in batches of 64\)\. Use --batch-size 63\./,
  );
});
