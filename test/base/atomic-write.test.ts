import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { isTemporary, temporaryFor, writeAtomically } from "../../src/base/atomic-write.js";
import { HeddleError } from "../../src/base/errors.js";

const root = mkdtempSync(join(tmpdir(), "heddle-atomic-"));
after(() => rmSync(root, { recursive: true }));
const freshFolder = () => mkdtempSync(join(root, "f-"));
const text = (content: string) => [Buffer.from(content)];

function failsWith(call: () => void, says: RegExp): void {
  assert.throws(call, (error: unknown) => {
    assert.ok(error instanceof HeddleError && error.exitCode === 1, String(error));
    assert.match(error.message, says);
    return true;
  });
}

test("chunks become one file, which replaces the one before; nothing is left beside it", () => {
  const folder = freshFolder();
  const path = join(folder, "a.bin");
  writeAtomically(path, [Uint8Array.of(1, 2), new Uint8Array(0), new Uint8Array(new SharedArrayBuffer(2))]);
  assert.deepEqual(readFileSync(path), Buffer.from([1, 2, 0, 0]));
  writeAtomically(path, text("new"));
  assert.equal(readFileSync(path, "utf8"), "new");
  assert.deepEqual(readdirSync(folder), ["a.bin"]);
  assert.ok(isTemporary(temporaryFor("a.bin")) && !isTemporary("a.bin") && !isTemporary(".gitignore"));
});

test("a failure half way leaves the file of before and no temporary", () => {
  const folder = freshFolder();
  const path = join(folder, "a.bin");
  writeFileSync(path, "old");
  function* failing(): Generator<Uint8Array> {
    yield Buffer.from("ne");
    throw Object.assign(new TypeError("full"), { code: "ENOSPC" });
  }
  failsWith(() => writeAtomically(path, failing()), /a\.bin: expected to write this file, got no space left/);
  assert.equal(readFileSync(path, "utf8"), "old");
  assert.deepEqual(readdirSync(folder), ["a.bin"]);
});

test("a disk that takes no more bytes fails in words", { skip: process.platform !== "linux" }, () => {
  const folder = freshFolder();
  const path = join(folder, "a.bin");
  writeFileSync(path, "old");
  const module = new URL("../../src/base/atomic-write.js", import.meta.url).href;
  const script = `const { writeAtomically } = await import(${JSON.stringify(module)});
    try { writeAtomically(${JSON.stringify(path)}, [new Uint8Array(100_000)]); }
    catch (error) { console.log(error.exitCode, error.message); }`;
  // The shell's limit on the size of files stands in for a full disk.
  const command = `ulimit -f 16; exec "$0" --input-type=module -e "$1"`;
  const child = spawnSync("sh", ["-c", command, process.execPath, script], { encoding: "utf8" });
  assert.match(child.stdout, /^1 .*a\.bin: expected to write this file, got a file larger than/, child.stderr);
  assert.equal(readFileSync(path, "utf8"), "old");
  assert.deepEqual(readdirSync(folder), ["a.bin"]);
});

test("a folder that is missing, is a file, or a target that is a folder is named", () => {
  const folder = freshFolder();
  failsWith(() => writeAtomically(join(folder, "no", "a.bin"), text("x")), /a\.bin.*got no such file or folder/);
  writeFileSync(join(folder, "file"), "");
  failsWith(() => writeAtomically(join(folder, "file", "a.bin"), text("x")), /not a folder/);
  mkdirSync(join(folder, "target"));
  failsWith(
    () => writeAtomically(join(folder, "target"), text("x")),
    /target: expected to write this file, got a folder/,
  );
  assert.deepEqual(readdirSync(folder).sort(), ["file", "target"]);
});

test("a folder without permission is named", { skip: process.getuid?.() === 0 }, () => {
  const folder = freshFolder();
  mkdirSync(join(folder, "locked"), { mode: 0o555 });
  failsWith(() => writeAtomically(join(folder, "locked", "a.bin"), text("x")), /got permission denied/);
});
