/** Decoded images that are kept: used while nothing changed, made again when anything did, never trusted blindly. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { blake3, digestLength } from "../../src/base/hash.js";
import { cacheFolder, readCache, stampFiles, writeCache } from "../../src/data/images/cache.js";
import { listClassFolders } from "../../src/data/images/listing.js";
import { diskTree } from "../../src/data/images/tree.js";
import { cats, open, pictureFolder, png } from "./pictures.js";

const fileIn = (cacheDir: string): string => {
  const names = readdirSync(cacheDir);
  assert.equal(names.length, 1, names.join());
  return join(cacheDir, names[0]);
};

/** In seconds. */
const longAgo = 1e9;

/** A set that is in the cache, as one whose files have settled down. */
async function kept(t: TestContext): Promise<{ root: string; cacheDir: string; path: string }> {
  const { root, cacheDir } = pictureFolder(t, cats);
  for (const name of Object.keys(cats)) utimesSync(join(root, name), longAgo, longAgo);
  await open(`folder:${root}`, { cacheDir });
  const path = fileIn(cacheDir);
  const cached = readCache(path)!;
  assert.equal(cached.stamp.settled, false, "files of this moment are not to be trusted");
  writeCache(path, { ...cached, stamp: { ...cached.stamp, settled: true } });
  return { root, cacheDir, path };
}

/** Puts another pixel into the cache, so that whoever reads it shows it. */
function mark(path: string): void {
  const cached = readCache(path)!;
  const images = cached.images.slice();
  images[0] = 99;
  writeCache(path, { ...cached, images });
}

const firstPixel = async (root: string, cacheDir: string): Promise<number> =>
  (await open(`folder:${root}`, { cacheDir })).dataset.train.images[0];

test("cache: a second load decodes nothing", async (t) => {
  const { root, cacheDir, path } = await kept(t);
  mark(path);
  assert.equal(await firstPixel(root, cacheDir), 99);
});

test("cache: the same bytes under another status are known by their content", async (t) => {
  const { root, cacheDir, path } = await kept(t);
  mark(path);
  utimesSync(join(root, "cat/1.png"), longAgo + 1, longAgo + 1);
  assert.equal(await firstPixel(root, cacheDir), 99);
});

const changes: Record<string, (root: string) => void> = {
  "a file with other bytes": (root) => writeFileSync(join(root, "dog/2.png"), png(41)),
  "other bytes of the same length and time": (root) => {
    const path = join(root, "dog/2.png");
    const { size } = statSync(path);
    writeFileSync(path, png(41));
    utimesSync(path, longAgo, longAgo);
    assert.deepEqual([statSync(path).size, statSync(path).mtimeMs], [size, 1000 * longAgo]);
  },
  "a file more": (root) => writeFileSync(join(root, "dog/3.png"), png(50)),
  "a file less": (root) => rmSync(join(root, "dog/2.png")),
  "a file renamed": (root) => renameSync(join(root, "dog/2.png"), join(root, "dog/0.png")),
};

for (const [name, change] of Object.entries(changes)) {
  test(`cache: ${name} and all is decoded again`, async (t) => {
    const { root, cacheDir, path } = await kept(t);
    mark(path);
    change(root);
    const { dataset } = await open(`folder:${root}`, { cacheDir });
    assert.equal(dataset.train.images[0], 10);
    const fresh = await open(`folder:${root}`, { cacheDir: `${cacheDir}-other` });
    assert.deepEqual(dataset.train.images, fresh.dataset.train.images);
    assert.equal(fileIn(cacheDir), path, "it replaces what was kept before");
  });
}

test("cache: files that are too young to be told by their status are read", (t) => {
  const { root } = pictureFolder(t, cats);
  const tree = diskTree(root);
  const { train } = listClassFolders(tree);
  assert.equal(stampFiles(tree, train, Date.now()).settled, false);
  assert.equal(stampFiles(tree, train, Date.now() + 60_000).settled, true);
});

test("cache: a stamp is proof only where it had settled", async (t) => {
  const { root, cacheDir, path } = await kept(t);
  mark(path);
  const cached = readCache(path)!;
  writeCache(path, { ...cached, content: "of other files" });
  assert.equal(await firstPixel(root, cacheDir), 99, "trusted without a look at the content");
  writeCache(path, { ...cached, content: "of other files", stamp: { ...cached.stamp, settled: false } });
  assert.equal(await firstPixel(root, cacheDir), 10);
});

test("cache: a young stamp is checked by content, and settles later", async (t) => {
  const { root, cacheDir } = pictureFolder(t, cats);
  await open(`folder:${root}`, { cacheDir });
  const path = fileIn(cacheDir);
  mark(path);
  assert.equal(await firstPixel(root, cacheDir), 99);
  writeFileSync(join(root, "dog/2.png"), png(41));
  assert.equal(await firstPixel(root, cacheDir), 10);
});

const damages: Record<string, (bytes: Buffer) => Uint8Array> = {
  "a pixel changed": (bytes) => ((bytes[bytes.length - 40] ^= 1), bytes),
  "the header changed": (bytes) => ((bytes[20] ^= 1), bytes),
  "of another version, whole as it is": (bytes) => {
    const text = bytes.toString("latin1").replace('"content"', '"CONTENT"');
    const body = Buffer.from(text.slice(0, -digestLength), "latin1");
    return Buffer.concat([body, blake3([body])]);
  },
  "without a header, whole as it is": (bytes) => {
    const body = Buffer.concat([bytes.subarray(0, 12), Buffer.alloc(1000)]);
    return Buffer.concat([body, blake3([body])]);
  },
  "cut short": (bytes) => bytes.subarray(0, bytes.length - 1),
  empty: () => new Uint8Array(0),
  "something else": () => Buffer.alloc(1000, "heddle"),
};

for (const [name, damage] of Object.entries(damages)) {
  test(`cache: ${name}: said in a line, and decoded again`, async (t) => {
    const { root, cacheDir, path } = await kept(t);
    writeFileSync(path, damage(readFileSync(path)));
    const { dataset, notes } = await open(`folder:${root}`, { cacheDir });
    assert.deepEqual([...dataset.train.images.subarray(0, 2)], [10, 11]);
    assert.equal(notes.length, 1);
    assert.match(notes[0], /damaged or was changed\. The images are decoded again\./);
    assert.ok(notes[0].includes(path));
    assert.deepEqual((await open(`folder:${root}`, { cacheDir })).notes, []);
  });
}

test("cache: settings have files of their own", async (t) => {
  const { root, cacheDir } = pictureFolder(t, cats);
  await open(`folder:${root}`, { cacheDir });
  await open(`folder:${root}`, { cacheDir, imageSize: "4x4" });
  await open(`folder:${root}`, { cacheDir, imageSize: "4x4", fit: "stretch" });
  await open(`folder:${root}`, { cacheDir, channels: 3 });
  assert.equal(readdirSync(cacheDir).length, 4);
});

test("cache: --channels that changes nothing uses what is there", async (t) => {
  const { root, cacheDir, path } = await kept(t);
  mark(path);
  const { dataset } = await open(`folder:${root}`, { cacheDir, channels: 1 });
  assert.equal(dataset.train.images[0], 99);
  const rgb = await open(`folder:${root}`, { cacheDir, channels: 3 });
  assert.deepEqual([...rgb.dataset.train.images.subarray(0, 4)], [10, 10, 10, 11]);
});

test("cache: a folder that cannot be written is worth two lines, and the images are there", async (t) => {
  const { root, cacheDir } = pictureFolder(t, cats);
  // Where a file is, no folder can be made; permissions would not stop the superuser.
  writeFileSync(cacheDir, "");
  const { dataset, notes } = await open(`folder:${root}`, { cacheDir });
  assert.equal(dataset.train.count, 4);
  assert.equal(notes.length, 2);
  assert.match(notes[0], /cannot be kept in .*cache/);
  assert.match(notes[1], /HEDDLE_CACHE_DIR/);
});

test("cache: a folder where the file should be is worth lines too", async (t) => {
  const { root, cacheDir, path } = await kept(t);
  rmSync(path);
  mkdirSync(path);
  const { dataset, notes } = await open(`folder:${root}`, { cacheDir });
  assert.equal(dataset.train.images[0], 10);
  assert.ok(notes.length >= 2, notes.join("\n"));
});

test("cache: HEDDLE_CACHE_DIR, then XDG_CACHE_HOME, then the home folder", () => {
  assert.equal(cacheFolder({ HEDDLE_CACHE_DIR: "/a", XDG_CACHE_HOME: "/b" }), "/a");
  assert.equal(cacheFolder({ HEDDLE_CACHE_DIR: "", XDG_CACHE_HOME: "/b" }), join("/b", "heddle"));
  assert.ok(cacheFolder({}).endsWith(join(".cache", "heddle")));
});
