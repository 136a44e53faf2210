/** What every data set of the registry promises, and how a missing one is reported. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { folderOf, isKnown } from "../../src/data/dataset.js";
import { datasets, findDataset } from "../../src/data/index.js";
import { readBytes } from "../../src/formats/files.js";
import { dataFolder, needsSet, realDataDir, saying } from "./fixtures.js";

test("the registry: names are unique and found again", () => {
  assert.equal(new Set(datasets.map(({ name }) => name)).size, datasets.length);
  for (const source of datasets) assert.equal(findDataset(source.name).name, source.name);
});

test("an unknown data set is a usage error with the nearest name", () => {
  assert.throws(() => findDataset("fashon-mnist"), saying(2, "--dataset", "mnist, ", "Did you mean fashion-mnist?"));
  assert.throws(() => findDataset("xyz"), saying(2, "synthetic-digits", "got xyz"));
});

test("what is published of a set has names, checksums and addresses in one form", () => {
  for (const { name, embedded, published } of datasets) {
    assert.equal(published === undefined, embedded, name);
    if (!published) continue;
    const { files, folders = [], archives = [], mirrors, counts } = published;
    const parts = [...files, ...folders, ...archives];
    assert.ok(parts.length > 0, name);
    assert.equal(new Set(parts.map((part) => part.name)).size, parts.length);
    const contents = files.flatMap((file) => file.unpacked ?? []);
    for (const { sha256, bytes } of [...parts, ...contents]) {
      if (sha256 !== null) assert.match(sha256, /^[0-9a-f]{64}$/);
      assert.ok(bytes === null ? sha256 === null : bytes > 0);
    }
    for (const file of files) assert.ok(!file.unpacked || file.name.endsWith(".gz"), file.name);
    for (const mirror of mirrors) assert.match(mirror, /^https?:\/\/.*[^/]$/);
    if (mirrors.length > 0) assert.ok(isKnown(archives.at(0) ?? files[0]), "what is fetched can be told to be right");
    assert.equal(counts?.train.length, counts?.test.length);
  }
});

for (const source of datasets) {
  test(`${source.name}: keeps the contract`, async (t) => {
    const absent = !source.embedded && needsSet(source);
    if (absent) return t.skip(absent);
    const dataset = await source.load({ dataDir: realDataDir, allowMissing: true });
    const { height, width, channels } = dataset.shape;
    assert.equal(dataset.name, source.name);
    assert.ok(source.defaults.epochs >= 1);
    for (const split of [dataset.train, dataset.test]) {
      if (!split) continue;
      assert.equal(split.labels.length, split.count);
      assert.equal(split.images.length, split.count * height * width * channels);
      assert.ok(split.images.every((pixel) => pixel <= dataset.maximum));
      assert.ok(split.labels.every((label) => label < dataset.classes.length));
    }
    assert.ok(dataset.train.images.includes(dataset.maximum), "the maximum occurs");
  });

  if (source.embedded) continue;

  test(`${source.name}: without a data folder, says what to do and what works now`, async () => {
    const parts = [
      `${folderOf(source)}/`,
      "--data-dir",
      "HEDDLE_DATA_DIR",
      "--dataset synthetic-digits needs no files",
    ];
    await assert.rejects(source.load({ dataDir: undefined }), saying(3, ...parts));
  });

  test(`${source.name}: a missing folder or file is named, with all files looked for`, async (t) => {
    const dataDir = dataFolder(t);
    const folder = join(dataDir, folderOf(source));
    const names = source.published?.files.map((file) => file.name) ?? [];
    const works = "--dataset synthetic-digits needs no files";
    await assert.rejects(source.load({ dataDir }), saying(3, folder, ...names, "no such folder", works));
    if (names.length === 0) return;
    mkdirSync(join(folder, names[0]), { recursive: true });
    await assert.rejects(source.load({ dataDir }), saying(3, folder, ...names, `got no ${names[0]}`, works));
  });
}

test("a part of the files missing: only those are named as missing", async (t) => {
  const dataDir = dataFolder(t, { "mnist/train-images-idx3-ubyte.gz": "", "mnist/t10k-images-idx3-ubyte": "" });
  const missing = "got no train-labels-idx1-ubyte.gz, t10k-labels-idx1-ubyte.gz.";
  await assert.rejects(findDataset("mnist").load({ dataDir }), saying(3, missing));
});

test("a file that vanishes or may not be read is named", async (t) => {
  const path = join(dataFolder(t), "gone.gz");
  await assert.rejects(
    readBytes(path, () => 0),
    saying(3, path, "a readable file", "ENOENT"),
  );
});
