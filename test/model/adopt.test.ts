/** Weights of other files as a start: what is taken and what is said of the rest; torchvision's names; half precision. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { byForwardOrder } from "../../src/model/foreign-names.js";
import { widenBf16, widenF16 } from "../../src/model/half.js";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "../../src/model/safetensors.js";
import { resolveNet } from "../../src/nn/net.js";
import { train } from "../../src/train/trainer.js";
import { buildNet } from "../../src/zoo/index.js";
import { configOf, type Settings, temporaryFolder } from "../engine/runs.js";
import { refusal } from "../run/refuses.js";

const model = "fc 12 >> relu >> fc 6 >> relu >> fc 10";
const short: Settings = { model, subset: 60, epochs: 1, threads: 1, lr: 1e-30, optimizer: "sgd", out: "none" };

const tensor = (name: string, shape: readonly number[], value: number): Tensor => ({
  name,
  dtype: "F32",
  shape,
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value),
});
const own = (prefix = "", classes = 10): Tensor[] => [
  tensor(`${prefix}0.weight`, [12, 64], 0.01),
  tensor(`${prefix}0.bias`, [12], 0.02),
  tensor(`${prefix}2.weight`, [6, 12], 0.03),
  tensor(`${prefix}2.bias`, [6], 0.04),
  tensor(`${prefix}4.weight`, [classes, 6], 0.05),
  tensor(`${prefix}4.bias`, [classes], 0.06),
];

test("what fits is taken and counted, the rest is listed; nothing in common is refused with names of both", async (t) => {
  const folder = temporaryFolder(t);
  const notesOf = async (tensors: readonly Tensor[], more: Settings = {}): Promise<string> => {
    const init = join(folder, "w.safetensors");
    writeFileSync(init, Buffer.concat(encodeSafetensors(tensors, {})));
    const notes: string[] = [];
    await train({
      config: configOf({ ...short, init, ...more }),
      onEvent: (e) => e.kind === "note" && notes.push(e.text),
    });
    return notes.join("\n");
  };
  assert.match(await notesOf(own()), /taken 6 of 6 tensors\./);
  assert.match(
    await notesOf(own("_orig_mod.module.")),
    /all names begin with "_orig_mod\.module\.", which was left out\.\n.*taken 6 of 6/,
  );
  const other = await notesOf(own("", 7));
  assert.match(
    other,
    /taken 4 of 6 tensors; other shapes, so drawn: 4\.weight is \[7, 6\] there and \[10, 6\] here, 4\.bias/,
  );
  const some = await notesOf([...own().slice(0, 2), tensor("9.weight", [3], 1)]);
  assert.match(
    some,
    /taken 2 of 6 tensors; not in the file, so drawn: 2\.weight, 2\.bias, 4\.weight, 4\.bias; in the file alone: 9\.weight\./,
  );
  assert.match(
    await notesOf(own(), { resetHead: true }),
    /taken 4 of 6 tensors; drawn anew \(--reset-head\): 4\.weight, 4\.bias\./,
  );
  await assert.rejects(
    notesOf([tensor("encoder.w", [3], 1)]),
    refusal(3, /tensor of the net's 6 \(0\.weight, .*\), got none of them: encoder\.w/),
  );
  const wrong = own().map((each) => ({ ...each, shape: [each.shape[0], 1, ...each.shape.slice(1)] }));
  await assert.rejects(
    notesOf(wrong),
    refusal(3, /got other shapes: 0\.weight is \[12, 1, 64\] there and \[12, 64\] here/),
  );
});

test("torchvision's and timm's names of a ResNet are matched in the order of the forward pass", () => {
  const net = resolveNet(buildNet("resnet18-cifar", {}));
  const bn = (name: string): string[] =>
    ["weight", "bias", "running_mean", "running_var"].map((last) => `${name}.${last}`);
  const block = (name: string, shortcut: boolean): string[] => [
    ...[`${name}.conv1.weight`, ...bn(`${name}.bn1`), `${name}.conv2.weight`, ...bn(`${name}.bn2`)],
    ...(shortcut ? [`${name}.downsample.0.weight`, ...bn(`${name}.downsample.1`)] : []),
  ];
  const names = [
    ...["conv1.weight", ...bn("bn1")],
    ...[1, 2, 3, 4].flatMap((stage) => [...block(`layer${stage}.0`, stage > 1), ...block(`layer${stage}.1`, false)]),
    ...["fc.weight", "fc.bias"],
  ];
  assert.equal(names.length, net.parameters.length);
  const stored = names.map((name, i) => ({ name, shape: net.parameters[i].shape, i }));
  // As safetensors.torch writes them: by the alphabet.
  const found = byForwardOrder(
    [...stored].sort((a, b) => (a.name < b.name ? -1 : 1)),
    net.parameters,
  );
  assert.deepEqual(
    net.parameters.map(({ name }) => found?.get(name)?.i),
    names.map((_, i) => i),
  );
  const vgg = resolveNet(buildNet("vgg16", {}));
  const convolutions = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28].map((n) => `features.${n}`);
  const layers = [...convolutions, ...[0, 3, 6].map((n) => `classifier.${n}`)];
  const torch = layers.flatMap((name) => [`${name}.weight`, `${name}.bias`]);
  const of = torch.map((name, i) => ({ name, shape: vgg.parameters[i].shape, i }));
  const matched = byForwardOrder(
    [...of].sort((a, b) => (a.name < b.name ? -1 : 1)),
    vgg.parameters,
  );
  assert.deepEqual(
    vgg.parameters.map(({ name }) => matched?.get(name)?.i),
    torch.map((_, i) => i),
  );
  assert.equal(byForwardOrder(of.slice(1), vgg.parameters), null);
  assert.equal(
    byForwardOrder(
      of.map((each) => ({ ...each, shape: [1] })),
      vgg.parameters,
    ),
    null,
  );
});

test("F16 and BF16 are widened to the bit, subnormals, infinities and NaN too", () => {
  const bytes = (...words: number[]): Uint8Array => new Uint8Array(Uint16Array.from(words).buffer);
  // IEEE 754 binary16: 1, -2, the largest, the smallest normal and subnormal, 1/3 rounded, infinity.
  assert.deepEqual(Array.from(widenF16(bytes(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x3555, 0xfc00, 0x8000))), [
    1,
    -2,
    65504,
    2 ** -14,
    2 ** -24,
    0.333251953125,
    -Infinity,
    -0,
  ]);
  assert.ok(Number.isNaN(widenF16(bytes(0x7e00))[0]) && Number.isNaN(widenBf16(bytes(0x7fc0))[0]));
  assert.deepEqual(Array.from(widenBf16(bytes(0x3f80, 0xc000, 0x7f7f, 0x0080))), [
    1,
    -2,
    3.3895313892515355e38,
    2 ** -126,
  ]);
  const header = JSON.stringify({ a: { dtype: "F16", shape: [2], data_offsets: [0, 4] } }).padEnd(64);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, 64n, true);
  const file = Buffer.concat([length, Buffer.from(header), bytes(0x3c00, 0x4200)]);
  const [{ dtype, data }] = decodeSafetensors(file, "f").tensors;
  assert.deepEqual([dtype, Array.from(data as Float32Array)], ["F32", [1, 3]]);
});
