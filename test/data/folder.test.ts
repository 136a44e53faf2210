/** `folder:PATH`: what becomes of folders of images, and what is refused. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { listClassFolders } from "../../src/data/images/listing.js";
import { loadImages } from "../../src/data/images/load.js";
import { saying } from "./fixtures.js";
import { cats, open, pictureFolder, png } from "./pictures.js";

test("folder: classes and images by name, without a split", async (t) => {
  const { root, cacheDir } = pictureFolder(t, {
    ...cats,
    "dog/.hidden.png": "",
    "dog/notes.txt": "",
    ".git/x.png": "",
  });
  const { dataset, notes } = await open(`folder:${root}`, { cacheDir });
  assert.equal(dataset.name, `folder:${root}`);
  assert.deepEqual(dataset.shape, { height: 2, width: 3, channels: 1 });
  assert.deepEqual([dataset.classes, dataset.test, dataset.maximum, notes], [["cat", "dog"], null, 255, []]);
  assert.deepEqual([...dataset.train.labels], [0, 0, 1, 1]);
  assert.deepEqual(dataset.train.names, ["cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png"]);
  assert.deepEqual([...dataset.train.images.subarray(6, 18)], [20, 21, 22, 23, 24, 25, 30, 31, 32, 33, 34, 35]);
});

test("folder: with train and test, folders in folders, links, and names in any case", async (t) => {
  const { root, cacheDir } = pictureFolder(t, {
    "train/a/2.PNG": png(2),
    "train/a/1/x.png": png(1),
    "train/b/1.png": png(3),
    "test/b/1.png": png(4),
  });
  symlinkSync(join(root, "train/b/1.png"), join(root, "train/b/2.png"));
  symlinkSync(join(root, "train/b/nowhere.png"), join(root, "train/b/3.png"));
  symlinkSync("4.png", join(root, "train/b/4.png"));
  const { dataset } = await open(`folder:${root}`, { cacheDir });
  assert.deepEqual(dataset.train.names, ["train/a/1/x.png", "train/a/2.PNG", "train/b/1.png", "train/b/2.png"]);
  assert.deepEqual([...dataset.train.labels], [0, 0, 1, 1]);
  assert.deepEqual([...dataset.test!.labels], [1]);
  assert.deepEqual([...dataset.test!.images], [4, 5, 6, 7, 8, 9]);
});

test("folder: a class may be called train", async (t) => {
  const { root, cacheDir } = pictureFolder(t, { "car/1.png": png(1), "train/1.png": png(2) });
  assert.deepEqual((await open(`folder:${root}`, { cacheDir })).dataset.classes, ["car", "train"]);
});

test("folder: one image in colour makes all RGB; --channels decides otherwise", async (t) => {
  const { root, cacheDir } = pictureFolder(t, { ...cats, "dog/3.png": png(0, { channels: 3 }) });
  const rgb = (await open(`folder:${root}`, { cacheDir })).dataset;
  assert.equal(rgb.shape.channels, 3);
  assert.deepEqual([...rgb.train.images.subarray(0, 6)], [10, 10, 10, 11, 11, 11]);
  assert.deepEqual([...rgb.train.images.subarray(4 * 18, 4 * 18 + 4)], [0, 1, 2, 3]);
  const grey = (await open(`folder:${root}`, { cacheDir, channels: 1 })).dataset;
  assert.equal(grey.shape.channels, 1);
  assert.equal(grey.train.images.length, 5 * 6);
  const forced = (await open(`folder:${pictureFolder(t, cats).root}`, { cacheDir, channels: 3 })).dataset;
  assert.deepEqual([...forced.train.images.subarray(0, 4)], [10, 10, 10, 11]);
});

test("folder: images of different sizes are refused by name, and brought to one by --image-size", async (t) => {
  const { root, cacheDir } = pictureFolder(t, { ...cats, "dog/3.png": png(0, { height: 4, width: 6 }) });
  const [first, other] = [join(root, "cat/1.png"), join(root, "dog/3.png")];
  await assert.rejects(open(`folder:${root}`, { cacheDir }), saying(3, other, "2x3", first, "got 4x6", "--image-size"));
  for (const fit of ["crop", "pad", "stretch"] as const) {
    const { dataset } = await open(`folder:${root}`, { cacheDir, imageSize: "2x3", fit });
    assert.deepEqual(dataset.shape, { height: 2, width: 3, channels: 1 });
    assert.equal(dataset.train.count, 5);
  }
  await assert.rejects(open(`folder:${root}`, { imageSize: "2" }), saying(2, "--image-size", "HEIGHTxWIDTH", '"2"'));
  const huge = open(`folder:${root}`, { imageSize: "60000x60000" });
  await assert.rejects(huge, saying(2, "--image-size", "at most 67108864 in all", '"60000x60000"'));
});

const refused: Record<string, [files: Record<string, Uint8Array | string>, ...parts: string[]]> = {
  "an empty folder": [{}, "at least 2 folders of images", "an empty folder"],
  "images in no folder": [{ "1.png": png(1) }, "images that lie in no folder", "targets:PATH"],
  "one class only": [{ "cat/1.png": png(1) }, "at least 2 folders", "one (cat)"],
  "a class with no image": [{ ...cats, "eel/notes.txt": "" }, "eel: expected images of class eel", "none"],
  "a test class that training lacks": [
    { "train/a/1.png": png(1), "train/b/1.png": png(1), "test/c/1.png": png(1) },
    "only classes that",
    "(a, b)",
    "got c",
  ],
  "a test folder without classes": [
    { "train/a/1.png": png(1), "train/b/1.png": png(1), "test/1.png": png(1) },
    "class folders",
  ],
  "an image that does not decode": [{ ...cats, "dog/3.png": "hello" }, "dog/3.png: expected a PNG", "--skip-bad"],
  "an image that is cut off": [{ ...cats, "dog/3.png": png(1).subarray(0, 50) }, "dog/3.png", "--skip-bad"],
};

for (const [name, [files, ...parts]] of Object.entries(refused)) {
  test(`folder: ${name} is refused`, async (t) => {
    const { root, cacheDir } = pictureFolder(t, files);
    await assert.rejects(open(`folder:${root}`, { cacheDir }), saying(3, root, ...parts));
  });
}

test("folder: a folder that is not there, or not a folder, is refused", async (t) => {
  const { root } = pictureFolder(t, { "a.png": png(1) });
  await assert.rejects(open(`folder:${root}/nowhere`), saying(3, `${root}/nowhere`, "no such file or folder"));
  await assert.rejects(open(`folder:${root}/a.png`), saying(3, `${root}/a.png`, "a folder of images"));
  await assert.rejects(async () => open("folder:"), saying(2, "--dataset", "folder:PATH", "got folder:"));
});

test("folder: --skip-bad passes over so many, names them, and no more", async (t) => {
  const { root, cacheDir } = pictureFolder(t, { ...cats, "cat/3.png": "x", "dog/0.png": "y" });
  const { dataset, notes } = await open(`folder:${root}`, { cacheDir, skipBad: 2 });
  assert.deepEqual(dataset.train.names, ["cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png"]);
  assert.deepEqual([...dataset.train.labels], [0, 0, 1, 1]);
  assert.deepEqual([...dataset.train.images.subarray(12, 14)], [30, 31]);
  assert.match(notes.join("\n"), /cat\/3\.png.*\n.*dog\/0\.png/);
  assert.match(dataset.notes.join(), /Passed over 2 images that do not decode: cat\/3\.png, dog\/0\.png/);
  // Out of the cache as well as decoded.
  for (const folder of [cacheDir, `${cacheDir}-2`]) {
    const one = open(`folder:${root}`, { cacheDir: folder, skipBad: 1 });
    await assert.rejects(one, saying(3, "at most 1 images", "2 (cat/3.png, dog/0.png)", "--skip-bad"));
  }
  const all = pictureFolder(t, { "cat/1.png": "x", "dog/1.png": png(1) });
  await assert.rejects(open(`folder:${all.root}`, { cacheDir, skipBad: 5 }), saying(3, "each class", "none of cat"));
});

test("folder: a file that vanishes between listing and reading is named", async (t) => {
  const { root, cacheDir } = pictureFolder(t, cats);
  const listing = listClassFolders(root);
  rmSync(join(root, "dog/1.png"));
  const loading = loadImages("set", root, listing, { cacheDir, skipBad: 9 });
  await assert.rejects(loading, saying(3, join(root, "dog/1.png"), "when the folder was listed", "no such file"));
  mkdirSync(join(root, "dog/1.png"));
  const asFolder = loadImages("set", root, listing, { cacheDir, skipBad: 9 });
  await assert.rejects(asFolder, saying(3, join(root, "dog/1.png"), "a file"));
});

test("folder: loading tells how far it is", async (t) => {
  const many = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`${i % 2}/${i}.png`, png(i % 100)]));
  const { root, cacheDir } = pictureFolder(t, many);
  const big = png(0, { height: 500, width: 500, channels: 3 });
  for (let i = 0; i < 6; i++) writeFileSync(join(root, `0/${i * 2}.png`), big);
  const { events } = await open(`folder:${root}`, { cacheDir, imageSize: "2x3" });
  const told = events.filter((event) => event.kind === "load");
  assert.ok(told.length > 0);
  assert.ok(told.every(({ done, total }) => done >= 1 && done <= total && total === 400));
});
