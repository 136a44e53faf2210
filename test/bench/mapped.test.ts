/** The bench of mapped sets runs, and both ways give the same weights. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { canMap } from "../../src/base/map-file.js";

const bench = fileURLToPath(new URL("../../../bench/mapped.mjs", import.meta.url));

test("bench/mapped.mjs prints a row for each way", { skip: canMap() ? false : "no addon" }, () => {
  const args = [bench, "--images", "20", "--side", "40", "--rounds", "1", "--epochs", "2"];
  const out = execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  assert.match(out, /\| in memory \| [\d.]+ \| 0\.0 % \| [\d.]+ \| 0\.0 % \|\n\| mapped \| [\d.]+ \| /);
  assert.match(out, /weights blake3:[0-9a-f]{64}, both/);
});
