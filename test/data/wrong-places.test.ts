/** Every form of data, asked for in a place where none is: one error of our own that names the place. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { HeddleError } from "../../src/base/errors.js";
import { findDataset, schemes } from "../../src/data/index.js";
import { dataFolder } from "./fixtures.js";
import { open, png } from "./pictures.js";

/** The high bits of products: no beginning of anything. */
const someBytes = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Math.imul(i + 5, 0x9e3779b1) >>> 24);

const places: Readonly<Record<string, (t: TestContext) => string>> = {
  "nothing there": (t) => join(dataFolder(t), "nothing"),
  "nothing there, in a folder that is none": (t) => join(dataFolder(t, { file: "x" }), "file", "nothing"),
  "an empty folder": (t) => dataFolder(t),
  "a folder of empty folders": (t) => {
    const root = dataFolder(t);
    for (const name of ["train/a", "test/b"]) mkdirSync(join(root, name), { recursive: true });
    return root;
  },
  "a folder with a text": (t) => dataFolder(t, { "readme.md": "hello\n" }),
  "an empty file": (t) => join(dataFolder(t, { file: "" }), "file"),
  "a text": (t) => join(dataFolder(t, { "file.txt": "hello, world\nthis is a text\n" }), "file.txt"),
  "some bytes": (t) => join(dataFolder(t, { file: someBytes(3000) }), "file"),
  "gzip of some bytes": (t) => join(dataFolder(t, { "file.gz": gzipSync(someBytes(3000)) }), "file.gz"),
  "a file that may not be read": (t) => {
    const path = join(dataFolder(t, { file: someBytes(1000) }), "file");
    chmodSync(path, 0);
    return path;
  },
};

for (const { name } of schemes) {
  test(`${name}: places where there is no such set are refused by name`, async (t) => {
    for (const [what, make] of Object.entries(places)) {
      const path = make(t);
      const options = { cacheDir: dataFolder(t) };
      await assert.rejects(open(`${name}:${path}`, options), (error: unknown) => {
        assert.ok(error instanceof HeddleError, `${what}: ${error instanceof Error ? error.stack : String(error)}`);
        assert.equal(error.exitCode, 3, what);
        assert.ok(error.message.includes(path), `${what}: ${error.message}`);
        assert.doesNotMatch(error.message, /undefined|\[object/, what);
        return true;
      });
    }
  });
}

for (const { name } of schemes) {
  if (name === "folder") continue;
  test(`${name}: folders of images are said to be for folder:, in words that a shell takes`, async (t) => {
    const root = dataFolder(t, { "my photos/train/ant/0.png": png(1), "my photos/train/bee/0.png": png(2) });
    const path = join(root, "my photos");
    await assert.rejects(open(`${name}:${path}`, { cacheDir: root }), (error: unknown) => {
      assert.ok(error instanceof HeddleError && error.exitCode === 3);
      assert.ok(error.message.endsWith(`This looks like folders of images: use 'folder:${path}'.`), error.message);
      return true;
    });
  });
}

test("a file in the place of a folder is called one; a bare file is taken for what its name says", async (t) => {
  const rows = Array.from({ length: 8 }, (_, row) =>
    Array.from({ length: 5 }, (_cell, i) => (i < 4 ? row + i : row % 2)),
  );
  const root = dataFolder(t, {
    "own.csv": rows.map((row) => row.join(",")).join("\n"),
    "ant.png": png(1),
    "odd.bin": "x",
  });
  const path = join(root, "own.csv");
  await assert.rejects(open(`folder:${path}`), /expected a folder of images, got a file\./);
  const { dataset, notes } = await open(path, { label: "last" });
  assert.deepEqual([dataset.name, dataset.train.count], [`csv:${path}`, 8]);
  assert.ok(notes.includes(`${path} is a file of yours: taken as csv:${path}.`), notes.join());
  for (const other of ["ant.png", "odd.bin"]) {
    assert.throws(() => findDataset(join(root, other)), /expected one of .*folder:PATH/);
  }
});

test("loose images have no classes: they are not said to be for folder:", async (t) => {
  const root = dataFolder(t, { "0.png": png(1), "1.png": png(2) });
  const refused = open(`labels:${root}`, { cacheDir: dataFolder(t) });
  await assert.rejects(refused, ({ message }: Error) => !message.includes("looks like"));
});
