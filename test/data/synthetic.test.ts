import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { Split } from "../../src/base/shape.js";
import type { Dataset } from "../../src/data/dataset.js";
import { syntheticDigits, syntheticDigits28 } from "../../src/data/synthetic.js";

/**
 * The sets are data: a published hash means published accuracies stay true. Whoever changes the generator on purpose
 * puts the new hashes here and the new figures into docs/data.md.
 */
const published = {
  "synthetic-digits": "e07902c46e5688e5dc869ca6e4c657d5e1b693bf95e66439bf3320311a852df2",
  "synthetic-digits-28": "788c748ce31b753b107f804bfb728d53f5291e38e10bb8d09eff7bb721507f05",
};

function hash({ train, test }: Dataset): string {
  const sum = createHash("sha256");
  for (const split of [train, test as Split]) sum.update(split.images).update(Uint8Array.from(split.labels));
  return sum.digest("hex");
}

for (const source of [syntheticDigits, syntheticDigits28]) {
  test(`${source.name}: the same bytes everywhere`, async () => {
    const dataset = await source.load({ dataDir: undefined });
    assert.equal(hash(dataset), published[source.name as keyof typeof published]);
    assert.equal(hash(await source.load({ dataDir: undefined })), hash(dataset));
  });

  test(`${source.name}: balanced, shuffled, no image in both splits`, async () => {
    const { train, test, shape } = await source.load({ dataDir: undefined });
    assert.ok(test);
    for (const [split, count] of [
      [train, 5000],
      [test, 1000],
    ] as const) {
      assert.equal(split.count, count);
      const counts = new Array<number>(10).fill(0);
      for (const label of split.labels) counts[label]++;
      assert.deepEqual(counts, new Array(10).fill(count / 10));
      assert.ok(new Set(split.labels.subarray(0, 40)).size >= 8, "shuffled");
    }
    const bytes = shape.height * shape.width;
    const image = (split: Split, i: number) =>
      Buffer.from(split.images.subarray(i * bytes, (i + 1) * bytes)).toString("hex");
    const seen = new Set(Array.from({ length: train.count }, (_, i) => image(train, i)));
    // Two plain bars of 8x8 pixels can be equal by chance.
    assert.ok(seen.size > 0.99 * train.count, `${seen.size} different images`);
    const again = Array.from({ length: test.count }, (_, i) => image(test, i)).filter((hex) => seen.has(hex));
    assert.ok(again.length < 10, `${again.length} test images in the training split`);
  });
}

test("synthetic-digits: every image fills the height, and has paper and ink", async () => {
  const { train } = await syntheticDigits.load({ dataDir: undefined });
  for (let i = 0; i < train.count; i++) {
    const image = train.images.subarray(64 * i, 64 * (i + 1));
    assert.ok(image.subarray(0, 8).some((count) => count > 0) && image.subarray(56).some((count) => count > 0), `${i}`);
    assert.ok(image.includes(0));
  }
});

test("synthetic-digits-28: every image keeps MNIST's frame, and its middle near the image's", async () => {
  const { train } = await syntheticDigits28.load({ dataDir: undefined });
  for (let i = 0; i < train.count; i++) {
    const image = train.images.subarray(784 * i, 784 * (i + 1));
    let [sum, sumX, sumY] = [0, 0, 0];
    for (const [at, count] of image.entries()) {
      sum += count;
      sumX += count * ((at % 28) + 0.5);
      sumY += count * (Math.floor(at / 28) + 0.5);
    }
    assert.ok(Math.abs(sumX / sum - 14) < 1.5 && Math.abs(sumY / sum - 14) < 1.5, `${i}: ${sumX / sum}, ${sumY / sum}`);
  }
});
