/** The figures of `heddle data info`: counted by hand on a small set, as published on the real ones. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Dataset } from "../../src/data/dataset.js";
import { findDataset } from "../../src/data/index.js";
import { describeDataset } from "../../src/datatools/describe.js";
import { needsRealData, realDataDir } from "./fixtures.js";

/** Two training images of one row, two columns, two channels; one test image. */
const small: Dataset = {
  name: "small",
  shape: { height: 1, width: 2, channels: 2 },
  classes: ["ant", "bee", "cat"],
  maximum: 10,
  train: { count: 2, images: Uint8Array.of(0, 1, 10, 1, 0, 1, 10, 1), labels: Uint16Array.of(2, 0) },
  test: { count: 1, images: Uint8Array.of(7, 7, 7, 7), labels: Uint16Array.of(1) },
  notes: ["made by hand"],
};

test("counts, bytes, and mean and deviation of each channel", () => {
  const { hash, findings, fit, ...rest } = describeDataset(small);
  assert.deepEqual([fit, findings.map(({ id }) => id)[0]], [true, "no-validation"]);
  assert.match(hash, /^blake3:[0-9a-f]{64}$/);
  assert.deepEqual(rest, {
    schema: 1,
    dataset: "small",
    shape: { height: 1, width: 2, channels: 2 },
    maximum: 10,
    classes: ["ant", "bee", "cat"],
    splits: {
      train: { images: 2, perClass: [1, 0, 1], bytes: 12 },
      test: { images: 1, perClass: [0, 1, 0], bytes: 6 },
      validation: null,
    },
    bytes: 18,
    mean: [0.5, 0.1],
    std: [0.5, 0],
    notes: ["made by hand"],
  });
});

test("mean and deviation come from the training split alone; the hash from all", () => {
  const moved = describeDataset({ ...small, test: { ...small.train, images: new Uint8Array(8).fill(9) } });
  const { mean, std, hash } = describeDataset(small);
  assert.deepEqual([moved.mean, moved.std], [mean, std]);
  assert.notEqual(moved.hash, hash);
  const alone = describeDataset({ ...small, test: null });
  assert.equal(alone.splits.test, null);
  assert.equal(alone.bytes, 12);
  const held = describeDataset({ ...small, validation: small.test });
  assert.deepEqual(held.splits.validation, { images: 1, perClass: [0, 1, 0], bytes: 6 });
  assert.equal(held.bytes, 24);
});

const published: readonly [name: string, digits: number, mean: readonly number[], std: readonly number[]][] = [
  ["mnist", 4, [0.1307], [0.3081]],
  ["fashion-mnist", 4, [0.286], [0.353]],
  // Without data_batch_5 the constants are those of a part.
  ["cifar-10", 2, [0.49, 0.48, 0.45], [0.25, 0.24, 0.26]],
];

for (const [name, digits, mean, std] of published) {
  test(`${name}: mean and deviation as published, to ${digits} digits`, async (t) => {
    if (needsRealData) return t.skip(needsRealData);
    const dataset = await findDataset(name).load({ dataDir: realDataDir, allowMissing: true });
    const found = describeDataset(dataset);
    const rounded = (values: readonly number[]) => values.map((value) => Number(value.toFixed(digits)));
    assert.deepEqual([rounded(found.mean), rounded(found.std)], [mean, std]);
  });
}
