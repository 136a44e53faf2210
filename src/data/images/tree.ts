/**
 * Where the files of a set lie: a folder on disk, or an archive that is read in place. Whoever lists classes or reads images
 * asks a tree and never the disk, so that every layout can lie in every place.
 */
import { type Dirent, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { dataError, type HeddleError } from "../../base/errors.js";
import { byCodeUnit } from "../../base/order.js";
import { kindOf as kindOfPath } from "../../base/path-kind.js";
import { reasonOf } from "../../base/read-file.js";
import { shellWord } from "../../base/shell-word.js";

export interface TreeEntry {
  readonly name: string;
  /**
   * What it is, or what a link leads to. The others hold nothing that could be read: `unreadable` names are no UTF-8, `linked`
   * ones stand for another file of an archive.
   */
  readonly kind: "file" | "folder" | "special" | "broken" | "circular" | "unreadable" | "linked";
}

export interface TreeFile {
  /** Its place in the list that was asked for. */
  readonly index: number;
  /** Where it lies on disk, if it is a file by itself there. */
  readonly path?: string;
  /** Throws `dataError` where it cannot be read. */
  bytes(): Promise<Uint8Array>;
}

export interface FileTree {
  /** The folder, or the archive, on disk. */
  readonly root: string;
  /**
   * What lies right in a folder, given by its path below the root with `/` ("" is the root itself), by name. Throws `dataError`
   * where the folder cannot be looked into.
   */
  entries(folder: string): readonly TreeEntry[];
  /** A file or folder of that path below the root, as messages call it. */
  where(name: string): string;
  /** The file on disk that holds it: its status says whether anything changed. */
  onDisk(name: string): string;
  /** A folder of that path as a set of its own: what to type after `--dataset`. */
  asFolder(folder: string): string;
  /** The files of these names, in whatever order the place gives them best. */
  read(names: readonly string[]): Iterable<TreeFile> | AsyncIterable<TreeFile>;
}

/** The files below a folder on disk. Links count as what they lead to. */
export const diskTree = (root: string): FileTree => ({
  root,
  entries(folder) {
    const dirents = direntsOf(join(root, folder));
    const above = around(root, folder);
    return dirents
      .map((entry) => ({ name: entry.name, kind: kindOf(entry, join(root, folder), above) }))
      .sort((a, b) => byCodeUnit(a.name, b.name));
  },
  where: (name) => join(root, name),
  onDisk: (name) => join(root, name),
  asFolder: (folder) => shellWord(`folder:${join(root, folder)}`),
  *read(names) {
    for (const [index, name] of names.entries()) {
      const path = join(root, name);
      yield { index, path, bytes: () => diskBytes(path) };
    }
  },
});

function direntsOf(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (cause) {
    const got = kindOfPath(path) === "file" ? "a file" : reasonOf(cause);
    throw dataError({ where: path, expected: "a folder of images", got, cause });
  }
}

/** `above` are the real paths of the folder that the entry lies in and of all around it. */
function kindOf(entry: Dirent, folder: string, above: readonly string[]): TreeEntry["kind"] {
  // A name that is no UTF-8 comes with the replacement character, and no file has that name.
  if (entry.name.includes("\ufffd") && !lstatSync(join(folder, entry.name), { throwIfNoEntry: false }))
    return "unreadable";
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "folder";
  if (!entry.isSymbolicLink()) return "special";
  try {
    const target = realpathSync(join(folder, entry.name));
    const status = statSync(target);
    if (status.isFile()) return "file";
    return status.isDirectory() ? (above.includes(target) ? "circular" : "folder") : "special";
  } catch {
    return "broken"; // leads nowhere, or to what may not be seen
  }
}

/** The real paths of a folder and of those around it, up to the root. */
function around(root: string, folder: string): string[] {
  const parts = folder === "" ? [] : folder.split("/");
  return [...parts, ""].map((_, depth) => realpathSync(join(root, ...parts.slice(0, depth))));
}

/** Throws `dataError` where it cannot be read. */
async function diskBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw gone(path, cause);
  }
}

/** The same, for threads that have nothing else to do: it takes a tenth of the time. */
export function diskBytesAtOnce(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw gone(path, cause);
  }
}

function gone(where: string, cause: unknown): HeddleError {
  const expected = "a file that can be read, as when the folder was listed";
  return dataError({ where, expected, got: reasonOf(cause), cause });
}
