/** The published sets, where HEDDLE_DATA_DIR has them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Split } from "../../src/base/shape.js";
import { findDataset } from "../../src/data/index.js";
import { describeDataset } from "../../src/datatools/describe.js";
import { needsRealData, realDataDir } from "./fixtures.js";

function labelCounts(...splits: readonly Split[]): number[] {
  const counts = new Array<number>(10).fill(0);
  for (const { labels } of splits) for (const label of labels) counts[label]++;
  return counts;
}

test("digits: 1437 + 360 images with the published label counts", async (t) => {
  if (needsRealData) return t.skip(needsRealData);
  const { train, test } = await findDataset("digits").load({ dataDir: realDataDir });
  assert.ok(test);
  assert.deepEqual([train.count, test.count], [1437, 360]);
  assert.deepEqual(labelCounts(train, test), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
  assert.deepEqual(
    Array.from(train.images.subarray(0, 8)),
    [0, 0, 5, 13, 9, 1, 0, 0],
    "the first row of scikit-learn's set",
  );
});

test("mnist: 60,000 + 10,000 images with the published label counts", async (t) => {
  if (needsRealData) return t.skip(needsRealData);
  const { train, test } = await findDataset("mnist").load({ dataDir: realDataDir });
  assert.ok(test);
  assert.deepEqual(labelCounts(train), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  assert.deepEqual(labelCounts(test), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
});

test("fashion-mnist: 6,000 + 1,000 images of each class", async (t) => {
  if (needsRealData) return t.skip(needsRealData);
  const { train, test } = await findDataset("fashion-mnist").load({ dataDir: realDataDir });
  assert.ok(test);
  assert.deepEqual(labelCounts(train), new Array(10).fill(6000));
  assert.deepEqual(labelCounts(test), new Array(10).fill(1000));
});

test("cifar-10: 10,000 images a batch, mean and deviation of the channels as published", async (t) => {
  if (needsRealData) return t.skip(needsRealData);
  const dataset = await findDataset("cifar-10").load({ dataDir: realDataDir, allowMissing: true });
  const missing = dataset.incomplete?.length ?? 0;
  assert.equal(dataset.train.count, 10_000 * (5 - missing));
  const published = { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] };
  // They are of all 50,000 images.
  const tolerance = missing > 0 ? 5e-3 : 5e-5;
  const found = describeDataset(dataset);
  for (const name of ["mean", "std"] as const) {
    for (const [channel, value] of found[name].entries()) {
      assert.ok(Math.abs(value - published[name][channel]) <= tolerance, `${name} of channel ${channel}: ${value}`);
    }
  }
});
