/** The first layer that whitens what it sees. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { HeddleError } from "../../src/base/errors.js";
import { Stream } from "../../src/base/random.js";
import { readModel } from "../../src/model/model-file.js";
import { eigenvectors } from "../../src/nn/initializers/eigenvectors.js";
import { initializeParameter } from "../../src/nn/initializers/index.js";
import { run, type Settings, temporaryFolder } from "../engine/runs.js";

test("eigenvectors: A v = l v, orthonormal, largest first", () => {
  const size = 12;
  const random = new Stream(3, "test");
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) matrix[i * size + j] = matrix[j * size + i] = random.uniform() - 0.5;
  const found = eigenvectors(matrix, size);
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i], 0);
  for (const [k, { value, vector }] of found.entries()) {
    assert.ok(k === 0 || value <= found[k - 1].value);
    const rows = vector.map((_, i) => dot(matrix.subarray(i * size, (i + 1) * size), vector));
    for (let i = 0; i < size; i++) assert.ok(Math.abs(rows[i] - value * vector[i]) < 1e-13);
    for (const [l, other] of found.entries())
      assert.ok(Math.abs(dot(vector, other.vector) - (k === l ? 1 : 0)) < 1e-13);
  }
});

test("what the filters give of the training images has second moments l / (l + epsilon), and nothing in common", () => {
  const [height, width, channels, count] = [6, 5, 2, 40];
  const random = new Stream(1, "test");
  const images = Array.from({ length: count }, () => {
    const image = Float64Array.from({ length: height * width * channels }, () => random.uniform());
    for (let i = 1; i < image.length; i++) image[i] += 0.7 * image[i - 1];
    return image;
  });
  const filters = 20;
  const size = channels * 4;
  const init = { kind: "weights", fanIn: size, fanOut: 4 * filters, rectified: false } as const;
  const start = { shape: [filters, channels, 2, 2], init };
  const firstImages = { height, width, channels, count: 100, read: (i: number) => images[i] };
  const w = initializeParameter(start, 0, 1, "whitening samples=40 epsilon=1e-9", firstImages);
  const moments = new Float64Array(size * size);
  let windows = 0;
  for (const image of images)
    for (let y = 0; y + 2 <= height; y++)
      for (let x = 0; x + 2 <= width; x++, windows++) {
        const out = Array.from({ length: size }, (_, f) => {
          let sum = 0;
          for (let c = 0; c < channels; c++)
            for (let dy = 0; dy < 2; dy++)
              for (let dx = 0; dx < 2; dx++)
                sum += w[f * size + (c * 2 + dy) * 2 + dx] * image[((y + dy) * width + x + dx) * channels + c];
          return sum;
        });
        for (let a = 0; a < size; a++) for (let b = 0; b < size; b++) moments[a * size + b] += out[a] * out[b];
      }
  for (let a = 0; a < size; a++)
    for (let b = 0; b < size; b++)
      assert.ok(Math.abs(moments[a * size + b] / windows - (a === b ? 1 : 0)) < 1e-6, `${a} ${b}`);
  for (let i = 0; i < size * size; i++) assert.equal(w[size * size + i], -w[i]);
  assert.deepEqual(
    w.subarray(2 * size * size),
    initializeParameter(start, 0, 1, "glorot-uniform").subarray(2 * size * size),
  );
});

test("a run starts so, keeps the weights that are frozen, and refuses a net without a first convolution", async (t) => {
  const settings = {
    ...{ dataset: "synthetic-digits-28", subset: 200, epochs: 1, threads: 2, seed: 1 },
    initializer: { name: "whitening", samples: 50 },
  };
  const model = "conv 8x2 >> gelu >> pool 4 >> fc 10";
  const firstWeights = async (more: Settings): Promise<number[]> => {
    const out = join(temporaryFolder(t), "run");
    await run(t, { ...settings, model, freeze: "0.weight", out, ...more });
    return [...readModel(join(out, "model.safetensors")).tensors[0].data] as number[];
  };
  const first = await firstWeights({});
  assert.deepEqual(first, await firstWeights({ epochs: 2, threads: 1 }));
  for (let i = 0; i < 16; i++) assert.equal(first[16 + i], -first[i]);
  await assert.rejects(
    run(t, { ...settings, model: "flatten >> fc 10" }),
    (error) =>
      error instanceof HeddleError && /--initializer whitening: .*first layer is a convolution/.test(error.message),
  );
});
