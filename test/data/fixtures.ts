/** Crafted data folders, and what an error must say. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { HeddleError } from "../../src/base/errors.js";
import { type DatasetSource, folderOf } from "../../src/data/dataset.js";

/** A temporary data folder with these files (path below it: bytes), removed after the test. */
export function dataFolder(t: TestContext, files: Readonly<Record<string, Uint8Array | string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "heddle-data-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  return folder;
}

/** An IDX file: big-endian words, then bytes. */
export function idx(words: readonly number[], bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(4 * words.length);
  for (const [i, word] of words.entries()) header.writeUInt32BE(word, 4 * i);
  return Buffer.concat([header, bytes]);
}

/** A predicate for `assert.throws` and `assert.rejects`: this exit code, and every part in the message. */
export function saying(exitCode: number, ...parts: readonly string[]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof HeddleError, `expected a HeddleError, got ${String(error)}`);
    assert.equal(error.exitCode, exitCode, error.message);
    for (const part of parts) assert.ok(error.message.includes(part), `"${part}" is missing in: ${error.message}`);
    return true;
  };
}

/** The folder of the real data sets, where the machine has one. */
export const realDataDir = process.env.HEDDLE_DATA_DIR;
export const needsRealData = realDataDir ? false : "HEDDLE_DATA_DIR is not set: no real data here";

/** Why the test of such a set must wait: the real data lack it. */
export const needsSet = (source: Pick<DatasetSource, "name" | "folder">): string | false =>
  needsRealData || existsSync(join(realDataDir!, folderOf(source)))
    ? needsRealData
    : `no ${folderOf(source)}/ in the real data`;
