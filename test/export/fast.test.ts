/** The kernels of WebAssembly SIMD against the plain loops, and the pages and packs that compute by them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { graphOf } from "../../src/export/graph.js";
import { type FastExports, fastKernels, loadFast } from "../../src/export/web/fast.js";
import { type Kernels, kernels, type Tensor } from "../../src/export/web/kernels.js";
import { fastModule } from "../../src/export/web/page.js";
import { runGraph } from "../../src/export/web/run.js";
import { resolveNet } from "../../src/nn/net.js";
import { buildNet } from "../../src/zoo/index.js";
import { weightsOf } from "../contract/lab.js";
import { channelsFirst, constantsOf, difference, imagesOf, modelOf, root, toleranceOf } from "./models.js";

const { exports } = new WebAssembly.Instance(new WebAssembly.Module(fastModule()));
const fast = fastKernels(exports);

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: FastExports };
};

/** Numbers of -1..1 without a pattern that padding or a swap of two would keep. */
const numbers = (shape: readonly number[], seed: number): Tensor => {
  const length = shape.reduce((product, size) => product * size, 1);
  return { shape, data: Float32Array.from({ length }, (_, i) => Math.sin(seed + i * 1.7 + (i % 13) * i * 0.01)) };
};
function close(got: Tensor, wanted: Tensor, what: string): void {
  assert.deepEqual(got.shape, wanted.shape, what);
  const most = wanted.data.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-30);
  for (const [i, value] of got.data.entries()) {
    assert.ok(Math.abs(value - wanted.data[i]) <= 2e-6 * most, `${what}, number ${i}: ${value} and ${wanted.data[i]}`);
  }
}

test("convolutions of every window, stride, padding, width and number of filters", () => {
  let count = 0;
  for (let i = 0; i < 240; i++) {
    const [height, width] = [4 + (i % 7), 4 + ((i * 5) % 19)];
    const [channels, filters, batch] = [1 + (i % 3), 1 + ((i * 3) % 9), 1 + (i % 2)];
    const kernel = [1 + (i % 4), 1 + ((i * 7 + 1) % 5)];
    const strides = [1 + ((i >> 1) % 3), 1 + ((i >> 2) % 4)];
    const pads = [i % 3, (i * 2) % 4, (i >> 1) % 3, (i >> 2) % 3];
    if (kernel[0] > height || kernel[1] > width) continue;
    const attributes = { kernel_shape: kernel, strides, pads };
    const [x, w, b] = [
      numbers([batch, channels, height, width], i),
      numbers([filters, channels, ...kernel], i + 0.3),
      numbers([filters], i + 0.7),
    ];
    const inputs = i % 5 === 0 ? [x, w] : [x, w, b];
    for (let again = 0; again < 2; again++) {
      close(fast.Conv(inputs, attributes), kernels.Conv(inputs, attributes), JSON.stringify({ i, attributes }));
    }
    count++;
  }
  assert.ok(count > 200);
});

test("dense layers of every size about a vector's", () => {
  for (const inner of [1, 7, 8, 9, 31, 100]) {
    for (const outputs of [1, 3, 4, 5, 10]) {
      const inputs = [numbers([3, inner], 1), numbers([outputs, inner], 2), numbers([outputs], 3)];
      close(fast.Gemm(inputs, {}), kernels.Gemm(inputs, {}), `${inner} to ${outputs}`);
    }
  }
});

for (const name of ["lenet5", "resnet20", "mobilenet-small"]) {
  test(`${name}: the same logits, and memory that does not grow from image to image`, () => {
    const net = resolveNet(buildNet(name, {}));
    const graph = graphOf(modelOf(net, { tensors: weightsOf(net, "f32", 0.05) }), { preprocessing: true });
    const constants = constantsOf(graph.tensors);
    const images = channelsFirst(imagesOf(net.spec, 2), net.spec.input);
    const by = (which: Kernels) => runGraph(graph.nodes, constants, images, which).get("logits")!.data;
    const [wanted, first] = [by(kernels), by(fast)];
    assert.ok(difference(first, wanted, net.spec.classes) < toleranceOf(net));
    assert.deepEqual(by(fast), first); // with all weights laid out
    const bytes = exports.memory.buffer.byteLength;
    for (let i = 0; i < 5; i++) assert.deepEqual(by(fast), first);
    assert.equal(exports.memory.buffer.byteLength, bytes);
  });
}

test("bytes that are no module, or a place without WebAssembly: null, and the plain loops compute", () => {
  assert.equal(loadFast(Uint8Array.of(0, 97, 115, 109, 9)), null);
  const place = globalThis as { WebAssembly?: unknown };
  const kept = place.WebAssembly;
  try {
    delete place.WebAssembly;
    assert.equal(loadFast(fastModule()), null);
  } finally {
    place.WebAssembly = kept;
  }
});

test("the committed module imports nothing and is small", () => {
  const bytes = readFileSync(join(root, "native/wasm/kernels.wasm"));
  assert.deepEqual([...bytes.subarray(0, 8)], [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  assert.ok(bytes.length < 4096, `${bytes.length} bytes: browsers take no more at once`);
});
