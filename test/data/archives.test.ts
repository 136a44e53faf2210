/** `zip:FILE` and `tar:FILE`: what folders in archives become, what is refused, and that nothing is written. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { packTar, type TarEntry } from "modern-tar";
import { dataHash } from "../../src/data/data-hash.js";
import { dataFolder, saying } from "./fixtures.js";
import { cats, evidenceOf, open, pictureFolder, png } from "./pictures.js";
import { makeZip, type ZipPart } from "./zip-maker.js";

type Files = Readonly<Record<string, Uint8Array>>;

const zipParts = (files: Files): ZipPart[] => Object.entries(files).map(([name, bytes]) => ({ name, bytes }));
const tarEntries = (files: Files): TarEntry[] =>
  Object.entries(files).map(([name, body]) => ({ header: { name, size: body.length, mtime: new Date(0) }, body }));

const makers: Record<string, (files: Files) => Promise<Uint8Array> | Uint8Array> = {
  "zip:set.zip": (files) => makeZip(zipParts(files)),
  "tar:set.tar": (files) => packTar(tarEntries(files)),
  "tar:set.tar.gz": async (files) => gzipSync(await packTar(tarEntries(files))),
};

/** Loads a set of one file. */
function load(t: TestContext, form: string, bytes: Uint8Array) {
  const [scheme, name] = form.split(":");
  const { root, cacheDir } = pictureFolder(t, { [name]: bytes });
  return open(`${scheme}:${join(root, name)}`, { cacheDir });
}

const split = Object.fromEntries(
  Object.entries(cats).flatMap(([name, bytes]) => [
    [`photos/train/${name}`, bytes],
    [`photos/test/${name}`, bytes],
  ]),
);

for (const [form, make] of Object.entries(makers)) {
  test(`${form}: the same as the folder, in whatever order`, async (t) => {
    const { root, cacheDir } = pictureFolder(t, split);
    const { dataset: folder } = await open(`folder:${root}`, { cacheDir });
    const { dataset } = await load(t, form, await make(Object.fromEntries(Object.entries(split).reverse())));
    assert.equal(dataHash(dataset), dataHash(folder));
    assert.deepEqual(dataset.classes, ["cat", "dog"]);
    assert.deepEqual(dataset.train.names, folder.train.names);
  });

  test(`${form}: read from the cache the second time, and again where the archive changed`, async (t) => {
    const [scheme, name] = form.split(":");
    const first = pictureFolder(t, { [name]: await make(cats) });
    const second = pictureFolder(t, { [name]: await make({ ...cats, "dog/3.png": png(99) }) });
    const of = (root: string) => open(`${scheme}:${join(root, name)}`, { cacheDir: first.cacheDir });
    assert.equal(dataHash((await of(first.root)).dataset), dataHash((await of(first.root)).dataset));
    assert.equal(readdirSync(first.cacheDir).length, 1);
    assert.equal((await of(second.root)).dataset.train.count, 5);
  });

  test(`${form}: an image that does not decode is named below its archive`, async (t) => {
    const loading = load(t, form, await make({ ...cats, "dog/3.png": png(1).subarray(0, 40) }));
    await assert.rejects(loading, saying(3, "got 1 that does not", "dog/3.png: a PNG image, cut at byte 40"));
  });

  test(`${form}: images in no class folder, and folders a level too deep`, async (t) => {
    await assert.rejects(load(t, form, await make({ "1.png": png(1) })), saying(3, "set.", "1 image that lies"));
    const deep = await make({ "a/x/1.png": png(1), "a/y/1.png": png(2), "b/z/1.png": png(3) });
    await assert.rejects(load(t, form, deep), saying(3, ", a: expected", "as folder:PATH/a, once it is unpacked"));
  });

  test(`${form}: a name that leads out is refused, and nothing is written`, async (t) => {
    const outside = join(dataFolder(t), "stolen.png");
    const loading = load(t, form, await make({ ...cats, [`../../../../../..${outside}`]: png(1) }));
    await assert.rejects(loading, saying(3, "names that stay inside of the archive", "with .."));
    assert.ok(!existsSync(outside));
    const { dataset } = await load(
      t,
      form,
      await make(Object.fromEntries(Object.entries(cats).map(([n, b]) => [`/${n}`, b]))),
    );
    assert.equal(dataset.train.count, 4);
  });
}

test("zip: a damaged member is told by its CRC", async (t) => {
  const parts = zipParts(cats).map((part, i) => (i === 2 ? { ...part, claims: { crc: 1 } } : part));
  await assert.rejects(load(t, "zip:set.zip", makeZip(parts)), saying(3, "dog/1.png", "its CRC differs"));
});

test("zip: an archive written to a pipe ends in zeros; in anything else, it is damaged", async (t) => {
  const archive = makeZip(zipParts(cats));
  const { dataset } = await load(t, "zip:set.zip", Buffer.concat([archive, Buffer.alloc(5000)]));
  assert.equal(dataset.train.count, 4);
  const ends = Buffer.concat([archive, Buffer.alloc(5000, 1)]);
  await assert.rejects(load(t, "zip:set.zip", ends), saying(3, "damaged or cut short"));
});

test("zip: an archive of archives says which", async (t) => {
  const outer = makeZip([{ name: "train.zip", bytes: makeZip(zipParts(cats)) }]);
  await assert.rejects(load(t, "zip:set.zip", outer), saying(3, "an archive that holds others (train.zip)"));
});

test("tar: links are counted and lead nowhere; one name twice and WebDataset's samples are refused", async (t) => {
  const link: TarEntry = { header: { name: "cat/9.png", type: "symlink", linkname: "/etc/passwd", size: 0 } };
  const { dataset } = await load(t, "tar:set.tar", await packTar([...tarEntries(cats), link]));
  assert.equal(dataset.train.count, 4);
  assert.deepEqual(evidenceOf(dataset), ["Left out: 1 link to another file (cat/9.png)."]);
  const twice = await packTar([...tarEntries(cats), ...tarEntries({ "./cat/1.png": png(9) })]);
  await assert.rejects(load(t, "tar:set.tar", twice), saying(3, "cat/1.png twice"));
  const samples = await packTar(tarEntries({ "0.png": png(1), "0.cls": Buffer.from("1") }));
  await assert.rejects(load(t, "tar:set.tar", samples), saying(3, "WebDataset samples (1 .cls files"));
  const told = await packTar(tarEntries({ "0.png": png(1), "0.json": Buffer.from("{}") }));
  await assert.rejects(load(t, "tar:set.tar", told), saying(3, "WebDataset samples (1 .json files"));
});

test("a place of another form than the one asked for says which it looks like", async (t) => {
  const { root, cacheDir } = pictureFolder(t, {
    "set.zip": makeZip(zipParts(cats)),
    "labelled/1.png": png(1),
    "labelled/labels.csv": "file,label\n1.png,a",
  });
  const asFolder = (name: string) => open(`folder:${join(root, name)}`, { cacheDir });
  await assert.rejects(asFolder("set.zip"), saying(3, `use zip:${join(root, "set.zip")}.`));
  await assert.rejects(asFolder("labelled"), saying(3, `use labels:${join(root, "labelled")}.`));
  await assert.rejects(open(`parquet:${join(root, "set.zip")}`), saying(3, "a zip archive", "use zip:"));
});
