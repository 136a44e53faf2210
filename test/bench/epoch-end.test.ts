/** The bench of the end of an epoch runs, for a moment. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../../bench/epoch-end.mjs", import.meta.url));

test("bench/epoch-end.mjs prints a row for each epoch", { skip: process.platform !== "linux" }, () => {
  const args = [script, "--model", "mlp:5", "--epochs", "2", "--subset", "200"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /\| 1 \| [\d.]+ \| [\d.]+ \| \d+ \|\n\| 2 \| [\d.]+ \|/);
});
