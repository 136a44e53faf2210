/** The bench of decoding runs; a test can say nothing of times. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const bench = fileURLToPath(new URL("../../../bench/data-info.mjs", import.meta.url));

test("bench/data-info.mjs measures both runs, and says what it lacks for the third", () => {
  const args = [bench, "--images", "60", "--side", "8", "--python", "no-such-python"];
  const out = execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  assert.match(out, /^60 files of 8x8, half PNG, half JPEG/);
  assert.match(out, /\| heddle data info, nothing cached \| [\d.]+ \| [\d,]+ \|/);
  assert.match(out, /\| heddle data info, out of the cache \| [\d.]+ \| [\d,]+ \|/);
  assert.match(out, /\| ImageFolder \| - \| - \|/);
});
