/** `npz:PATH`: arrays of numpy as data sets, what they may be called, and what is refused. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { dataFolder, saying } from "./fixtures.js";
import { bytesOfNumbers, labels, type NpyParts, npy, npz, pictures } from "./numpy-maker.js";
import { open } from "./pictures.js";

const file = (t: TestContext, bytes: Uint8Array, name = "set.npz"): string =>
  join(dataFolder(t, { [name]: bytes }), name);
const load = async (t: TestContext, arrays: Readonly<Record<string, NpyParts>>, options = {}) =>
  (await open(`npz:${file(t, npz(arrays))}`, options)).dataset;

const two: NpyParts = { shape: [2, 2, 3], bytes: Uint8Array.from({ length: 12 }, (_, i) => 100 + i) };
const ones: NpyParts = { shape: [2], bytes: Uint8Array.of(1, 0) };

for (const [xTrain, yTrain, xTest, yTest] of [
  ["x_train", "y_train", "x_test", "y_test"],
  ["X_train", "Y_train", "X_test", "Y_test"],
  ["Xtrain", "ytrain", "Xtest", "ytest"],
  ["train_images", "train_labels", "test_images", "test_labels"],
  ["trainImages", "trainLabels", "testImages", "testLabels"],
  ["train_x", "train_y", "test_x", "test_y"],
  ["trainX", "trainy", "testX", "testy"],
  ["training_data", "training_targets", "testing_data", "testing_targets"],
  ["x", "y", "x_test", "y_test"],
  ["arr_0", "arr_1", "arr_2", "arr_3"],
] as const) {
  test(`npz: ${xTrain}, ${yTrain}, ${xTest}, ${yTest}, in any order`, async (t) => {
    const arrays = { [yTest]: ones, [xTrain]: pictures, [xTest]: two, [yTrain]: labels };
    const inOrder = Object.fromEntries(Object.entries(arrays).sort(([a], [b]) => (a < b ? -1 : 1)));
    for (const each of xTrain === "arr_0" ? [inOrder] : [arrays, inOrder]) {
      const dataset = await load(t, each);
      assert.deepEqual(dataset.shape, { height: 2, width: 3, channels: 1 });
      assert.deepEqual(
        [[...dataset.train.labels], [...dataset.test!.labels]],
        [
          [0, 1, 0, 1],
          [1, 0],
        ],
      );
      assert.deepEqual([dataset.train.images[23], dataset.test!.images[0]], [23, 100]);
      assert.equal(/no names that say/.test(dataset.notes.join()), xTrain === "arr_0");
    }
  });
}

test("npz: MedMNIST's names bring a validation split", async (t) => {
  const column = { ...labels, shape: [4, 1] };
  const dataset = await load(t, {
    train_images: pictures,
    train_labels: column,
    val_images: two,
    val_labels: { ...ones, shape: [2, 1] },
  });
  assert.deepEqual([dataset.train.count, dataset.validation?.count, dataset.test], [4, 2, null]);
});

test("npz: files of one array each in a folder, .npy and .npz, go by the names of the files", async (t) => {
  const root = dataFolder(t, {
    "kmnist-train-imgs.npz": npz({ arr_0: pictures }),
    "kmnist-train-labels.npz": npz({ arr_0: labels }),
    "kmnist-test-imgs.npy": npy(two),
    "kmnist-test-labels.npy": npy(ones),
    "readme.txt": "",
  });
  const { dataset } = await open(`npz:${root}`);
  assert.deepEqual([dataset.train.count, dataset.test?.count, dataset.test?.images[0]], [4, 2, 100]);
  const pairs = dataFolder(t, { "train.npz": npz({ x: pictures, y: labels }), "test.npz": npz({ x: two, y: ones }) });
  assert.deepEqual((await open(`npz:${pairs}`)).dataset.test?.labels, Uint16Array.of(1, 0));
});

const numbers = Array.from({ length: 24 }, (_, i) => i);
const swapped = (bytes: Uint8Array, size: number): Uint8Array => {
  const turned = Buffer.from(bytes);
  for (let at = 0; at < turned.length; at += size) turned.subarray(at, at + size).reverse();
  return turned;
};
const columnsFirst = (values: readonly number[], [a, b, c]: readonly number[]): number[] =>
  Array.from(
    { length: a * b * c },
    (_, i) => values[(i % a) * b * c + (Math.floor(i / a) % b) * c + Math.floor(i / (a * b))],
  );

const sameImages: Readonly<Record<string, NpyParts>> = {
  "version 2": { ...pictures, version: 2 },
  "version 3": { ...pictures, version: 3 },
  "Fortran order": { ...pictures, fortran: true, bytes: Uint8Array.from(columnsFirst(numbers, [4, 2, 3])) },
  "Fortran order of floats": {
    descr: "<f4",
    shape: [4, 2, 3],
    fortran: true,
    bytes: bytesOfNumbers("f4", columnsFirst(numbers, [4, 2, 3])),
  },
  "a channel last": { ...pictures, shape: [4, 2, 3, 1] },
  int64: { descr: "<i8", shape: [4, 2, 3], bytes: bytesOfNumbers("i8", numbers) },
  "big-endian int32": { descr: ">i4", shape: [4, 2, 3], bytes: swapped(bytesOfNumbers("i4", numbers), 4) },
  "float64 of whole numbers": { descr: "<f8", shape: [4, 2, 3], bytes: bytesOfNumbers("f8", numbers) },
  "float32 in 0..1": {
    descr: "<f4",
    shape: [4, 2, 3],
    bytes: bytesOfNumbers(
      "f4",
      numbers.map((n) => n / 255),
    ),
  },
  "big-endian float64 in 0..1": {
    descr: ">f8",
    shape: [4, 2, 3],
    bytes: swapped(
      bytesOfNumbers(
        "f8",
        numbers.map((n) => n / 255),
      ),
      8,
    ),
  },
  "uint16 over its range": {
    descr: "<u2",
    shape: [4, 2, 3],
    bytes: bytesOfNumbers(
      "u2",
      numbers.map((n) => 256 * n + 7),
    ),
  },
  // 0 to 23 in half precision: 0, then 2^e (1 + f/1024).
  float16: {
    descr: "<f2",
    shape: [4, 2, 3],
    bytes: bytesOfNumbers(
      "u2",
      numbers.map((n) =>
        n === 0 ? 0 : ((Math.floor(Math.log2(n)) + 15) << 10) | ((n / 2 ** Math.floor(Math.log2(n)) - 1) * 1024),
      ),
    ),
  },
};
for (const [how, x] of Object.entries(sameImages)) {
  test(`npz: images of ${how} are what they are`, async (t) => {
    const dataset = await load(t, { x, y: labels });
    assert.deepEqual([dataset.shape, [...dataset.train.images]], [{ height: 2, width: 3, channels: 1 }, numbers]);
  });
}

test("npz: all splits have one scale, that of the training split", async (t) => {
  const dark: NpyParts = {
    descr: "<u2",
    shape: [2, 2, 3],
    bytes: bytesOfNumbers("u2", new Array<number>(12).fill(200)),
  };
  const bright: NpyParts = {
    descr: "<u2",
    shape: [4, 2, 3],
    bytes: bytesOfNumbers(
      "u2",
      numbers.map((n) => 2560 * n),
    ),
  };
  const sixteen = await load(t, { x_train: bright, y_train: labels, x_test: dark, y_test: ones });
  assert.deepEqual([sixteen.train.images[1], sixteen.test!.images[0]], [10, 0]);
  const eight = { ...dark, shape: [4, 2, 3], bytes: bytesOfNumbers("u2", new Array<number>(24).fill(200)) };
  const mixed = { x_train: eight, y_train: labels, x_test: { ...bright, shape: [4, 2, 3] }, y_test: labels };
  await assert.rejects(
    load(t, mixed),
    saying(3, "x_test[3, 1, 2]", "pixels 0..255, as in the training split", "got 58880"),
  );
  const unit = (value: number, count: number): NpyParts => ({
    descr: "<f4",
    shape: [count, 2, 3],
    bytes: bytesOfNumbers("f4", new Array<number>(6 * count).fill(value)),
  });
  const halves = await load(t, { x_train: unit(0.4, 4), y_train: labels, x_test: unit(1, 2), y_test: ones });
  assert.deepEqual([halves.train.images[0], halves.test!.images[0]], [102, 255]);
});

test("npz: bits are black and white", async (t) => {
  const bits = { descr: "|b1", shape: [4, 2, 3], bytes: Uint8Array.from(numbers, (n) => n & 1) };
  const dataset = await load(t, { x: bits, y: labels });
  assert.deepEqual([...dataset.train.images.subarray(0, 4)], [0, 255, 0, 255]);
});

test("npz: channels first are turned, and rows have the shape that is asked for", async (t) => {
  const rgb = { shape: [4, 3, 1, 2], bytes: Uint8Array.from(numbers) };
  const turned = await load(t, { x: rgb, y: labels });
  assert.deepEqual(turned.shape, { height: 1, width: 2, channels: 3 });
  assert.deepEqual([...turned.train.images.subarray(0, 6)], [0, 2, 4, 1, 3, 5]);
  assert.match(turned.notes.join(), /3x1x2|3 x 1 x 2/);
  const flat = { ...pictures, shape: [4, 6] };
  await assert.rejects(load(t, { x: flat, y: labels }), saying(3, "set.npz, x", "square", "got 6", "--image-size"));
  assert.deepEqual((await load(t, { x: flat, y: labels }, { imageSize: "3x2" })).shape, {
    height: 3,
    width: 2,
    channels: 1,
  });
  const columns = await load(t, { x: pictures, y: labels }, { layout: "columns" });
  assert.deepEqual(columns.shape, { height: 3, width: 2, channels: 1 });
  assert.deepEqual([...columns.train.images.subarray(0, 6)], [0, 3, 1, 4, 2, 5]);
});

test("npz: --image-size and --channels bring shaped images to what is asked for", async (t) => {
  const dataset = await load(t, { x: pictures, y: labels }, { imageSize: "4x6", channels: 3 });
  assert.deepEqual(dataset.shape, { height: 4, width: 6, channels: 3 });
  assert.equal(dataset.train.images.length, 4 * 72);
});

test("npz: labels of any type, one-hot, and names", async (t) => {
  const classesOf = async (y: NpyParts, more = {}, options = {}) => {
    const { classes, train, notes } = await load(t, { x: pictures, y, ...more }, options);
    return [classes, [...train.labels], notes.join()] as const;
  };
  const [classes, numbered, notes] = await classesOf({
    descr: "<i4",
    shape: [4],
    bytes: bytesOfNumbers("i4", [3, 1, 3, 2]),
  });
  assert.deepEqual(
    [classes, numbered],
    [
      ["1", "2", "3"],
      [2, 0, 2, 1],
    ],
  );
  assert.match(notes, /Labels are 1, 2, 3/);
  const hot = bytesOfNumbers("f4", [0, 1, 1, 0, 0, 1, 0, 1]);
  assert.deepEqual((await classesOf({ descr: "<f4", shape: [4, 2], bytes: hot }))[1], [1, 0, 1, 1]);
  const texts = (...words: string[]): NpyParts => ({
    descr: "<U4",
    shape: [words.length],
    bytes: Buffer.concat(words.map((word) => Buffer.from(word.padEnd(4, "\0").replace(/./gs, "$&\0\0\0"), "latin1"))),
  });
  assert.deepEqual((await classesOf(texts("bee", "ant", "bee", "ant")))[0], ["ant", "bee"]);
  const bytes = { descr: "|S3", shape: [4], bytes: Buffer.from("beeantbeeant") };
  assert.deepEqual((await classesOf(bytes))[0], ["ant", "bee"]);
  const latin1 = { descr: "|S3", shape: [4], bytes: Buffer.from("b\xe9eb\xe8eb\xe9eb\xe8e", "latin1") };
  assert.deepEqual((await classesOf(latin1))[0], ["bèe", "bée"]);
  assert.deepEqual((await classesOf(labels, { class_names: texts("ant", "bee") }))[0], ["ant", "bee"]);
  const [unused, , why] = await classesOf(
    { ...labels, bytes: Uint8Array.of(1, 2, 1, 2) },
    { class_names: texts("ant", "bee") },
  );
  assert.deepEqual(unused, ["1", "2"]);
  assert.match(why, /class names are not used/);
  const fine = { fine_labels: { ...labels, bytes: Uint8Array.of(0, 1, 2, 3) } };
  const coarse = { coarse_labels: labels };
  const both = { data: pictures, ...fine, ...coarse };
  assert.equal((await load(t, both)).classes.length, 4);
  assert.equal((await load(t, both, { label: "coarse" })).classes.length, 2);
  await assert.rejects(load(t, both, { label: "size" }), saying(2, "--label", "fine_labels, coarse_labels", "size"));
});
