/**
 * The kernels of arm64 as they ship, on every case that the kernels' tests have: the bits of AVX2, under an emulator
 * (`npm run test:neon`).
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../../test/neon/run.mjs", import.meta.url));

test("NEON computes the bits of AVX2", (t) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { encoding: "utf8" });
  assert.equal(status, 0, `${stdout}${stderr}`);
  const skipped = /^SKIPPED.*/m.exec(stdout);
  if (skipped) t.skip(skipped[0]);
  else assert.match(stdout, /NEON and AVX2: the same bits in \d{4,} cases\nall passed\n$/);
});
