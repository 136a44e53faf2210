/** Runs a script of `bench/` for a moment. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const benchFolder = fileURLToPath(new URL("../../../bench/", import.meta.url));

/**
 * A line that it prints must match; OUT among the words becomes an empty folder. Where results of a machine stand is
 * never written to.
 */
export function runForAMoment(script: string, words: readonly string[], said: RegExp): void {
  const folder = mkdtempSync(join(tmpdir(), "heddle-bench-"));
  try {
    const args = words.map((word) => word.replace("OUT", folder));
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(benchFolder, script), ...args], {
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    const lines = `${stdout}${stderr}`.trimEnd().split("\n");
    assert.ok(
      lines.some((line) => said.test(line)),
      `${String(said)} in\n${lines.join("\n")}`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
