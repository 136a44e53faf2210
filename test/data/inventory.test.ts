/** Which sets are here: by their files, not by their folders. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { DatasetSource } from "../../src/data/dataset.js";
import { datasets } from "../../src/data/index.js";
import { takeInventory } from "../../src/datatools/inventory.js";
import { dataFolder } from "./fixtures.js";

const file = (name: string) => ({ name, bytes: 1, sha256: "" });
const source = (archive: boolean): DatasetSource => ({
  name: "two",
  summary: "a set of two files",
  embedded: false,
  defaults: { model: "mlp:1", epochs: 1 },
  published: {
    files: [file("a.gz"), file("b")],
    ...(archive && { archives: [file("all.tar.gz")] }),
    mirrors: [],
    counts: { train: [], test: [] },
  },
  load: () => Promise.reject(new assert.AssertionError({ message: "an inventory loads nothing" })),
});

test("files count as published and unpacked; what is not there is named as published", (t) => {
  const dataDir = dataFolder(t, { "two/a": "" });
  const [holding] = takeInventory([source(false)], dataDir);
  assert.equal(holding.state, "incomplete");
  assert.equal(holding.folder, join(dataDir, "two"));
  assert.deepEqual(holding.missing, ["b"]);
  const whole = dataFolder(t, { "two/a.gz": "", "two/b": "" });
  const [complete] = takeInventory([source(false)], whole);
  assert.deepEqual([complete.state, complete.missing], ["complete", []]);
});

test("the archive stands for all files", (t) => {
  const dataDir = dataFolder(t, { "two/all.tar.gz": "" });
  assert.equal(takeInventory([source(true)], dataDir)[0].state, "complete");
  assert.equal(takeInventory([source(false)], dataDir)[0].state, "absent");
});

test("a folder is no file, and an empty folder no set", (t) => {
  const dataDir = dataFolder(t);
  mkdirSync(join(dataDir, "two", "a.gz"), { recursive: true });
  const [holding] = takeInventory([source(false)], dataDir);
  assert.deepEqual([holding.state, holding.missing], ["absent", ["a.gz", "b"]]);
});

test("without a data folder only the embedded sets are there", () => {
  for (const { name, state, folder } of takeInventory(datasets, undefined)) {
    assert.equal(folder, null);
    assert.equal(state, name.startsWith("synthetic") ? "embedded" : "absent");
  }
});
