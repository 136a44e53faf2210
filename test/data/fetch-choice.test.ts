/** What a fetch asks for, and what it refuses before it asks. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import type { DatasetSource, PublishedFile } from "../../src/data/dataset.js";
import { fetchDataset } from "../../src/datatools/fetch.js";
import { dataFolder, saying } from "./fixtures.js";
import { type Manner, startMirror } from "./mirror.js";

const known = (bytes: Uint8Array) => ({
  bytes: bytes.length,
  sha256: createHash("sha256").update(bytes).digest("hex"),
});
const contents: Readonly<Record<string, Buffer>> = {
  "one.gz": gzipSync("the first"),
  "two.gz": gzipSync("the second"),
  "all.tar.gz": gzipSync("both"),
};
const one: PublishedFile = { name: "one.gz", ...known(contents["one.gz"]), unpacked: known(Buffer.from("the first")) };
const two: PublishedFile = { name: "two.gz", ...known(contents["two.gz"]), unpacked: known(Buffer.from("the second")) };
const archive: PublishedFile = { name: "all.tar.gz", ...known(contents["all.tar.gz"]) };

const serving: Manner = ({ url = "" }, response) => void response.end(contents[url.slice(url.lastIndexOf("/") + 1)]);

const source = (published: Partial<NonNullable<DatasetSource["published"]>>): DatasetSource => ({
  name: "set",
  summary: "two files",
  embedded: false,
  defaults: { model: "mlp:1", epochs: 1 },
  published: { files: [one, two], mirrors: [], counts: { train: [], test: [] }, ...published },
  load: () => Promise.reject(new assert.AssertionError({ message: "a fetch loads nothing" })),
});

const cases: Record<string, { there: Record<string, Buffer | string>; archive?: boolean; asks: string[] }> = {
  "an empty folder: every file": { there: {}, asks: ["one.gz", "two.gz"] },
  "only what is missing": { there: { "set/one.gz": contents["one.gz"] }, asks: ["two.gz"] },
  "nothing that is kept unpacked, or packed another way": {
    there: { "set/one": "the first", "set/two.gz": gzipSync("the second", { level: 0 }) },
    asks: [],
  },
  "what is right only by its name": { there: { "set/one": "the fisrt", "set/two": "the second" }, asks: ["one.gz"] },
  "the archive instead of its files": { there: { "set/one": "the first" }, archive: true, asks: ["all.tar.gz"] },
  "nothing where the archive is": { there: { "set/all.tar.gz": contents["all.tar.gz"] }, archive: true, asks: [] },
  "no archive where all files are": {
    there: { "set/one": "the first", "set/two": "the second" },
    archive: true,
    asks: [],
  },
};

for (const [what, { there, archive: hasArchive, asks }] of Object.entries(cases)) {
  test(what, async (t) => {
    const dataDir = dataFolder(t, there);
    const { url, log } = await startMirror(t, serving);
    const published = { mirrors: ["http://127.0.0.1:9"], ...(hasArchive && { archives: [archive] }) };
    const { files } = await fetchDataset(source(published), { dataDir, mirror: `${url}//` });
    assert.deepEqual(
      log.map(({ path }) => path),
      asks.map((name) => `/set/${name}`),
    );
    assert.equal(files.filter(({ state }) => state === "fetched").length, asks.length);
    for (const name of asks) assert.ok(readdirSync(join(dataDir, "set")).includes(name));
  });
}

test("a wrong file that is read before the archive is named, and left", async (t) => {
  const dataDir = dataFolder(t, { "set/one": "the fisrt" });
  const { url } = await startMirror(t, serving);
  const notes: string[] = [];
  await fetchDataset(source({ archives: [archive] }), {
    dataDir,
    mirror: url,
    onEvent: (event) => event.kind === "note" && notes.push(event.text),
  });
  assert.match(notes[0], /set\/one: other bytes .*; delete it: it is read before all\.tar\.gz$/);
  assert.deepEqual(readdirSync(join(dataDir, "set")), ["all.tar.gz", "one"]);
});

test("a set without files, without mirrors, without a folder to go to, and a mirror that is none", async (t) => {
  const dataDir = dataFolder(t);
  const { published, ...embedded } = source({});
  assert.ok(published);
  await assert.rejects(fetchDataset(embedded, { dataDir }), saying(2, "published files", "got set"));
  await assert.rejects(fetchDataset(source({}), { dataDir }), saying(2, "public mirror", "got set", "--mirror"));
  const mirrors = ["http://127.0.0.1:9"];
  await assert.rejects(
    fetchDataset(source({ mirrors }), { dataDir: undefined }),
    saying(2, "--data-dir", "HEDDLE_DATA_DIR"),
  );
  for (const mirror of ["ftp://host/set", "host/set", "https://", ""]) {
    await assert.rejects(fetchDataset(source({ mirrors }), { dataDir, mirror }), saying(2, "mirror: expected "));
  }
});

test("a folder in the file's place ends the run, and what came is kept", async (t) => {
  const dataDir = dataFolder(t, { "set/one.gz/a-file": "", "set/two": "the second" });
  const { url } = await startMirror(t, serving);
  const promise = fetchDataset(source({ mirrors: [url] }), { dataDir });
  await assert.rejects(promise, saying(1, "one.gz", "to write this file"));
  assert.ok(readdirSync(join(dataDir, "set")).includes("one.gz.part"));
});

test("a folder that cannot be made ends the run, not the mirror", async (t) => {
  const dataDir = join(dataFolder(t, { "a-file": "" }), "a-file");
  const { url } = await startMirror(t, serving);
  const promise = fetchDataset(source({ mirrors: [url, url] }), { dataDir });
  await assert.rejects(promise, saying(1, join("a-file", "set"), "to write this file", "--data-dir"));
});
