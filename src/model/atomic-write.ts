/**
 * Files that are never half-written: the bytes go to a temporary file in the same folder, reach the disk, and take the
 * name in one step. Whatever fails on the way, the file that had the name before is untouched.
 */
import { closeSync, fsyncSync, openSync, renameSync, unlinkSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { runError } from "../errors.js";
import { reasonOf } from "./read-file.js";

/** The most that one write call is given. */
const writeLimit = 1 << 30;

/** Writes the chunks one after the other as the file `path`. Throws `runError` naming path and reason. */
export function writeAtomically(path: string, chunks: Iterable<Uint8Array>): void {
  const temporary = temporaryFor(path);
  try {
    writeDurably(temporary, chunks);
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (cause) {
    removeIfThere(temporary);
    throw runError({
      where: path,
      expected: "to write this file",
      got: reasonOf(cause),
      fix: "Free space or choose another folder with --out; what had this name before is unchanged.",
      cause,
    });
  }
}

/** Beside the file, so that the rename stays on one file system; a process writes one file at a time. */
export function temporaryFor(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
}

/** True for names that `temporaryFor` makes: what a killed process may leave behind. */
export const isTemporary = (name: string): boolean => /^\..+\.\d+\.tmp$/.test(name);

function writeDurably(path: string, chunks: Iterable<Uint8Array>): void {
  const file = openSync(path, "w");
  try {
    for (const chunk of chunks) writeAll(file, chunk);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** What went wrong before is what the user must hear of, so a failure here says nothing. */
function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Never made, or on a disk that is gone.
  }
}

/** A write may take only a part of what it is given. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, Math.min(bytes.length - done, writeLimit));
  }
}

/** The new name itself reaches the disk with its folder, where the file system can do that. */
function syncFolder(folder: string): void {
  let file: number | undefined;
  try {
    file = openSync(folder, "r");
    fsyncSync(file);
  } catch {
    // The file is whole and has its name; only a power cut within seconds could still take the name back.
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
