/** `targets:PATH`: images by name, and their classes in a text file. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { saying } from "./fixtures.js";
import { evidenceOf, open, pictureFolder, png } from "./pictures.js";

const images = { "train/a10.png": png(10), "train/a2.png": png(20), "train/b.png": png(30) };

test("targets: the lines belong to the images in the order of their names, and that is shown", async (t) => {
  const { root, cacheDir } = pictureFolder(t, { ...images, "train_targets.txt": "1\n0\n2\n" });
  const { dataset } = await open(`targets:${root}`, { cacheDir });
  assert.deepEqual(dataset.train.names, ["train/a2.png", "train/a10.png", "train/b.png"]);
  assert.deepEqual([[...dataset.train.labels], dataset.classes, dataset.test], [[1, 0, 2], ["0", "1", "2"], null]);
  assert.deepEqual(
    [0, 6, 12].map((at) => dataset.train.images[at]),
    [20, 10, 30],
  );
  const [said] = evidenceOf(dataset);
  assert.match(said, /train_targets\.txt goes by position, .* a2\.png = 1, a10\.png = 0, b\.png = 2\./);
  assert.match(said, /line 1 is a2\.png in natural order, a10\.png in plain order/);
  const plain = (await open(`targets:${root}`, { cacheDir, order: "plain" })).dataset;
  assert.deepEqual(plain.train.names, ["train/a10.png", "train/a2.png", "train/b.png"]);
  assert.deepEqual([...plain.train.labels], [1, 0, 2]);
  assert.deepEqual(
    plain.findings?.map(({ fix }) => fix),
    ["--order natural takes the other."],
  );
});

test("targets: splits by their names, and the file among the images", async (t) => {
  const { root, cacheDir } = pictureFolder(t, {
    ...images,
    "train/train_targets.txt": "1\r\n0\r\n0",
    "test/x.png": png(40),
    "test_targets.txt": " 1 \n\n",
    "Val/y.png": png(50),
    "Val_targets.txt": "0.0",
  });
  const { dataset } = await open(`targets:${root}`, { cacheDir });
  assert.deepEqual([[...dataset.train.labels], [...dataset.test!.labels]], [[1, 0, 0], [1]]);
  assert.deepEqual([...dataset.validation!.labels], [0]);
  assert.deepEqual([dataset.test!.images[0], dataset.validation!.images[0]], [40, 50]);
});

test("targets: labels with gaps, and names, are the classes there are", async (t) => {
  const classesOf = async (text: string) => {
    const { root, cacheDir } = pictureFolder(t, { ...images, "train_targets.txt": text });
    const { classes, train } = (await open(`targets:${root}`, { cacheDir })).dataset;
    return [classes, [...train.labels]];
  };
  assert.deepEqual(await classesOf("1\n10\n2\n"), [
    ["1", "2", "10"],
    [0, 2, 1],
  ]);
  assert.deepEqual(await classesOf("\ufeffcat\nant\ncat\n"), [
    ["ant", "cat"],
    [1, 0, 1],
  ]);
  assert.deepEqual(await classesOf("03\n+3\n3.\n"), [["3"], [0, 0, 0]]);
});

const refused: Record<string, [targets: string, ...parts: string[]]> = {
  "too few lines": ["0\n1\n", "3 lines, one for each image", "got 2"],
  "too many lines": ["0\n1\n2\n0\n", "3 lines", "got 4"],
  "no line": ["", "line 1", "got an empty line"],
  "an empty line": ["0\n\n1\n", "line 2", "an empty line"],
  "a fraction": ["0\n1.5\n1\n", "line 2", "got 1.5"],
  "a negative number": ["0\n-1\n1\n", "line 2", "got -1"],
};

for (const [name, [text, ...parts]] of Object.entries(refused)) {
  test(`targets: ${name} is refused`, async (t) => {
    const { root, cacheDir } = pictureFolder(t, { ...images, "train_targets.txt": text });
    await assert.rejects(open(`targets:${root}`, { cacheDir }), saying(3, root, ...parts));
  });
}

test("targets: names in another encoding than UTF-8 are refused", async (t) => {
  const bytes = Buffer.from("a\ncafé\ncafè\n", "latin1");
  const { root, cacheDir } = pictureFolder(t, { ...images, "train_targets.txt": bytes });
  await assert.rejects(open(`targets:${root}`, { cacheDir }), saying(3, "line 2", "text in UTF-8"));
});

test("targets: a missing file, an empty folder and two training splits are named", async (t) => {
  const { root, cacheDir } = pictureFolder(t, images);
  const missing = saying(3, join(root, "train_targets.txt"), "no such file");
  await assert.rejects(open(`targets:${root}`, { cacheDir }), missing);
  for (const name of Object.keys(images)) rmSync(join(root, name));
  await assert.rejects(open(`targets:${root}`, { cacheDir }), saying(3, join(root, "train"), "images", "none"));
  const twice = pictureFolder(t, { ...images, "train_targets.txt": "1\n0\n2\n", "Training/1.png": png(1) });
  await assert.rejects(open(`targets:${twice.root}`), saying(3, "one folder for the train split"));
  await assert.rejects(open(`targets:${root}/nowhere`), saying(3, "nowhere", "no such file or folder"));
});
