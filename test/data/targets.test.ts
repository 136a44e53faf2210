/** `targets:PATH`: images by name, and their classes in a text file. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { saying } from "./fixtures.js";
import { open, pictureFolder, png } from "./pictures.js";

const images = { "train/a10.png": png(10), "train/a2.png": png(20), "train/b.png": png(30) };

test("targets: the lines belong to the images in the order of their names", async (t) => {
  const { root, cacheDir } = pictureFolder(t, { ...images, "train_targets.txt": "1\n0\n2\n" });
  const { dataset } = await open(`targets:${root}`, { cacheDir });
  assert.deepEqual(dataset.train.names, ["train/a10.png", "train/a2.png", "train/b.png"]);
  assert.deepEqual([[...dataset.train.labels], dataset.classes, dataset.test], [[1, 0, 2], ["0", "1", "2"], null]);
  assert.deepEqual(
    [0, 6, 12].map((at) => dataset.train.images[at]),
    [10, 20, 30],
  );
});

test("targets: a test split, and the file among the images", async (t) => {
  const { root, cacheDir } = pictureFolder(t, {
    ...images,
    "train/train_targets.txt": "1\r\n0\r\n0",
    "test/x.png": png(40),
    "test_targets.txt": " 1 \n\n",
  });
  const { dataset } = await open(`targets:${root}`, { cacheDir });
  assert.deepEqual([[...dataset.train.labels], [...dataset.test!.labels]], [[1, 0, 0], [1]]);
  assert.equal(dataset.test!.images[0], 40);
  writeFileSync(join(root, "test_targets.txt"), "2\n");
  await assert.rejects(open(`targets:${root}`, { cacheDir }), saying(3, "test_targets.txt, line 1", "0..1", '"2"'));
});

const refused: Record<string, [targets: string, ...parts: string[]]> = {
  "too few lines": ["0\n1\n", "3 numbers, one for each image", "got 2"],
  "too many lines": ["0\n1\n2\n0\n", "3 numbers", "got 4"],
  "no line": ["", "line 1", 'got ""'],
  "classes that begin at 1": ["1\n2\n1\n", "images of each class", "none of 0"],
  "a gap between classes": ["0\n2\n0\n", "none of 1"],
  "one class only": ["0\n0\n0\n", "at least 2 classes", "one class (0)"],
  "a number with no sense": ["0\n1\n900\n", "line 3", "0..2", '"900"'],
  "a fraction": ["0\n1.5\n1\n", "line 2", '"1.5"'],
  "a negative number": ["0\n-1\n1\n", "line 2", '"-1"'],
};

for (const [name, [text, ...parts]] of Object.entries(refused)) {
  test(`targets: ${name} is refused`, async (t) => {
    const { root, cacheDir } = pictureFolder(t, { ...images, "train_targets.txt": text });
    await assert.rejects(open(`targets:${root}`, { cacheDir }), saying(3, root, ...parts));
  });
}

test("targets: a missing file and an empty folder are named", async (t) => {
  const { root, cacheDir } = pictureFolder(t, images);
  await assert.rejects(
    open(`targets:${root}`, { cacheDir }),
    saying(3, join(root, "train_targets.txt"), "no such file"),
  );
  for (const name of Object.keys(images)) rmSync(join(root, name));
  await assert.rejects(open(`targets:${root}`, { cacheDir }), saying(3, join(root, "train"), "images", "none"));
});
