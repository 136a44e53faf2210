/** Every preset's counts, as the source documents and the papers have them, learned values and statistics apart. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HeddleError } from "../../src/base/errors.js";
import { resolveNet } from "../../src/nn/net.js";
import { buildNet, presets } from "../../src/zoo/index.js";

/** Parameters, running statistics, and millions of multiply-adds of one image, at the home shape. */
const counts: Readonly<Record<string, readonly [number, number, number]>> = {
  "digits-mlp": [2_410, 0, 0.002],
  "dtu-mlp": [1_086_215, 0, 1.085],
  "cs596-2layer": [468_874, 0, 0.468],
  "small-cnn": [156_074, 0, 2.934],
  lenet5: [61_706, 0, 0.417],
  "cs596-1conv": [693_962, 0, 0.888],
  "cs596-3conv": [241_546, 0, 3.237],
  "cs596-4conv-bn": [5_479_466, 1_664, 25.771],
  "cs596-vgg": [2_161_130, 0, 42.797],
  "cs596-vgg-bn": [8_454_954, 2_368, 389.859],
  "kth-3.2": [256_058, 0, 3.769],
  "kth-4.a.1": [903_818, 0, 19.628],
  "kth-4.a.2": [965_642, 0, 19.69],
  "kth-4.b": [708_106, 0, 24.326],
  "kth-4.c": [965_642, 0, 19.69],
  "kth-4.d": [965_642, 0, 19.69],
  "kth-4.e": [967_306, 1_664, 19.69],
  resnet20: [272_474, 1_568, 40.813],
  // By hand: 864 + 288 + 576 + 2 x 1,152 + 2,304 filters of channels, the mixes of 1x1, norms and 2,570 at the end.
  "mobilenet-small": [136_778, 2_944, 16.526],
  // By hand: 312 + 13,824 + 36,864 + 147,456 + 3 x 589,824 of convolutions, 1,152 shifts, 2,570 at the end.
  "cifar-speedrun": [1_971_650, 2_304, 118.147],
  // As PyTorch counts the usual one.
  "resnet18-cifar": [11_173_962, 9_600, 555.423],
  alexnet: [61_100_840, 0, 714.188],
  vgg16: [138_357_544, 0, 15_470.264],
  vgg19: [143_667_240, 0, 19_632.062],
  "vgg16-cifar": [14_982_474, 0, 313.464],
};

test("every preset is counted here, and has a name of its own and a line for help", () => {
  assert.deepEqual(presets.map(({ name }) => name).sort(), Object.keys(counts).sort());
  for (const { summary } of presets) assert.match(summary, /^\S.{5,60}\S$/);
});

for (const [name, [parameters, statistics, millions]] of Object.entries(counts)) {
  test(`${name}: ${parameters} parameters, ${statistics} statistics`, () => {
    const net = resolveNet(buildNet(name, {}));
    assert.equal(net.parameterCount, parameters);
    assert.equal(net.statisticCount, statistics);
    assert.equal(Math.round(net.multiplyAdds / 1e3) / 1e3, millions);
  });
}

test("lenet5 pads images smaller than the 32x32 it was made for, and no others", () => {
  const net = (side: number, channels: number): number =>
    resolveNet(buildNet("lenet5", { input: { height: side, width: side, channels } })).parameterCount;
  assert.equal(net(32, 1), 61_706);
  assert.equal(net(32, 3), 62_006);
});

test("nets of ImageNet's size and residual nets are built for any image and number of classes", () => {
  for (const name of ["alexnet", "vgg16", "vgg19", "vgg16-cifar", "resnet20", "resnet18-cifar"]) {
    for (const [height, width] of [
      [8, 8],
      [28, 28],
      [33, 57],
      [64, 64],
      [300, 224],
    ]) {
      const net = resolveNet(buildNet(name, { input: { height, width, channels: 1 }, classes: 7 }));
      assert.equal(net.layers.at(-1)?.output.channels, 7, `${name} at ${height}x${width}`);
    }
  }
});

test("larger images are averaged down to what the dense layers were made for", () => {
  for (const [name, parameters] of [
    ["vgg16", 138_357_544],
    ["alexnet", 61_100_840],
  ] as const) {
    for (const [height, width] of [
      [448, 448],
      [256, 341],
    ]) {
      const net = resolveNet(buildNet(name, { input: { height, width, channels: 3 } }));
      assert.equal(net.parameterCount, parameters, `${name} at ${height}x${width}`);
    }
  }
});

test("kth-4.d drops out between the dense layer and its activation", () => {
  const types = buildNet("kth-4.d", {}).layers.map(({ type }) => type);
  const at = types.indexOf("dropout");
  assert.deepEqual(types.slice(at - 1, at + 2), ["dense", "dropout", "leaky-relu"]);
});

test("residual tensors are named by branch", () => {
  const names = resolveNet(buildNet("resnet20", {})).parameters.map(({ name }) => name);
  assert.deepEqual(
    ["0.weight", "3.body.0.weight", "3.body.4.running_var", "9.projection.0.weight", "9.projection.1.bias"].filter(
      (name) => !names.includes(name),
    ),
    [],
  );
});

test("--activation is refused where a net says its own", () => {
  assert.throws(
    () => buildNet("lenet5", { activation: "relu" }),
    (error: unknown) =>
      error instanceof HeddleError && error.exitCode === 2 && error.message.includes("lenet5, which says its own"),
  );
  const [, { type }] = buildNet("mlp:5", { activation: "tanh" }).layers;
  assert.equal(type, "tanh");
});
