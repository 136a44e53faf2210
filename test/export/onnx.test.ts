/** The ONNX file: what it holds by a reader of our own, what onnxruntime makes of it, and what it refuses. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Preprocessing } from "../../src/data/preprocessing.js";
import { type Graph, graphOf } from "../../src/export/graph.js";
import { encodeOnnx } from "../../src/export/onnx/write.js";
import { exportModel, HeddleError } from "../../src/index.js";
import { writeModel } from "../../src/model/model-file.js";
import { resolveNet } from "../../src/nn/net.js";
import { buildNet } from "../../src/zoo/index.js";
import { standardized, weightsOf } from "../contract/lab.js";
import {
  channelsFirst,
  difference,
  engineLogits,
  type Given,
  imagesOf,
  loadOrt,
  modelOf,
  openOrt,
  plainAnswer,
  toleranceOf,
} from "./models.js";
import { readOnnx } from "./read-protobuf.js";

const ort = loadOrt();
const noOrt = ort ? false : "test/judges has no onnxruntime-node";
const folder = mkdtempSync(join(tmpdir(), "heddle-onnx-"));
after(() => rmSync(folder, { recursive: true }));

const input = { height: 6, width: 6, channels: 3 };
const netOf = (sentence: string, classes = 5) => resolveNet(buildNet(sentence, { input, classes }));
const small = netOf("conv 4x3 same >> bn >> relu >> drop 0.5 >> noise 0.2 >> pool 2 >> flatten >> fc 5");
const names = ["10", "2", "ä,b", '"q"', "a\nb"];
const file = (given?: Given) => modelOf(small, { classNames: names, ...given });
const bytesOf = (given?: Given, preprocessing = true): Uint8Array =>
  encodeOnnx(graphOf(file(given), { preprocessing }))[0];

test("one input, two outputs, a batch of any size, IR 8 and opset 17, float32 alone, no node of training", () => {
  const { irVersion, opsets, inputs, outputs, nodes, tensors } = readOnnx(bytesOf({ dtype: "f64" }));
  assert.deepEqual([irVersion, opsets], [8, [["", 17]]]);
  assert.deepEqual(inputs, [{ name: "images", type: 1, shape: ["N", 3, 6, 6] }]);
  assert.deepEqual(
    outputs,
    ["logits", "probabilities"].map((name) => ({ name, type: 1, shape: ["N", 5] })),
  );
  assert.ok(tensors.every(({ type }) => type === 1 || type === 7));
  const operators = nodes.map(({ operator }) => operator);
  assert.deepEqual(operators.slice(-4), ["MaxPool", "Flatten", "Gemm", "Softmax"]);
  assert.ok(operators.every((operator) => !/Dropout|Random/.test(operator)));
  const norm = nodes.find(({ operator }) => operator === "BatchNormalization")!;
  assert.equal(norm.outputs.length, 1);
  assert.equal(norm.attributes.get("training_mode") ?? 0, 0);
  assert.ok(Math.abs((norm.attributes.get("epsilon") as number) - 1e-5) < 1e-12);
  const known = new Set(["images", ...tensors.map(({ name }) => name), ...nodes.flatMap((node) => node.outputs)]);
  assert.ok(nodes.every((node) => node.inputs.every((name) => known.has(name))));
  assert.equal(known.size, 1 + tensors.length + nodes.length, "every name once");
});

test("metadata say the classes in label order and what goes in; with and without preprocessing they differ", () => {
  const [inside, outside] = [readOnnx(bytesOf()), readOnnx(bytesOf({}, false))].map(({ metadata }) => metadata);
  assert.deepEqual(JSON.parse(inside["classNames"]), names);
  assert.deepEqual(JSON.parse(inside["range"]), [0, 255]);
  assert.match(inside["input"], /raw pixel values 0\.\.255/);
  assert.match(outside["input"], /prepared numbers/);
  assert.deepEqual([inside["preprocessingInside"], outside["preprocessingInside"]], ["true", "false"]);
  assert.deepEqual(bytesOf(), bytesOf(), "equal models, equal bytes");
});

test("raw pixels on the one file, prepared numbers on the other: the same logits", () => {
  const images = channelsFirst(imagesOf(small.spec, 4), input);
  const { scale, shift } = standardized(input) as Preprocessing & { kind: "affine" };
  const prepared = images.data.map((x, i) => x * scale[Math.floor(i / 36) % 3] + shift[Math.floor(i / 36) % 3]);
  const [raw, bare] = [
    plainAnswer(file(), images).get("logits")!.data,
    plainAnswer(file(), { shape: images.shape, data: prepared }, false).get("logits")!.data,
  ];
  assert.ok(difference(bare, raw, 5) < 1e-6);
});

const perImage: Preprocessing = { standardize: "per-image", ...input, maximum: 255, kind: "per-image" };

test("images standardized by themselves: as the engine has it, and an even image gives finite numbers", async () => {
  const images = imagesOf(small.spec, 3);
  images.fill(77, 0, 108);
  const wanted = await engineLogits(small, images, { preprocessing: perImage });
  const given = channelsFirst(images, input);
  const answers = [plainAnswer(file({ preprocessing: perImage }), given).get("logits")!.data];
  if (ort) {
    const { answer, session } = await openOrt(ort, bytesOf({ preprocessing: perImage }));
    answers.push((await answer(given))["logits"].data);
    await session.release();
  }
  for (const got of answers) {
    assert.ok(got.every(Number.isFinite));
    assert.ok(difference(got, wanted, 5) < 1e-5);
  }
});

test("a lost epsilon would show: 1e-2 over running variances of 1e-4", async () => {
  const spec = { type: "batch-norm", momentum: 0.1, epsilon: 1e-2 };
  const net = resolveNet({ input, classes: 5, layers: [spec, { type: "flatten" }, { type: "dense", units: 5 }] });
  const tensors = weightsOf(net, "f32");
  tensors[net.parameters.findIndex(({ name }) => name.endsWith("running_var"))].fill(1e-4);
  const images = imagesOf(net.spec, 2);
  const wanted = await engineLogits(net, images, { tensors });
  const model = modelOf(net, { tensors });
  const answers = [plainAnswer(model, channelsFirst(images, input)).get("logits")!.data];
  if (ort) {
    const { answer, session } = await openOrt(ort, encodeOnnx(graphOf(model, { preprocessing: true }))[0]);
    answers.push((await answer(channelsFirst(images, input)))["logits"].data);
    await session.release();
  }
  for (const got of answers) assert.ok(difference(got, wanted, 5) < 1e-5);
});

test("an f64 net is rounded to float32, and the user is told", () => {
  const { notes, tensors } = graphOf(file({ dtype: "f64" }), { preprocessing: true });
  assert.match(notes.join(), /rounded to float32: the largest difference is \d/);
  assert.ok(tensors.every(({ data }) => data instanceof Float32Array || Array.isArray(data)));
  assert.deepEqual(graphOf(file(), { preprocessing: true }).notes, []);
  const large = weightsOf(small, "f64");
  large[0][3] = 1e300;
  assert.throws(
    () => graphOf(file({ dtype: "f64", tensors: large }), { preprocessing: true }),
    (error: unknown) => error instanceof HeddleError && /float32 holds, got 1e\+300/.test(error.message),
  );
});

test("more weights than a file holds are refused before a byte is made", () => {
  const huge = { name: "w", shape: [30_000, 30_000], data: new Float32Array(0) };
  const graph: Graph = { ...graphOf(file(), { preprocessing: true }), tensors: [huge] };
  assert.throws(
    () => encodeOnnx(graph),
    (error: unknown) => error instanceof HeddleError && error.exitCode === 2 && /got 3\.4 GiB/.test(error.message),
  );
});

test("a flattened image added to a plain vector is refused by the layer's name", () => {
  const net = netOf("flatten >> residual(fc 108) >> fc 5");
  assert.throws(
    () => graphOf(modelOf(net), { preprocessing: true }),
    (error: unknown) => error instanceof HeddleError && error.message.includes("layer 1 (residual)"),
  );
});

test("exportModel writes the file whole or not at all", async () => {
  const path = join(folder, "model.safetensors");
  writeModel(path, file().model, small.parameters, weightsOf(small, "f32"));
  const out = join(folder, "model.onnx");
  const written = await exportModel({ path, to: "onnx", out });
  assert.deepEqual([written.path, written.bytes], [out, readFileSync(out).length]);
  assert.deepEqual(new Uint8Array(readFileSync(out)), bytesOf());
  await assert.rejects(exportModel({ path, to: "onx", out }), /to: expected a format, got "onx"\. Did you mean onnx\?/);
  await assert.rejects(exportModel({ path, to: "onnx", out: join(folder, "no", "m.onnx") }), /expected to write/);
  const model = readFileSync(path);
  for (const own of [path, join(folder, ".", "model.safetensors"), join(folder, "last.ckpt")]) {
    await assert.rejects(
      exportModel({ path, to: "onnx", out: own }),
      /expected a file beside the model, got the run's own/,
    );
  }
  assert.deepEqual(readFileSync(path), model);
  writeFileSync(out, "before");
  await assert.rejects(exportModel({ path: join(folder, "missing"), to: "onnx", out }), HeddleError);
  assert.equal(readFileSync(out, "utf8"), "before");
  assert.deepEqual(readdirSync(folder).sort(), ["model.onnx", "model.safetensors"]);
});

test("onnxruntime: batches of 0, 1, 7 and 1 on one session, an image alone as the last of seven", {
  skip: noOrt,
}, async () => {
  const { answer, session } = await openOrt(ort!, bytesOf());
  assert.deepEqual([session.inputNames, session.outputNames], [["images"], ["logits", "probabilities"]]);
  const seven = channelsFirst(imagesOf(small.spec, 7), input);
  const first = (count: number) => ({ shape: [count, 3, 6, 6], data: seven.data.subarray(0, count * 108) });
  for (const count of [0, 1, 7, 1]) {
    const { logits, probabilities } = await answer(first(count));
    assert.deepEqual([logits.dims, probabilities.dims].map(String), [`${count},5`, `${count},5`]);
  }
  const all = (await answer(seven))["logits"].data;
  const alone = (await answer({ shape: [1, 3, 6, 6], data: seven.data.subarray(648) }))["logits"].data;
  assert.ok(difference(alone, all.subarray(30), 5) < 1e-6);
  const again = new Set<string>();
  for (let i = 0; i < 20; i++) again.add(String((await answer(seven))["logits"].data));
  assert.equal(again.size, 1, "nothing is drawn");
  await session.release();
});

for (const name of ["lenet5", "kth-4.e", "resnet20", "cs596-vgg-bn"]) {
  test(`onnxruntime: ${name} answers as the engine`, { skip: noOrt }, async () => {
    const net = resolveNet(buildNet(name, {}));
    const tensors = weightsOf(net, "f32", 0.05);
    const images = imagesOf(net.spec, 2);
    const wanted = await engineLogits(net, images, { tensors });
    const { answer, session } = await openOrt(
      ort!,
      encodeOnnx(graphOf(modelOf(net, { tensors }), { preprocessing: true }))[0],
    );
    const { logits } = await answer(channelsFirst(images, net.spec.input));
    await session.release();
    const off = difference(logits.data, wanted, net.spec.classes);
    assert.ok(off < toleranceOf(net), `${off}`);
  });
}
