/**
 * Files that are never half-written: the bytes go to a temporary file in the same folder, reach the disk, and take the
 * name in one step. Whatever fails on the way, the file that had the name before is untouched. A link stays one; pipes and
 * devices get the bytes as they are.
 */
import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type HeddleError, runError } from "./errors.js";
import { reasonOf } from "./read-file.js";
import { Unwritable, writeTarget } from "./write-target.js";

/** The most that one write call is given. */
const writeLimit = 1 << 30;
/** Milliseconds until a full pipe is tried again. */
const pipePause = 2;

/**
 * Writes the chunks one after the other as the file `path`; `before` runs when they are on the disk and have not yet their
 * name. Throws `runError` naming path and reason.
 */
export const writeAtomically = (path: string, chunks: Iterable<Uint8Array>, before: () => void = () => {}): void =>
  write(path, chunks, before, true);

/** The same without waiting for the disk: for what a power cut may damage, since that shows and it is made anew. */
export const writeForNow = (path: string, chunks: Iterable<Uint8Array>): void => write(path, chunks, () => {}, false);

function write(path: string, chunks: Iterable<Uint8Array>, before: () => void, isDurable: boolean): void {
  try {
    const target = writeTarget(path);
    if (target.kind === "file") replace(target.path, target.mode, chunks, before, isDurable);
    else if (target.kind === "stream") writeThrough(target.path, chunks);
    else for (const chunk of chunks) writeAll(target.descriptor, chunk);
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/** Throws `runError` where nothing can be written: before long work, not after it. */
export function checkWritable(path: string): void {
  try {
    const target = writeTarget(path);
    if (target.kind === "file") accessSync(dirname(target.path), constants.W_OK);
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/** A text as a file. Throws `runError` naming path and reason. */
export const writeTextFile = (path: string, text: string): void => writeAtomically(path, [Buffer.from(text)]);

function cannotWrite(path: string, cause: unknown): HeddleError {
  const fix =
    cause instanceof Unwritable
      ? "Choose another name; nothing was changed."
      : "Free space or choose another folder with --out; what had this name before is unchanged.";
  return runError({ where: path, expected: "to write this file", got: reasonOf(cause), fix, cause });
}

/** Beside the file, so that the rename stays on one file system. No two have one name, whatever process or host makes them. */
export function temporaryFor(path: string): string {
  return join(dirname(path), `.heddle-${randomBytes(8).toString("hex")}.tmp`);
}

/** True for names that `temporaryFor` makes: what a killed process may leave behind. */
export const isTemporary = (name: string): boolean => /^\.heddle-[0-9a-f]{16}\.tmp$/.test(name);

function replace(
  path: string,
  mode: number | null,
  chunks: Iterable<Uint8Array>,
  before: () => void,
  isDurable: boolean,
): void {
  const temporary = temporaryFor(path);
  try {
    writeNew(temporary, mode, chunks, isDurable);
    before();
    renameSync(temporary, path);
  } catch (cause) {
    removeIfThere(temporary);
    throw cause;
  }
  if (isDurable) syncFolder(dirname(path));
}

function writeNew(path: string, mode: number | null, chunks: Iterable<Uint8Array>, isDurable: boolean): void {
  const file = openSync(path, "wx");
  try {
    if (mode !== null) fchmodSync(file, mode);
    for (const chunk of chunks) writeAll(file, chunk);
    if (isDurable) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Without waiting for somebody to read: a pipe that nobody reads is refused (ENXIO). */
function writeThrough(path: string, chunks: Iterable<Uint8Array>): void {
  const file = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    for (const chunk of chunks) writeAll(file, chunk);
  } finally {
    closeSync(file);
  }
}

/** What went wrong before is what the user must hear of, so a failure here says nothing. */
export function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Never made, or on a disk that is gone.
  }
}

/** A write may take only a part of what it is given, or nothing yet where a pipe is full. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(file, bytes, done, Math.min(bytes.length - done, writeLimit));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pipePause);
    }
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
