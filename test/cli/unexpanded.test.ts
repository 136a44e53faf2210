/** Paths that no shell has expanded are named before anything is made under such a name. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { findUnexpanded } from "../../src/cli/unexpanded.js";
import { emptyFolder, heddle } from "./heddle.js";

test("~ and variables at the beginning of a word are found, and in the variables that name paths", () => {
  const found = (...words: string[]) => findUnexpanded(words, {})?.fix ?? null;
  assert.match(found("train", "--out=~/runs/x") ?? "", /^Write "\$HOME"\/runs\/x /);
  assert.match(found("train", "--out", "~") ?? "", /^Write "\$HOME" /);
  assert.match(found("evaluate", "$RUN/last") ?? "", /^Write "\$RUN"\/last /);
  assert.match(found("predict", "${RUN}") ?? "", /^Write "\$\{RUN\}" /);
  assert.match(found("predict", "~anna/run") ?? "", /^Write ~anna\/run /);
  assert.match(findUnexpanded([], { HEDDLE_CACHE_DIR: "~/cache" })?.where ?? "", /^HEDDLE_CACHE_DIR$/);
  // Patterns, sentences and names that only look like it; a data set names its form (data/look.ts).
  for (const word of ["/(\\d+)$/", "$", "~x", "a~/b", "conv 3x3 >> $", "$5.00", "folder:~/x", "--lr=0.1"]) {
    assert.equal(found("train", word), null, word);
  }
});

test("nothing is made under a name that came unexpanded, unless a folder has that name", async (t) => {
  const cwd = emptyFolder(t);
  const args = ["train", "--max-steps", "1", "--model", "mlp:2", "--quiet", "--out=~/run"];
  const refused = await heddle(args, { cwd });
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /^heddle: --out: expected a path, got "~\/run", which came unexpanded/);
  assert.equal(existsSync(join(cwd, "~")), false);
  mkdirSync(join(cwd, "~"));
  assert.equal((await heddle(args, { cwd })).code, 0);
  assert.ok(existsSync(join(cwd, "~", "run", "run.json")));
});
