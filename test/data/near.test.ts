/** Images that show the same without being equal: planted ones are all found, others are not, and what was found is kept. */
import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import sharp from "sharp";
import { Stream } from "../../src/base/random.js";
import { checkData } from "../../src/data/checks/index.js";
import type { Dataset } from "../../src/data/dataset.js";
import { findDataset } from "../../src/data/index.js";
import { findNearCopies } from "../../src/data/near-copies.js";
import { nearCopiesOf, recallNearCopies } from "../../src/data/near-kept.js";
import { splitSamples } from "../../src/data/split-samples.js";
import { viewCopies } from "../../src/datatools/copies-view.js";
import { dataFolder } from "./fixtures.js";

const side = 24;
const channels = 3;
const bytes = side * side * channels;

/** Soft blobs of color, as photographs are soft: another picture for each number. */
function picture(seed: number): Uint8Array {
  const stream = new Stream(seed, "test");
  const blobs = Array.from({ length: 9 }, () => Array.from({ length: 6 }, () => stream.below(256)));
  return Uint8Array.from({ length: bytes }, (_, i) => {
    const [y, x, c] = [Math.floor(i / channels / side), Math.floor(i / channels) % side, i % channels];
    const sum = blobs.reduce((total, [top, left, size, ...color]) => {
      const distance = (y - (top * side) / 256) ** 2 + (x - (left * side) / 256) ** 2;
      return total + (color[c] - 128) * Math.exp(-distance / (4 + size / 10));
    }, 128);
    return Math.max(0, Math.min(255, sum));
  });
}

const raw = { width: side, height: side, channels } as const;
const ways: readonly ((image: Uint8Array) => Promise<Buffer>)[] = [
  async (image) =>
    sharp(await sharp(image, { raw }).jpeg({ quality: 80 }).toBuffer())
      .raw()
      .toBuffer(),
  async (image) =>
    sharp(await sharp(image, { raw }).webp({ quality: 80 }).toBuffer())
      .raw()
      .toBuffer(),
  (image) => Promise.resolve(Buffer.from(image.map((value) => Math.min(255, value + 3)))),
  async (image) => {
    const large = await sharp(image, { raw })
      .resize(2 * side, 2 * side)
      .png()
      .toBuffer();
    return sharp(large).resize(side, side).removeAlpha().raw().toBuffer();
  },
];

/** 100 pictures to train on, and 20 of them, each changed in one way, among 40 to test on. */
async function planted(): Promise<Dataset> {
  const train = Array.from({ length: 100 }, (_, i) => picture(i));
  const copies = await Promise.all(Array.from({ length: 20 }, (_, i) => ways[i % ways.length](train[5 * i])));
  const tested = [...copies, ...Array.from({ length: 20 }, (_, i) => picture(1000 + i))];
  const split = (images: readonly Uint8Array[]) => ({
    count: images.length,
    images: Buffer.concat(images),
    labels: Uint16Array.from(images, (_, i) => i % 2),
  });
  const shape = { height: side, width: side, channels };
  return { name: "x", shape, classes: ["a", "b"], maximum: 255, train: split(train), test: split(tested), notes: [] };
}

test("every planted copy is found, and nothing else; splits and labels are told", async () => {
  const dataset = await planted();
  const groups = await findNearCopies(dataset);
  assert.deepEqual(
    groups,
    Array.from({ length: 20 }, (_, i) => [5 * i, 100 + i]),
  );
  const config = { validation: 0, validationSplit: "stratified", seed: 0 } as const;
  const found = checkData(dataset, splitSamples(dataset, config), config, groups);
  const told = Object.fromEntries(found.map(({ id, evidence }) => [id, evidence]));
  assert.match(
    told["near-test"],
    /^20 images of the test split show what is trained on too: train image 0 ~ test image 0,/,
  );
  assert.match(told["near-labels"] ?? "", /^$|two labels/);
  // What is held back for validation chooses the weights: the test split is not new to it either.
  const halves = { ...config, validation: 0.5 };
  const half = checkData(dataset, splitSamples(dataset, halves), halves, groups).find(({ id }) => id === "near-test");
  assert.match(half?.evidence ?? "", /^20 images of the test split show what is trained or validated on too:/);
  const { groups: shown, more } = viewCopies(dataset, groups);
  assert.deepEqual([shown.length, more, shown[0].kind], [12, 8, "near"]);
});

test("what was found is kept by the hash of the data; what is damaged is looked for again", async (t) => {
  const cache = join(dataFolder(t), "cache");
  const dataset = await planted();
  assert.equal(recallNearCopies(dataset, cache), null);
  const groups = await nearCopiesOf(dataset, cache);
  assert.deepEqual(recallNearCopies({ ...dataset }, cache), groups);
  const other = { ...dataset, test: null };
  assert.equal(recallNearCopies(other, cache), null, "other data");
  const [file] = readdirSync(cache);
  for (const text of ["", "{", '{"version":1,"groups":[[0,9999]]}', '{"version":0,"groups":[]}']) {
    writeFileSync(join(cache, file), text);
    assert.equal(recallNearCopies({ ...dataset }, cache), null, text);
    assert.deepEqual(await nearCopiesOf({ ...dataset }, cache), groups);
  }
});

test("drawn digits of one class are no copies of each other, and images of nothing are not compared", async () => {
  const digits = await findDataset("synthetic-digits").load({});
  assert.ok((await findNearCopies(digits)).length < 10);
  const plain = {
    ...digits,
    train: { ...digits.train, images: new Uint8Array(digits.train.images.length) },
    test: null,
  };
  assert.deepEqual(await findNearCopies(plain), []);
});
