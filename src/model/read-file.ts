/** Whole files as bytes, with errors that name what was looked for. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { dataError } from "../errors.js";

/** The most that one read call is asked for. */
const readLimit = 1 << 30;

/** All bytes of the file. `what` names it in the error: "a model file". */
export function readWholeFile(path: string, what: string): Uint8Array<ArrayBuffer> {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const bytes = new Uint8Array(fstatSync(file).size);
    let filled = 0;
    while (filled < bytes.length) {
      const count = readSync(file, bytes, filled, Math.min(bytes.length - filled, readLimit), filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  } catch (cause) {
    throw dataError({ where: path, expected: what, got: reasonOf(cause), cause });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const reasons: Record<string, string> = {
  ENOENT: "no such file or folder",
  ENOTDIR: "a path through something that is not a folder",
  EISDIR: "a folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "a read-only file system",
  ENOSPC: "no space left on the device",
  EDQUOT: "the disk quota used up",
  EFBIG: "a file larger than this process may write",
  EEXIST: "something that is already there",
};

/** Why a call to the file system failed, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code !== undefined && reasons[code]) || message;
}
