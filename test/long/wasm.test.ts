/** The committed module is what its script makes, byte for byte, where Python has the compiler (package ziglang). */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { root } from "../export/models.js";

const script = join(root, "native/wasm/build.mjs");

test("native/wasm/build.mjs makes the committed kernels.wasm, byte for byte", async (t) => {
  const { ziglang } = (await import(pathToFileURL(script).href)) as { ziglang: string };
  const folder = mkdtempSync(join(tmpdir(), "heddle-wasm-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const own = join(folder, "zig");
  let python = process.env["HEDDLE_TEST_PYTHON"] ?? "python3";
  const has = (): boolean => spawnSync(python, ["-m", "ziglang", "version"]).status === 0;
  if (!has() && spawnSync(python, ["-m", "venv", own]).status === 0) {
    python = join(own, "bin/python");
    spawnSync(python, ["-m", "pip", "install", "--quiet", `ziglang==${ziglang}`], { timeout: 300_000 });
  }
  if (!has()) return t.skip(`${python} has no ziglang, and pip gets none`);
  const out = join(folder, "kernels.wasm");
  const env = {
    ...process.env,
    PYTHON: python,
    ZIG_GLOBAL_CACHE_DIR: join(folder, "cache"),
    ZIG_LOCAL_CACHE_DIR: join(folder, "local"),
  };
  const { status, stderr } = spawnSync(process.execPath, [script, out], { env, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  assert.deepEqual(readFileSync(out), readFileSync(join(root, "native/wasm/kernels.wasm")));
});
