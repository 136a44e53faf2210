/**
 * Finding and reading the files of a data set: `<data folder>/<set>/<file>`, each as published (`.gz`) or unpacked.
 * Whatever is wrong with a file ends in one `dataError` that names it.
 */
import { existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { constants, createGunzip, gunzip, gunzipSync } from "node:zlib";
import { dataError, HeddleError } from "../../errors.js";

const unzip = promisify(gunzip);

/** The name of a published file without the `.gz` it may have. */
export const unpackedName = ({ name }: { readonly name: string }): string => name.replace(/\.gz$/, "");

/** The paths of `names` (given without `.gz`) in the set's folder, in order. Throws `dataError` naming those missing. */
export function locate(set: string, dataDir: string | undefined, names: readonly string[]): string[] {
  const { folder, paths } = findFiles(set, dataDir, names);
  const absent = names.filter((_, i) => paths[i] === undefined);
  if (absent.length > 0) throw missingFiles({ set, folder, files: names, absent });
  return paths.filter((path) => path !== undefined);
}

/** The set's folder and what it has of `names`, in order. Throws `dataError` where there is no data folder. */
export function findFiles(
  set: string,
  dataDir: string | undefined,
  names: readonly string[],
): { folder: string; paths: (string | undefined)[] } {
  if (!dataDir) {
    const expected = `a data folder with ${set}/ in it, holding ${eitherWay(names)}`;
    throw dataError({ where: `Data set ${set}`, expected, got: "no data folder", fix: fetchOrGive(set) });
  }
  const folder = join(dataDir, set);
  return { folder, paths: names.map((name) => fileOf(folder, name)) };
}

/** The path of `name` (given without `.gz`) in the folder, as published or unpacked; undefined where neither is there. */
export function fileOf(folder: string, name: string): string | undefined {
  return [`${name}.gz`, name].map((file) => join(folder, file)).find(isFile);
}

/** The set's own folder, for a set that is no fixed list of files; `holding` says what lies in it. */
export function findFolder(set: string, dataDir: string | undefined, holding: string): string {
  const expected = `a folder ${set}/ holding ${holding}`;
  if (!dataDir) throw dataError({ where: `Data set ${set}`, expected, got: "no data folder", fix: howToGive(set) });
  const folder = join(dataDir, set);
  if (existsSync(folder)) return folder;
  throw dataError({ where: folder, expected, got: "no such folder", fix: howToGive(set) });
}

export interface MissingFiles {
  readonly set: string;
  readonly folder: string;
  /** All that the set needs, without `.gz`. */
  readonly files: readonly string[];
  readonly absent: readonly string[];
  /** One file that would do for all. */
  readonly alternative?: string;
  /** What else would help, before what always does. */
  readonly fix?: string;
}

export function missingFiles({ set, folder, files, absent, alternative, fix = "" }: MissingFiles): HeddleError {
  const missing = absent.map((name) => `${name}.gz`).join(", ");
  const got = existsSync(folder) ? `no ${missing}` : "no such folder";
  const expected = `the files ${eitherWay(files)}${alternative ? `, or ${alternative}` : ""}`;
  return dataError({ where: folder, expected, got, fix: fix + fetchOrGive(set) });
}

const eitherWay = (names: readonly string[]): string =>
  `${names.map((name) => `${name}.gz`).join(", ")} (or unpacked, without .gz)`;

const howToGive = (set: string): string =>
  `Give the folder that holds ${set}/ with --data-dir or HEDDLE_DATA_DIR (docs/data.md shows the layout). ` +
  "--dataset synthetic-digits needs no files.";

const fetchOrGive = (set: string): string => `heddle data fetch ${set} downloads it. ${howToGive(set)}`;

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false; // not there, or in a folder that may not be entered
  }
}

/**
 * All bytes of a file, unpacked if its name ends in `.gz`. `sizeOf` says from the first unpacked bytes how many there may
 * be at most (and may throw): a file that unpacks to more is refused before it fills the memory.
 */
export async function readBytes(path: string, sizeOf: (head: Uint8Array) => number): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined;
  let size = 0;
  try {
    bytes = await readFile(path);
    if (!path.endsWith(".gz")) return bytes;
    const head = unzipHead(bytes);
    // One byte more than allowed tells "too many" from "just enough". One chunk for all saves copying; deflate never
    // packs tighter than 1 in 1032, so that a lying header cannot ask for much more than the file can hold.
    size = sizeOf(head);
    const maxOutputLength = size + 1;
    const chunkSize = Math.max(64, Math.min(maxOutputLength, 1032 * bytes.length));
    return await unzip(bytes, { maxOutputLength, chunkSize });
  } catch (cause) {
    throw cause instanceof HeddleError ? cause : await readError(path, bytes, size, cause);
  }
}

/** What the first kilobytes unpack to. A file that is no longer than that must be whole. */
function unzipHead(bytes: Uint8Array): Uint8Array {
  const head = bytes.subarray(0, 4096);
  const { Z_FINISH, Z_SYNC_FLUSH } = constants;
  return gunzipSync(head, { finishFlush: head.length === bytes.length ? Z_FINISH : Z_SYNC_FLUSH });
}

async function readError(
  path: string,
  bytes: Uint8Array | undefined,
  size: number,
  cause: unknown,
): Promise<HeddleError> {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  if (bytes === undefined) return dataError({ where: path, expected: "a readable file", got: message, cause });
  const fix = "Fetch the file again.";
  if (code === "Z_BUF_ERROR") {
    const got = "the end of a truncated file";
    return dataError({ where: `${path} at byte ${bytes.length}`, expected: "more gzip data", got, fix, cause });
  }
  if (code === "ERR_BUFFER_TOO_LARGE") {
    const where = `${path} at byte ${size} (counted after unpacking)`;
    return dataError({ where, expected: `no more than ${size} bytes`, got: "more", fix, cause });
  }
  const where = `${path} at byte ${await firstBadSlice(bytes)}`;
  return dataError({ where, expected: "gzip data", got: `something else (${message})`, fix, cause });
}

/** Where the kilobyte starts in which unpacking fails: zlib itself does not tell. */
async function firstBadSlice(bytes: Uint8Array): Promise<number> {
  const stream = createGunzip().resume();
  for (let start = 0; start < bytes.length; start += 1024) {
    const failed = await new Promise<boolean>((resolve) => {
      stream.once("error", () => resolve(true));
      stream.write(bytes.subarray(start, start + 1024), (error) => resolve(Boolean(error)));
    });
    stream.removeAllListeners("error");
    if (failed) return start;
  }
  return bytes.length;
}
