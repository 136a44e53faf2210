import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Dataset } from "../../src/data/dataset.js";
import { findDataset } from "../../src/data/index.js";
import { fitPreprocessing, standardizations } from "../../src/data/standardize.js";
import { dataFolder, needsRealData, realDataDir, saying } from "./fixtures.js";

const shape = { height: 2, width: 1, channels: 3 };
const bytesPerImage = 6;

function dataset(train: Uint8Array, test = new Uint8Array(0), maximum = 255): Dataset {
  const split = (images: Uint8Array) => {
    const count = images.length / bytesPerImage;
    return { count, images, labels: new Uint16Array(count) };
  };
  return { name: "made", shape, classes: ["one"], maximum, train: split(train), test: split(test), notes: [] };
}

const imagesOf = (count: number) =>
  fc.uint8Array({ minLength: count * bytesPerImage, maxLength: count * bytesPerImage });

/** The affine maps, or a failed test. */
function affine(name: string, data: Dataset, indices: readonly number[]) {
  const fitted = fitPreprocessing(name, data, indices);
  assert.ok(fitted.kind === "affine");
  return fitted;
}

test("the fixed ones use the range of the set, not its pixels", () => {
  const at = (name: string, byte: number, maximum: number) => {
    const { scale, shift } = affine(name, dataset(new Uint8Array(0), undefined, maximum), []);
    assert.equal(scale.length, 3);
    return byte * scale[2] + shift[2];
  };
  assert.deepEqual([at("unit", 0, 255), at("unit", 255, 255), at("unit", 8, 16)], [0, 1, 0.5]);
  assert.deepEqual([at("symmetric", 0, 255), at("symmetric", 255, 255), at("symmetric", 8, 16)], [-1, 1, 0]);
  assert.deepEqual([at("centered", 0, 16), at("centered", 16, 16)], [-0.5, 0.5]);
  assert.deepEqual([at("none", 0, 255), at("none", 200, 255)], [0, 200]);
  assert.deepEqual(fitPreprocessing("per-image", dataset(new Uint8Array(0)), []), {
    standardize: "per-image",
    kind: "per-image",
    ...shape,
    maximum: 255,
  });
});

test("dataset: each channel of the training samples gets mean 0 and deviation 1", () => {
  fc.assert(
    fc.property(imagesOf(5), (train) => {
      const { scale, shift } = affine("dataset", dataset(train), [0, 1, 2, 3, 4]);
      for (let channel = 0; channel < 3; channel++) {
        const bytes = train.filter((_, i) => i % 3 === channel);
        const x = Array.from(bytes, (byte) => byte * scale[channel] + shift[channel]);
        const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
        const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
        const isConstant = bytes.every((byte) => byte === bytes[0]);
        assert.ok(Math.abs(mean) < 1e-9 && Math.abs(variance - (isConstant ? 0 : 1)) < 1e-9, `${mean}, ${variance}`);
      }
    }),
  );
});

test("dataset-scalar: all channels together get mean 0 and deviation 1, by one scale and one shift", () => {
  fc.assert(
    fc.property(imagesOf(5), (train) => {
      const { scale, shift } = affine("dataset-scalar", dataset(train), [0, 1, 2, 3]);
      assert.equal(new Set(scale).size, 1);
      assert.equal(new Set(shift).size, 1);
      const seen = train.subarray(0, 4 * bytesPerImage);
      const x = Array.from(seen, (byte) => byte * scale[0] + shift[0]);
      const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
      const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
      const isConstant = seen.every((byte) => byte === seen[0]);
      assert.ok(Math.abs(mean) < 1e-9 && Math.abs(variance - (isConstant ? 0 : 1)) < 1e-9, `${mean}, ${variance}`);
    }),
  );
});

test("no test image, and no sample held back, can move a statistic", () => {
  fc.assert(
    fc.property(imagesOf(6), imagesOf(2), imagesOf(3), imagesOf(3), (train, held, testOne, testTwo) => {
      const changed = train.slice();
      changed.set(held, 2 * bytesPerImage);
      const indices = [0, 1, 4, 5];
      for (const { name } of standardizations) {
        const fitted = fitPreprocessing(name, dataset(train, testOne), indices);
        assert.deepEqual(fitPreprocessing(name, dataset(changed, testTwo), indices), fitted);
      }
    }),
  );
});

test("dataset: a channel that never changes is centered, not divided by zero", () => {
  const { scale, shift } = affine("dataset", dataset(new Uint8Array(12).fill(7)), [0, 1]);
  for (let channel = 0; channel < 3; channel++) {
    assert.equal(scale[channel], 1 / 255);
    assert.ok(Math.abs(7 * scale[channel] + shift[channel]) < 1e-15);
  }
});

test("every standardization gives finite numbers, even for a set without samples", () => {
  for (const { name } of standardizations) {
    const fitted = fitPreprocessing(name, dataset(new Uint8Array(0)), []);
    if (fitted.kind === "affine") assert.ok([...fitted.scale, ...fitted.shift].every(Number.isFinite), name);
    assert.deepEqual(JSON.parse(JSON.stringify(fitted)), fitted, "survives the model file");
  }
});

test("an unknown standardization is a usage error with the nearest name", () => {
  const call = () => fitPreprocessing("per-imag", dataset(new Uint8Array(0)), []);
  assert.throws(call, saying(2, "--standardize", "unit, symmetric", "Did you mean per-image?"));
});

for (const [name, mean, deviation] of [
  ["mnist", 0.1307, 0.3081],
  ["fashion-mnist", 0.286, 0.353],
] as const) {
  test(`${name}: the published mean and deviation of its training images`, async (t) => {
    if (needsRealData) return t.skip(needsRealData);
    const data = await findDataset(name).load({ dataDir: realDataDir ?? dataFolder(t) });
    const indices = Array.from({ length: data.train.count }, (_, i) => i);
    const fitted = fitPreprocessing("dataset", data, indices);
    assert.ok(fitted.kind === "affine");
    const [scale, shift] = [fitted.scale[0], fitted.shift[0]];
    assert.equal((-shift / scale / 255).toFixed(4), mean.toFixed(4));
    assert.equal((1 / scale / 255).toFixed(4), deviation.toFixed(4));
  });
}
