/** Verification: what is right in any packing, and each way of being wrong. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { dataError } from "../../src/base/errors.js";
import type { Dataset, DatasetSource, Published } from "../../src/data/dataset.js";
import { datasets } from "../../src/data/index.js";
import { verifyDataset, wrongData } from "../../src/datatools/verify.js";
import { dataFolder, needsSet, realDataDir, saying } from "./fixtures.js";

const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");
const known = (bytes: Uint8Array | string) => ({ bytes: bytes.length, sha256: sha256(bytes) });

const images = gzipSync("four images");
const archive = gzipSync("an archive");
const listing = `${sha256("1")}  a/1.png\n${sha256("2")}  b.png\n`;

const file = { name: "images.gz", ...known(images), unpacked: known("four images") };
const plain = { name: "labels.bin", ...known("labels") };
const published: Published = {
  files: [file, plain],
  folders: [{ name: "train", files: 2, bytes: 2, sha256: sha256(listing) }],
  mirrors: [],
  counts: { train: [2, 1], test: [1, 0] },
};
const folder = { "set/train/a/1.png": "1", "set/train/b.png": "2" };
const without = { "set/labels.bin": "labels", ...folder };
const whole = { "set/images.gz": images, ...without };

const dataset: Dataset = {
  name: "set",
  shape: { height: 1, width: 1, channels: 1 },
  classes: ["ant", "bee"],
  maximum: 255,
  train: { count: 3, images: Uint8Array.of(1, 2, 3), labels: Uint16Array.of(0, 1, 0) },
  test: { count: 1, images: Uint8Array.of(3), labels: Uint16Array.of(0) },
  notes: [],
};

const source = (more: Partial<DatasetSource> = {}): DatasetSource => ({
  name: "set",
  summary: "",
  embedded: false,
  defaults: { model: "mlp:1", epochs: 1 },
  published,
  load: () => Promise.resolve(dataset),
  ...more,
});

const withArchive = source({ published: { ...published, archives: [{ name: "all.tar.gz", ...known(archive) }] } });

test("all as published: nothing wrong, counts and copies told", async (t) => {
  const found = await verifyDataset(source(), { dataDir: dataFolder(t, whole) });
  assert.deepEqual(found.problems, []);
  assert.deepEqual(
    found.files.map(({ name, right, text }) => [name, right, text]),
    [
      ["images.gz", true, "as published"],
      ["labels.bin", true, "as published"],
      ["train/", true, "2 files as published"],
    ],
  );
  assert.deepEqual(found.counts, { train: [2, 1], test: [1, 0] });
  assert.deepEqual(found.duplicates?.across, [{ train: [2], test: [0], labels: [0] }]);
});

const rightToo: Record<string, readonly [files: Record<string, Uint8Array | string>, text: RegExp]> = {
  unpacked: [{ ...without, "set/images": "four images" }, /as published, unpacked/],
  "packed another way": [{ ...whole, "set/images.gz": gzipSync("four images", { level: 0 }) }, /packed another way/],
  "hidden files in a folder": [{ ...whole, "set/train/a/.thumbs": "9" }, /2 files as published/],
  "packed though published plain": [
    { ...folder, "set/images": "four images", "set/labels.bin.gz": gzipSync("labels") },
    /packed another way/,
  ],
};
for (const [what, [files, text]] of Object.entries(rightToo)) {
  test(`right too: ${what}`, async (t) => {
    const found = await verifyDataset(source(), { dataDir: dataFolder(t, files) });
    assert.deepEqual(found.problems, []);
    assert.match(found.files.map((state) => state.text).join(), text);
  });
}

const wrong: Record<string, readonly [files: Record<string, Uint8Array | string>, problem: RegExp]> = {
  "a missing file": [without, /^images\.gz: not there$/],
  "other bytes": [
    { ...whole, "set/labels.bin": "lables" },
    /labels\.bin: other bytes \(sha256 [0-9a-f]{64} instead of/,
  ],
  "another size": [{ ...whole, "set/labels.bin": "label" }, /labels\.bin: 5 bytes instead of 6$/],
  "packed bytes that do not unpack": [
    { ...whole, "set/images.gz": images.subarray(0, 12) },
    new RegExp(`images\\.gz: 12 bytes instead of ${images.length}$`),
  ],
  "unpacked bytes that are others": [{ ...without, "set/images": "five images" }, /images: other bytes/],
  "a changed file in a folder": [{ ...whole, "set/train/b.png": "3" }, /train: other bytes/],
  "a file too many in a folder": [{ ...whole, "set/train/c.png": "3" }, /train: 3 files instead of 2$/],
  "a renamed file in a folder": [
    { "set/images.gz": images, "set/labels.bin": "labels", "set/train/a/1.png": "1", "set/train/a/b.png": "2" },
    /train: other bytes/,
  ],
};
for (const [what, [files, problem]] of Object.entries(wrong)) {
  test(`wrong: ${what}`, async (t) => {
    const { problems } = await verifyDataset(source(), { dataDir: dataFolder(t, files) });
    assert.equal(problems.length, 1);
    assert.match(problems[0], problem);
  });
}

test("wrong: counts, named by split and class; of an incomplete set they say nothing", async (t) => {
  const dataDir = dataFolder(t, whole);
  const labels = Uint16Array.of(0, 1, 1);
  const moved: Dataset = { ...dataset, train: { ...dataset.train, labels }, test: null };
  const { problems, counts } = await verifyDataset(source({ load: () => Promise.resolve(moved) }), { dataDir });
  assert.deepEqual(problems, [
    "train, class 0 (ant): 1 images instead of 2",
    "train, class 1 (bee): 2 images instead of 1",
    "test, class 0 (ant): 0 images instead of 1",
  ]);
  assert.equal(counts?.test, null);
  const part = source({ load: () => Promise.resolve({ ...moved, incomplete: ["images"] }) });
  assert.deepEqual((await verifyDataset(part, { dataDir })).problems, []);
});

test("--allow-missing lets files be missing, but not wrong", async (t) => {
  const missing = await verifyDataset(source(), { dataDir: dataFolder(t, without), allowMissing: true });
  assert.deepEqual(missing.problems, []);
  assert.equal(missing.files[0].path, null);
  const bad = { ...without, "set/labels.bin": "lables" };
  const { problems } = await verifyDataset(source(), { dataDir: dataFolder(t, bad), allowMissing: true });
  assert.match(problems.join(), /^[^,]*labels\.bin: other bytes/);
});

test("an archive stands for the files that are not there, and is checked in their place", async (t) => {
  const files = { "set/labels.bin": "labels", "set/all.tar.gz": archive };
  const found = await verifyDataset(withArchive, { dataDir: dataFolder(t, files) });
  assert.deepEqual(
    found.files.map(({ name, right }) => [name, right]),
    [
      ["labels.bin", true],
      ["all.tar.gz", true],
    ],
  );
  const { problems } = await verifyDataset(withArchive, { dataDir: dataFolder(t, { "set/all.tar.gz": "an archive" }) });
  assert.match(problems.join(), /all\.tar\.gz: 10 bytes instead of \d+/);
});

test("what does not load is an error of its own, unless its files are known to be wrong", async (t) => {
  const broken = dataError({ where: "labels.bin at byte 3", expected: "a label 0..1", got: "7" });
  const unreadable = source({ load: () => Promise.reject(broken) });
  await assert.rejects(verifyDataset(unreadable, { dataDir: dataFolder(t, whole) }), saying(3, "a label 0..1"));
  await assert.rejects(verifyDataset(unreadable, { dataDir: dataFolder(t) }), saying(3, "a label 0..1"));
  const { problems, counts, duplicates } = await verifyDataset(unreadable, { dataDir: dataFolder(t, without) });
  assert.deepEqual([problems, counts, duplicates], [["images.gz: not there"], null, null]);
});

test("one error names all that is wrong, in all sets", async (t) => {
  const right = await verifyDataset(source(), { dataDir: dataFolder(t, whole) });
  assert.equal(wrongData([right]), null);
  const missing = await verifyDataset(source(), { dataDir: dataFolder(t, without) });
  const changed = await verifyDataset(source(), { dataDir: dataFolder(t, { ...whole, "set/labels.bin": "label" }) });
  const error = wrongData([missing, right, { ...changed, dataset: "other" }]);
  assert.ok(saying(3, "set, other: ", "images.gz: not there; ", "5 bytes instead of 6", "--allow-missing")(error));
  assert.doesNotMatch(wrongData([changed])?.message ?? "", /--allow-missing/);
});

for (const known of datasets) {
  test(`${known.name}: what is here is as published`, async (t) => {
    const absent = !known.embedded && needsSet(known);
    if (absent) return t.skip(absent);
    const cacheDir = join(dataFolder(t), "cache");
    const found = await verifyDataset(known, { dataDir: realDataDir, allowMissing: true, cacheDir });
    assert.deepEqual(found.problems, []);
  });
}
