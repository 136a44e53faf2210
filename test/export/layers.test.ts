/** Every layer of the registry as an export has it: the graph's loops, and onnxruntime, answer as the engine does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FloatArray } from "../../src/base/numbers.js";
import { graphOf } from "../../src/export/graph.js";
import { encodeOnnx } from "../../src/export/onnx/write.js";
import { loadFast } from "../../src/export/web/fast.js";
import { fastModule } from "../../src/export/web/page.js";
import { activations, identity } from "../../src/kernels/activations/index.js";
import { slidingAttributes, slidingGeometry } from "../../src/nn/geometry.js";
import { type Net, resolveNet } from "../../src/nn/net.js";
import { examples, netsWith } from "../contract/examples.js";
import {
  channelsFirst,
  difference,
  engineLogits,
  imagesOf,
  loadOrt,
  modelOf,
  openOrt,
  plainAnswer,
  toleranceOf,
} from "./models.js";
import { windowCases } from "./windows.js";

const shape = { height: 5, width: 4, channels: 3 };
const ort = loadOrt();
const noOrt = ort ? false : "test/judges has no onnxruntime-node";
const samples = 3;

for (const example of examples) {
  const nets = netsWith(example, shape, 50, 10);
  const answers = new Map<string, Promise<FloatArray>>();
  const engineOnce = (where: string, net: Net, images: Uint8Array): Promise<FloatArray> => {
    const answer = answers.get(where) ?? engineLogits(net, images);
    answers.set(where, answer);
    return answer;
  };

  test(`${example.title}: the plain loops, and those of WebAssembly, answer as the engine`, async () => {
    for (const [where, net] of nets) {
      const images = imagesOf(net.spec, samples);
      const wanted = await engineOnce(where, net, images);
      for (const by of [undefined, loadFast(fastModule())!]) {
        const got = plainAnswer(modelOf(net), channelsFirst(images, shape), true, by).get("logits")!;
        assert.deepEqual(got.shape, [samples, net.spec.classes]);
        const off = difference(got.data, wanted, net.spec.classes);
        assert.ok(off < toleranceOf(net), `${where}: ${off}`);
      }
    }
  });

  test(`${example.title}: onnxruntime answers as the engine`, { skip: noOrt }, async () => {
    for (const [where, net] of nets) {
      const images = imagesOf(net.spec, samples);
      const wanted = await engineOnce(where, net, images);
      const [bytes] = encodeOnnx(graphOf(modelOf(net), { preprocessing: true }));
      const { answer, session } = await openOrt(ort!, bytes);
      const { logits } = await answer(channelsFirst(images, shape));
      const last = await answer(channelsFirst(images.subarray((images.length * 2) / samples), shape));
      assert.deepEqual((await answer(channelsFirst(images.subarray(0, 0), shape)))["logits"].dims, [
        0,
        net.spec.classes,
      ]);
      await session.release();
      assert.ok(difference(last["logits"].data, logits.data.slice(-net.spec.classes), net.spec.classes) < 1e-6, where);
      const off = difference(logits.data, wanted, net.spec.classes);
      assert.ok(off < toleranceOf(net), `${where}: ${off}`);
    }
  });
}

test("windows of every size, stride and padding: numbers, never negative, and the engine's answer", async () => {
  let count = 0;
  for (const { layer, input } of windowCases()) {
    let net;
    try {
      net = resolveNet({ input, classes: 4, layers: [layer, { type: "flatten" }, { type: "dense", units: 4 }] });
    } catch {
      continue; // average pooling of a window that is larger than the image
    }
    const images = imagesOf(net.spec, 2);
    const wanted = await engineLogits(net, images);
    const file = modelOf(net);
    const graph = graphOf(file, { preprocessing: true });
    for (const { attributes } of graph.nodes) {
      assert.ok(!("auto_pad" in attributes) && !("ceil_mode" in attributes));
      const pads = attributes["pads"] as readonly number[] | undefined;
      assert.ok(!pads || pads.every((pad) => pad >= 0), JSON.stringify({ layer, input, pads }));
      if (layer.type === "average-pool") assert.ok(!pads || pads.every((pad) => pad === 0));
    }
    const given = channelsFirst(images, input);
    assert.ok(difference(plainAnswer(file, given).get("logits")!.data, wanted, 4) < 1e-5, JSON.stringify({ layer }));
    if (ort) {
      const { answer, session } = await openOrt(ort, encodeOnnx(graph)[0]);
      assert.ok(difference((await answer(given))["logits"].data, wanted, 4) < 1e-5, JSON.stringify({ layer, input }));
      await session.release();
    }
    count++;
  }
  assert.ok(count > 120, `${count} cases`);
});

test("same padding puts the odd pixel below and right", () => {
  const input = { height: 6, width: 5, channels: 1 };
  const { pads } = slidingAttributes(slidingGeometry({ size: [2, 4], stride: 1, padding: "same" }, input), input);
  assert.deepEqual(pads, [0, 1, 1, 2]);
});

for (const { name, slope, apply } of activations.filter(({ name }) => name !== identity.name)) {
  test(`${name} on -6..6 in steps of 0.01`, async () => {
    const values = Array.from({ length: 1201 }, (_, i) => (i - 600) / 100);
    const input = { height: 1, width: values.length, channels: 1 };
    const given = slope?.usual ?? 0.3;
    const spec = { type: name, ...(slope && { [slope.key]: given }) };
    const net = resolveNet({ input, classes: values.length, layers: [spec, { type: "flatten" }] });
    const file = modelOf(net);
    const x = { shape: [1, 1, 1, values.length], data: Float32Array.from(values) };
    const wanted = values.map((value) => apply(Math.fround(value), given));
    const graph = graphOf(file, { preprocessing: false });
    const answers = [plainAnswer(file, x, false).get("logits")!.data];
    if (ort) {
      const { answer, session } = await openOrt(ort, encodeOnnx(graph)[0]);
      answers.push((await answer(x))["logits"].data);
      await session.release();
    }
    for (const got of answers) {
      const off = wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - got[i])), 0);
      assert.ok(off < 1e-6, `${off}`);
    }
  });
}
