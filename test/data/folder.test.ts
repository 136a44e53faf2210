/** `folder:PATH`: what becomes of folders of images, and what is refused. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { listClassFolders } from "../../src/data/images/listing.js";
import { loadImages } from "../../src/data/images/load.js";
import { diskTree } from "../../src/data/images/tree.js";
import { saying } from "./fixtures.js";
import { cats, evidenceOf, open, pictureFolder, png } from "./pictures.js";

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

test("folder: links to folders count at any depth, and none leads round in a circle", async (t) => {
  const { root, cacheDir } = pictureFolder(t, {
    "a/1.png": png(1),
    "b/0.png": png(4),
    "b/in/1.png": png(2),
    "b/in/2.png": png(3),
  });
  symlinkSync("../b/in", join(root, "a", "linked"));
  symlinkSync("../../a", join(root, "b", "in", "back"));
  symlinkSync(".", join(root, "b", "in", "up"));
  const { dataset } = await open(`folder:${root}`, { cacheDir });
  assert.deepEqual(
    dataset.train.names?.filter((name) => name.startsWith("a/")),
    ["a/1.png", "a/linked/1.png", "a/linked/2.png"],
  );
  assert.deepEqual(
    dataset.train.names?.filter((name) => name.startsWith("b/")),
    ["b/0.png", "b/in/1.png", "b/in/2.png", "b/in/back/1.png"],
  );
  assert.match(evidenceOf(dataset).join(), /links that lead round in circles/);
});

test("folder: a class may be called train", async (t) => {
  const { root, cacheDir } = pictureFolder(t, { "car/1.png": png(1), "train/1.png": png(2) });
  assert.deepEqual((await open(`folder:${root}`, { cacheDir })).dataset.classes, ["car", "train"]);
});

test("folder: one image in color makes all RGB; --channels decides otherwise", async (t) => {
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

test("folder: images of different sizes are brought to one: what is usual among them, or as --image-size says", async (t) => {
  const { root, cacheDir } = pictureFolder(t, { ...cats, "dog/3.png": png(0, { height: 4, width: 6 }) });
  const { dataset } = await open(`folder:${root}`, { cacheDir });
  // Four of five have one size: too few to call the fifth odd.
  assert.deepEqual([dataset.shape.height, dataset.shape.width], [3, 3]);
  assert.deepEqual(dataset.reading, { imageSize: "3x3", fit: "pad" });
  const cached = await open(`folder:${root}`, { cacheDir });
  assert.deepEqual([cached.dataset.reading, evidenceOf(cached.dataset)], [dataset.reading, evidenceOf(dataset)]);
  for (const fit of ["crop", "pad", "stretch"] as const) {
    const { dataset: sized } = await open(`folder:${root}`, { cacheDir, imageSize: "2x3", fit });
    assert.deepEqual(sized.shape, { height: 2, width: 3, channels: 1 });
    assert.equal(sized.train.count, 5);
    assert.deepEqual(evidenceOf(sized), []);
  }
  assert.equal((await open(`folder:${root}`, { cacheDir, imageSize: "2" })).dataset.shape.width, 2);
  await assert.rejects(open(`folder:${root}`, { imageSize: "2x" }), saying(2, "--image-size", "HEIGHTxWIDTH", '"2x"'));
  const huge = open(`folder:${root}`, { imageSize: "60000x60000" });
  await assert.rejects(huge, saying(2, "--image-size", "at most 67108864 in all", '"60000x60000"'));
});

test("folder: an odd image among many, wherever it is, gets the size of the others", async (t) => {
  const many = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`${i % 2}/${i}.png`, png(i % 100)]));
  // Between those that are looked at first.
  const { root, cacheDir } = pictureFolder(t, { ...many, "0/2.png": png(9, { height: 40, width: 40 }) });
  const { dataset } = await open(`folder:${root}`, { cacheDir });
  assert.deepEqual([dataset.shape.height, dataset.shape.width, dataset.train.count], [2, 3, 600]);
  assert.match(evidenceOf(dataset).join(), /\(3 wide, 2 high to 40 wide, 40 high\)/);
});

test("folder: large mixed images come to 64x64; limits are named, and a flag lets larger ones in", async (t) => {
  const sizes = [
    [100, 300],
    [200, 90],
    [150, 150],
  ];
  const files = sizes.flatMap(([height, width], i) => [
    [`a/${i}.png`, png(i, { height, width })],
    [`b/${i}.png`, png(i)],
  ]);
  const { root, cacheDir } = pictureFolder(t, Object.fromEntries(files) as Record<string, Uint8Array>);
  const { dataset } = await open(`folder:${root}`, { cacheDir });
  assert.deepEqual(dataset.shape, { height: 64, width: 64, channels: 1 });
  const small = open(`folder:${root}`, { cacheDir, maxMegapixels: 0.02 });
  await assert.rejects(small, saying(3, "got 2 that do not", "a/0.png", "at most 20000 pixels", "--max-megapixels 1"));
});

const refused: Record<string, [files: Record<string, Uint8Array | string>, ...parts: string[]]> = {
  "an empty folder": [{}, "folders of images, one for each class", "no image at all"],
  "images in no folder": [{ "1.png": png(1) }, "1 image that lies in no folder", "docs/data.md"],
  "an image that does not decode": [{ ...cats, "dog/3.png": "hello" }, 'dog/3.png: a text ("hello")', "--skip-bad 1"],
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
  const { dataset } = await open(`folder:${root}`, { cacheDir, skipBad: 2 });
  assert.deepEqual(dataset.train.names, ["cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png"]);
  assert.deepEqual([...dataset.train.labels], [0, 0, 1, 1]);
  assert.deepEqual([...dataset.train.images.subarray(12, 14)], [30, 31]);
  assert.deepEqual(evidenceOf(dataset), ["Passed over 2 images that do not decode: cat/3.png, dog/0.png."]);
  assert.match(dataset.notes.join(), /Passed over 2 images that do not decode: cat\/3\.png, dog\/0\.png/);
  // Out of the cache as well as decoded.
  for (const folder of [cacheDir, `${cacheDir}-2`]) {
    const one = open(`folder:${root}`, { cacheDir: folder, skipBad: 1 });
    await assert.rejects(one, saying(3, "at most 1 images", "cat/3.png: ", "dog/0.png: ", "--skip-bad 2"));
  }
  const all = pictureFolder(t, { "cat/1.png": "x", "dog/1.png": png(1) });
  const rest = await open(`folder:${all.root}`, { cacheDir, skipBad: 5 });
  assert.deepEqual([rest.dataset.train.count, rest.dataset.classes], [1, ["cat", "dog"]]);
});

test("folder: a file that vanishes between listing and reading is named", async (t) => {
  const { root, cacheDir } = pictureFolder(t, cats);
  const tree = diskTree(root);
  const listing = listClassFolders(tree);
  rmSync(join(root, "dog/1.png"));
  const loading = loadImages("set", tree, listing, { cacheDir, skipBad: 9 });
  await assert.rejects(loading, saying(3, join(root, "dog/1.png"), "when the folder was listed", "no such file"));
  mkdirSync(join(root, "dog/1.png"));
  const asFolder = loadImages("set", tree, listing, { cacheDir, skipBad: 9 });
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

test("folder: files that hold nothing that is known are told as zeros, as text with its beginning, or as what a Mac left", async (t) => {
  const files = {
    "a/zeros.png": new Uint8Array(700),
    "a/error.png": "Rate limit exceeded, try again in 60 seconds\nrequest 17\n",
    "a/mac.png": Uint8Array.of(0, 5, 0x16, 7, 0, 2, 0, 0, 9, 9),
    "a/bytes.png": Uint8Array.from({ length: 40 }, (_, i) => (i * 37 + 200) & 255),
  };
  const { root, cacheDir } = pictureFolder(t, { ...cats, ...files });
  const parts = [
    "a/zeros.png: nothing but 700 bytes of zero",
    'a/error.png: a text ("Rate limit exceeded, try again in 60 sec…")',
    "a/mac.png: what macOS keeps beside a file (AppleDouble)",
    "a/bytes.png: no image that is known",
  ];
  await assert.rejects(open(`folder:${root}`, { cacheDir }), saying(3, ...parts, "--skip-bad 4 goes on"));
});
