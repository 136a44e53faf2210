import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { Stream } from "../../src/base/random.js";
import { idxSet } from "../../src/data/idx-set.js";
import { mnist } from "../../src/data/mnist.js";
import { dataFolder, idx, saying } from "./fixtures.js";

const shape = { height: 2, width: 3, channels: 1 };
const imagesMagic = 2051;
const labelsMagic = 2049;
const pixels = (count: number) => Uint8Array.from({ length: count * 6 }, (_, i) => i);

const good = {
  "train-images-idx3-ubyte": idx([imagesMagic, 4, 2, 3], pixels(4)),
  "train-labels-idx1-ubyte": idx([labelsMagic, 4], Uint8Array.of(0, 1, 2, 1)),
  "t10k-images-idx3-ubyte": idx([imagesMagic, 2, 2, 3], pixels(2)),
  "t10k-labels-idx1-ubyte": idx([labelsMagic, 2], Uint8Array.of(2, 0)),
};
type Name = keyof typeof good;

const tiny = idxSet({
  name: "tiny",
  summary: "a set of six images",
  defaults: { model: "mlp:2", epochs: 1 },
  shape,
  classes: ["a", "b", "c"],
  published: mnist.published!,
});

/** Loads the good files with one of them replaced; `gzip` packs the others. */
async function load(t: TestContext, changes: Record<string, Uint8Array | null> = {}, gzip = true) {
  const files: Record<string, Uint8Array> = {};
  for (const name of Object.keys(good) as Name[])
    files[gzip ? `${name}.gz` : name] = gzip ? gzipSync(good[name]) : good[name];
  for (const [name, bytes] of Object.entries(changes)) {
    delete files[name.replace(".gz", "")];
    delete files[`${name.replace(".gz", "")}.gz`];
    if (bytes) files[name] = bytes;
  }
  const dataDir = dataFolder(
    t,
    Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`tiny/${name}`, bytes])),
  );
  return tiny.load({ dataDir });
}

for (const gzip of [true, false]) {
  test(`IDX: reads both splits, ${gzip ? "packed" : "unpacked"}`, async (t) => {
    const { train, test } = await load(t, {}, gzip);
    assert.deepEqual([train.count, test!.count], [4, 2]);
    assert.deepEqual(Array.from(train.images), Array.from(pixels(4)));
    assert.deepEqual(Array.from(train.labels), [0, 1, 2, 1]);
    assert.deepEqual(Array.from(test!.labels), [2, 0]);
  });
}

test("IDX: packed and unpacked files may be mixed", async (t) => {
  const { train } = await load(t, { "train-labels-idx1-ubyte": good["train-labels-idx1-ubyte"] });
  assert.equal(train.count, 4);
});

const images = "train-images-idx3-ubyte";
const labels = "train-labels-idx1-ubyte";
const stream = new Stream(1, "synthetic");
const noise = Uint8Array.from({ length: 6 * 4000 }, () => stream.word() & 15);
const corrupt = gzipSync(idx([imagesMagic, 4000, 2, 3], noise));
corrupt.fill(0xff, 9000, 9100);
const wrongSum = gzipSync(good[images]);
wrongSum[wrongSum.length - 8] ^= 1;

const bad: Record<string, { change: Record<string, Uint8Array>; parts: string[] }> = {
  "wrong magic": {
    change: { [images]: good[labels] },
    parts: [`${images} at byte 0`, "2051", "got 2049"],
  },
  "wrong magic, packed": {
    change: { [`${labels}.gz`]: gzipSync(good[images]) },
    parts: [`${labels}.gz at byte 0`, "2049", "got 2051"],
  },
  "header cut off": {
    change: { [images]: good[images].subarray(0, 10) },
    parts: [`${images} at byte 10`, "header of 16 bytes", "end of the file"],
  },
  "empty file": { change: { [images]: new Uint8Array(0) }, parts: [`${images} at byte 0`, "header of 8 bytes"] },
  "empty gzip": { change: { [`${images}.gz`]: new Uint8Array(0) }, parts: [`${images}.gz at byte 0`] },
  "wrong rows": {
    change: { [images]: idx([imagesMagic, 4, 3, 2], pixels(4)) },
    parts: [`${images} at byte 8`, "2 rows", "got 3"],
  },
  "wrong columns": {
    change: { [images]: idx([imagesMagic, 4, 2, 2], pixels(4)) },
    parts: [`${images} at byte 12`, "3 columns", "got 2"],
  },
  "no images": {
    change: { [images]: idx([imagesMagic, 0, 2, 3], pixels(0)) },
    parts: [`${images} at byte 4`, "got 0"],
  },
  "a count beyond all memory": {
    change: { [`${images}.gz`]: gzipSync(idx([imagesMagic, 0xffffffff, 2, 3], pixels(4))) },
    parts: [`${images}.gz at byte 4`, "got 4294967295"],
  },
  "too few pixels": {
    change: { [images]: good[images].subarray(0, 39) },
    parts: [`${images} at byte 39`, "40 bytes in all", "got 39"],
  },
  "too few pixels, packed": {
    change: { [`${images}.gz`]: gzipSync(good[images].subarray(0, 39)) },
    parts: [`${images}.gz at byte 39 (counted after unpacking)`, "40 bytes in all", "got 39"],
  },
  "a large count over few pixels, packed": {
    change: { [`${images}.gz`]: gzipSync(idx([imagesMagic, 300_000_000, 2, 3], pixels(4))) },
    parts: [`${labels}.gz at byte 4`, "300000000 labels", "got 4"],
  },
  "too many pixels": {
    change: { [images]: idx([imagesMagic, 4, 2, 3], pixels(5)) },
    parts: [`${images} at byte 40`, "40 bytes in all", "got 46"],
  },
  "a gzip bomb": {
    change: { [`${images}.gz`]: gzipSync(idx([imagesMagic, 4, 2, 3], new Uint8Array(50_000_000))) },
    parts: [`${images}.gz at byte 40 (counted after unpacking)`, "no more than 40 bytes"],
  },
  "truncated gzip": {
    change: { [`${images}.gz`]: gzipSync(good[images]).subarray(0, 30) },
    parts: [`${images}.gz at byte 30`, "more gzip data", "truncated"],
  },
  "not gzip": { change: { [`${images}.gz`]: good[images] }, parts: [`${images}.gz at byte 0`, "gzip data"] },
  "corrupt gzip": {
    change: { [`${images}.gz`]: corrupt, [labels]: idx([labelsMagic, 4000], new Uint8Array(4000)) },
    parts: [`${images}.gz at byte 8192`, "gzip data"],
  },
  "gzip with a wrong checksum": { change: { [`${images}.gz`]: wrongSum }, parts: [`${images}.gz at byte 0`, "check"] },
  "more labels than images": {
    change: { [labels]: idx([labelsMagic, 5], Uint8Array.of(0, 1, 2, 1, 0)) },
    parts: [`${labels} at byte 4`, "4 labels, one for each image of", images, "got 5"],
  },
  "label out of range": {
    change: { [labels]: idx([labelsMagic, 4], Uint8Array.of(0, 1, 3, 1)) },
    parts: [`${labels} at byte 10`, "a label 0..2", "got 3"],
  },
};

for (const [name, { change, parts }] of Object.entries(bad)) {
  test(`IDX: ${name} is refused, by file and byte`, async (t) => {
    await assert.rejects(load(t, change), saying(3, ...parts));
  });
}

test("IDX: every prefix of a packed file is refused, none crashes", async (t) => {
  const packed = gzipSync(good[labels]);
  for (let size = 0; size < packed.length; size++) {
    await assert.rejects(load(t, { [`${labels}.gz`]: packed.subarray(0, size) }), saying(3, `${labels}.gz`), `${size}`);
  }
});
