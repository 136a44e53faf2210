import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { groupNamer, readGroups } from "../../src/data/groups.js";
import { dataFolder, saying } from "./fixtures.js";

const names = ["ants/a7_1.png", "ants/a9_1.png", "bees/b7_1.png", "ants/a7_2.png"];
const split = (of: readonly string[] | undefined) => ({
  name: "bugs",
  train: { count: 4, images: new Uint8Array(4), labels: new Uint16Array(4), ...(of && { names: of }) },
});

test("a pattern's first capture is the group", () => {
  assert.deepEqual(Array.from(readGroups("([^/]+)_", split(names))), [0, 1, 2, 0]);
  assert.deepEqual(Array.from(readGroups("^(ants|bees)/", split(names))), [0, 0, 1, 0]);
  assert.deepEqual(Array.from(readGroups("(?:.)(\\d)_(\\d)", split(names))), [0, 1, 0, 0]);
});

test("a file has the group of each sample on a line", (t) => {
  const folder = dataFolder(t, { unix: "x\ny\nx\nz\n", dos: "x\r\ny\r\nx\r\nz", short: "x\ny\n", hole: "x\n\nx\nz\n" });
  writeFileSync(join(folder, "latin1"), Buffer.from("caf\u00e9\nx\ncaf\u00e8\nz\n", "latin1"));
  const read = (name: string) => readGroups(join(folder, name), split(undefined));
  assert.deepEqual(Array.from(read("unix")), [0, 1, 0, 2]);
  assert.deepEqual(Array.from(read("dos")), [0, 1, 0, 2]);
  assert.throws(() => read("short"), saying(3, "short", "4 lines", "got 2"));
  assert.throws(() => read("latin1"), saying(3, "latin1, line 1", "text in UTF-8", "WINDOWS-1252"));
  assert.throws(() => read("hole"), saying(3, "hole, line 2", "the name of a group"));
});

test("a name's group; a file says nothing of names", (t) => {
  const groupOf = groupNamer("([^/]+)_")!;
  assert.deepEqual(["ants/a9_2.png", "bees/none.png"].map(groupOf), ["a9", undefined]);
  const folder = dataFolder(t, { groups: "x\ny\nx\nz\n" });
  assert.equal(groupNamer(join(folder, "groups")), null);
});

test("what finds no groups is a usage error that says why", () => {
  const call = (pattern: string, of: readonly string[] | undefined = names) => readGroups(pattern, split(of));
  assert.throws(() => call("a\\d_"), saying(2, "--group-by", "in parentheses", '"a\\\\d_"'));
  assert.throws(() => call("([)_"), saying(2, "--group-by", "a regular expression", "([)_"));
  assert.throws(() => call("(a\\d)_"), saying(2, "every sample's name", "none in 1 of 4 (as bees/b7_1.png)"));
  assert.throws(() => call("ants|(bees)"), saying(2, "none in 3 of 4 (as ants/a7_1.png)"));
  assert.throws(() => readGroups("(x)", split(undefined)), saying(2, "samples of bugs have no names", "no such file"));
});
