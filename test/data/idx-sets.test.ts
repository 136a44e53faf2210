/** `idx:PATH`: any folder of IDX files; and the sets by name whose files are of a special kind. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { findDataset } from "../../src/data/index.js";
import { dataFolder, idx, saying } from "./fixtures.js";
import { bytesOfNumbers } from "./numpy-maker.js";
import { open } from "./pictures.js";
import { makeZip } from "./zip-maker.js";

/** Four images of 2x3 and four labels for training, two of each for the test. */
const images = (count: number, first = 0): Buffer =>
  idx(
    [2051, count, 2, 3],
    Uint8Array.from({ length: 6 * count }, (_, i) => first + i),
  );
const labels = (...values: number[]): Buffer => idx([2049, values.length], Uint8Array.from(values));
const parts = {
  trainImages: images(4),
  trainLabels: labels(0, 1, 0, 1),
  testImages: images(2, 100),
  testLabels: labels(1, 0),
};

const namings: Record<string, [trainImages: string, trainLabels: string, testImages: string, testLabels: string]> = {
  "MNIST's names": [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
  ],
  "MNIST's names with dots": [
    "train-images.idx3-ubyte",
    "train-labels.idx1-ubyte",
    "t10k-images.idx3-ubyte",
    "t10k-labels.idx1-ubyte",
  ],
  "one's own names": ["Train_Imgs", "Train_Targets", "Test_Imgs", "Test_Targets"],
};
for (const [how, names] of Object.entries(namings)) {
  for (const packed of [false, true]) {
    test(`idx: ${how}${packed ? ", gzipped" : ""}`, async (t) => {
      const files = Object.values(parts).map((bytes, i) => [
        packed ? `${names[i]}.gz` : names[i],
        packed ? gzipSync(bytes) : bytes,
      ]);
      const root = dataFolder(t, { ...(Object.fromEntries(files) as Record<string, Buffer>), "readme.txt": "hello" });
      const { dataset } = await open(`idx:${root}`);
      assert.deepEqual([dataset.shape, dataset.classes], [{ height: 2, width: 3, channels: 1 }, ["0", "1"]]);
      assert.deepEqual(
        [[...dataset.train.labels], [...dataset.test!.labels]],
        [
          [0, 1, 0, 1],
          [1, 0],
        ],
      );
      assert.deepEqual([dataset.train.images[23], dataset.test!.images[0]], [23, 100]);
    });
  }
}

test("idx: gzip data under an unpacked name are read, and what is packed and not packed is one file", async (t) => {
  const both = {
    "train-images": images(4, 50),
    "train-images.gz": gzipSync(images(4)),
    "train-labels": gzipSync(parts.trainLabels),
  };
  const { dataset } = await open(`idx:${dataFolder(t, both)}`);
  assert.equal(dataset.train.images[0], 0, "the packed one is read");
});

test("idx: labels of any integer type are classes as they are", async (t) => {
  const wide = idx(
    [0x0c01, 4],
    bytesOfNumbers("i4", [7, 300, 7, 2]).map((_, i, all) => all[(i & ~3) + 3 - (i & 3)]),
  );
  const { dataset } = await open(`idx:${dataFolder(t, { "train-images": images(4), "train-labels": wide })}`);
  assert.deepEqual(
    [dataset.classes, [...dataset.train.labels]],
    [
      ["2", "7", "300"],
      [1, 2, 1, 0],
    ],
  );
  assert.match(dataset.notes.join(), /Labels are 2, 7, 300/);
});

test("idx: colors, floats, rows and a validation split", async (t) => {
  const colors = idx(
    [0x0804, 2, 1, 2, 3],
    Uint8Array.from({ length: 12 }, (_, i) => i),
  );
  const rgb = (await open(`idx:${dataFolder(t, { "train-images": colors, "train-labels": labels(0, 1) })}`)).dataset;
  assert.deepEqual(rgb.shape, { height: 1, width: 2, channels: 3 });
  const half = Buffer.from([0x3f, 0, 0, 0]);
  const floats = idx([0x0d03, 2, 1, 2], Buffer.concat([half, half, half, half]));
  const grey = (await open(`idx:${dataFolder(t, { "train-images": floats, "train-labels": labels(0, 1) })}`)).dataset;
  assert.deepEqual([...grey.train.images], [128, 128, 128, 128]);
  const rows = idx([0x0802, 2, 4], new Uint8Array(8));
  const held = { "train-images": rows, "train-labels": labels(0, 1), "val-images": rows, "val-labels": labels(1, 1) };
  const { shape, validation } = (await open(`idx:${dataFolder(t, held)}`)).dataset;
  assert.deepEqual([shape, validation?.count], [{ height: 2, width: 2, channels: 1 }, 2]);
});

/** EMNIST's names of a set, its images lying column by column: 3 high and 2 wide as they are meant. */
const emnistFiles = (set: string, ...values: number[]): Record<string, Buffer> => ({
  [`emnist-${set}-train-images-idx3-ubyte.gz`]: gzipSync(images(4)),
  [`emnist-${set}-train-labels-idx1-ubyte.gz`]: gzipSync(labels(...values)),
  [`emnist-${set}-test-images-idx3-ubyte.gz`]: gzipSync(images(2)),
  [`emnist-${set}-test-labels-idx1-ubyte.gz`]: gzipSync(labels(values[0], values[1])),
});

test("idx: EMNIST's files are turned upright by their names, and named by their mapping", async (t) => {
  const root = dataFolder(t, {
    ...emnistFiles("letters", 1, 2, 1, 2),
    "emnist-letters-mapping.txt": "1 65 97\n2 66 98\n",
  });
  const { dataset } = await open(`idx:${root}`);
  assert.deepEqual([dataset.shape.height, dataset.shape.width, dataset.classes], [3, 2, ["A", "B"]]);
  assert.deepEqual([...dataset.train.images.subarray(0, 6)], [0, 3, 1, 4, 2, 5]);
  assert.match(dataset.notes.join(), /turned upright/);
  const rows = (await open(`idx:${root}`, { layout: "rows" })).dataset;
  assert.deepEqual([rows.shape.height, ...rows.train.images.subarray(0, 3)], [2, 0, 1, 2]);
});

test("idx: of several sets in a folder one is named", async (t) => {
  const root = dataFolder(t, { ...emnistFiles("letters", 1, 2, 1, 2), ...emnistFiles("digits", 0, 1, 2, 3) });
  await assert.rejects(open(`idx:${root}`), saying(3, "the images of one set", "emnist-letters-train-images"));
  assert.equal((await open(`idx:${root}/emnist-digits`)).dataset.classes.length, 4);
});

test("idx: QMNIST's labels are the first of eight numbers", async (t) => {
  const eight = bytesOfNumbers(
    "i4",
    [0, 1, 0, 1].flatMap((label) => [label, 9, 9, 9, 9, 9, 9, 9]),
  );
  const bytes = eight.map((_, i, all) => all[(i & ~3) + 3 - (i & 3)]);
  const files = {
    "qmnist-train-images-idx3-ubyte": images(4),
    "qmnist-train-labels-idx2-int": idx([0x0c02, 4, 8], bytes),
  };
  const { dataset } = await open(`idx:${dataFolder(t, files)}`);
  assert.deepEqual([...dataset.train.labels], [0, 1, 0, 1]);
  assert.match(dataset.notes.join(), /eight numbers/);
});

for (const [name, [files, ...said]] of Object.entries<[Record<string, Uint8Array>, ...string[]]>({
  "no file": [{}, "IDX files, of images and of labels", "none"],
  "a file under such a name that is none": [
    { "train-images-idx3-ubyte": Buffer.from("<!doctype html><p>"), "train-labels-idx1-ubyte": labels(0, 1) },
    "train-images-idx3-ubyte at byte 0",
    "got a web page (HTML)",
  ],
  "a wrong magic number": [
    { "train-images-idx3-ubyte": idx([0x0703, 1, 2, 2], Uint8Array.of(1, 2, 3, 4)) },
    "train-images-idx3-ubyte at byte 0",
    "other bytes",
  ],
  "files in a folder below, as torchvision leaves them": [
    { "MNIST/raw/train-images-idx3-ubyte": images(4), "MNIST/raw/train-labels-idx1-ubyte": labels(0, 1, 0, 1) },
    "use idx:",
    "MNIST/raw.",
  ],
  "no IDX file": [{ "a.txt": Buffer.from("hello") }, "IDX files", "none (a.txt)"],
  "images alone": [{ "train-images": images(4) }, "a label for each training image"],
  "counts that differ": [
    { "train-images": images(4), "train-labels": labels(0, 1) },
    "train-labels at byte 4",
    "4 labels",
    "got 2",
  ],
  "files with each other's names": [
    { "train-images": labels(0, 1, 0, 1), "train-labels": images(4) },
    "train-images",
    "an array of images",
  ],
  "a file that is cut": [
    { "train-images": images(4).subarray(0, 30), "train-labels": labels(0, 1, 0, 1) },
    "train-images at byte 30",
    "40 bytes in all",
  ],
})) {
  test(`idx: ${name}: refused`, async (t) => {
    await assert.rejects(open(`idx:${dataFolder(t, files)}`), saying(3, ...said));
  });
}

test("idx: one file is no set, and its folder is named", async (t) => {
  const root = dataFolder(t, { "train-images": images(4) });
  await assert.rejects(open(`idx:${root}/train-images`), saying(3, "one file", `idx:${root}`));
  await assert.rejects(open(`idx:${root}/no/where`), saying(3, `${root}/no/where`, "no such file or folder"));
});

/** 28x28 images, the first pixel of the second row set. */
const big = (count: number): Buffer => {
  const bytes = new Uint8Array(784 * count);
  for (let i = 0; i < count; i++) bytes[784 * i + 28] = 1 + i;
  return idx([2051, count, 28, 28], bytes);
};
const named = (t: TestContext, name: string, files: Record<string, Uint8Array>) =>
  findDataset(name).load({ dataDir: dataFolder(t, files) });

test("emnist-letters: upright, from files, a folder in a folder, or the archive as it is", async (t) => {
  const files = (folder: string) => ({
    [`${folder}emnist-letters-train-images-idx3-ubyte.gz`]: gzipSync(big(2)),
    [`${folder}emnist-letters-train-labels-idx1-ubyte.gz`]: gzipSync(labels(1, 26)),
    [`${folder}emnist-letters-test-images-idx3-ubyte.gz`]: gzipSync(big(1)),
    [`${folder}emnist-letters-test-labels-idx1-ubyte.gz`]: gzipSync(labels(2)),
  });
  const zip = makeZip(Object.entries(files("gzip/")).map(([name, bytes]) => ({ name, bytes })));
  for (const place of [files("emnist/"), files("emnist/gzip/"), { "emnist/gzip.zip": zip }]) {
    const dataset = await named(t, "emnist-letters", place);
    assert.deepEqual([dataset.classes.length, dataset.classes[0], dataset.classes[25]], [26, "A", "Z"]);
    assert.deepEqual([[...dataset.train.labels], [...dataset.test!.labels]], [[0, 25], [1]]);
    assert.equal(dataset.train.images[1], 1, "the second of a column is the second of a row now");
  }
  await assert.rejects(
    named(t, "emnist-letters", {
      ...files("emnist/"),
      "emnist/emnist-letters-train-labels-idx1-ubyte.gz": gzipSync(labels(0, 1)),
    }),
    saying(3, "emnist-letters-train-labels-idx1-ubyte.gz at byte 8", "a label 1..26", "got 0"),
  );
});

test("qmnist and mnist with dotted names are found by name", async (t) => {
  const eight = (...values: number[]) =>
    idx(
      [0x0c02, values.length, 8],
      Uint8Array.from(values.flatMap((label) => [0, 0, 0, label, ...new Array<number>(28).fill(9)])),
    );
  const dataset = await named(t, "qmnist", {
    "qmnist/qmnist-train-images-idx3-ubyte": big(2),
    "qmnist/qmnist-train-labels-idx2-int": eight(3, 9),
    "qmnist/qmnist-test-images-idx3-ubyte": big(1),
    "qmnist/qmnist-test-labels-idx2-int": eight(5),
  });
  assert.deepEqual([[...dataset.train.labels], dataset.classes.length], [[3, 9], 10]);
  const dotted = await named(t, "mnist", {
    "mnist/train-images.idx3-ubyte": big(2),
    "mnist/train-labels.idx1-ubyte": labels(1, 2),
    "mnist/t10k-images.idx3-ubyte.gz": gzipSync(big(1)),
    "mnist/t10k-labels.idx1-ubyte": labels(1),
  });
  assert.deepEqual([dotted.train.count, join(dotted.name)], [2, "mnist"]);
});
