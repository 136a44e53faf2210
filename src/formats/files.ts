/**
 * Finding and reading the files of a data set: `<data folder>/<set>/<file>`, each as published (`.gz`) or unpacked.
 * Whatever is wrong with a file ends in one `dataError` that names it.
 */
import { existsSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { constants, createGunzip, gunzip, gunzipSync } from "node:zlib";
import { dataError, HeddleError } from "../base/errors.js";
import { bytesOnce, refuseStream } from "../base/read-file.js";

const unzip = promisify(gunzip);

/** The name of a published file without the `.gz` it may have. */
export const unpackedName = ({ name }: { readonly name: string }): string => name.replace(/\.gz$/, "");

/** Where a set's files are looked for. */
export interface SetPlace {
  readonly set: string;
  /** Its folder below the data folder; called like the set unless given. */
  readonly folder?: string | undefined;
  /** Folders in that one that may hold the files as well. */
  readonly inside?: readonly string[];
  /** False where `heddle data fetch` cannot get it. */
  readonly isFetched?: boolean;
}

/** The paths of `names` (given without `.gz`) in the set's folder, in order. Throws `dataError` naming those missing. */
export function locate(place: SetPlace, dataDir: string | undefined, names: readonly string[]): string[] {
  const { folder, paths } = findFiles(place, dataDir, names);
  const absent = names.filter((_, i) => paths[i] === undefined);
  if (absent.length > 0) throw missingFiles({ place, folder, files: names, absent });
  return paths.filter((path) => path !== undefined);
}

/** The set's folder and what it has of `names`, in order. Throws `dataError` where there is no data folder. */
export function findFiles(
  place: SetPlace,
  dataDir: string | undefined,
  names: readonly string[],
): { folder: string; paths: (string | undefined)[] } {
  const { set, folder = set, inside = [] } = place;
  if (!dataDir) {
    const expected = `a data folder with ${folder}/ in it, holding ${eitherWay(names)}`;
    throw dataError({ where: `Data set ${set}`, expected, got: "no data folder", fix: fetchOrGive(place) });
  }
  const folders = ["", ...inside].map((below) => join(dataDir, folder, below));
  const found = folders.find((at) => names.some((name) => fileOf(at, name) !== undefined)) ?? folders[0];
  return { folder: found, paths: names.map((name) => fileOf(found, name)) };
}

/**
 * The path of `name` (given without `.gz`) in the folder, as published or unpacked; undefined where neither is there. IDX
 * files are found with a dot in their names too, as some archives unpack them: `train-images.idx3-ubyte`.
 */
export function fileOf(folder: string, name: string): string | undefined {
  const names = [name, name.replace(/-(?=idx\d-ubyte$)/, ".")].flatMap((each) => [`${each}.gz`, each]);
  return names.map((file) => join(folder, file)).find(isFile);
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
  readonly place: SetPlace;
  readonly folder: string;
  /** All that the set needs, without `.gz`. */
  readonly files: readonly string[];
  readonly absent: readonly string[];
  /** One file that would do for all. */
  readonly alternative?: string;
  /** What else would help, before what always does. */
  readonly fix?: string;
}

export function missingFiles({ place, folder, files, absent, alternative, fix = "" }: MissingFiles): HeddleError {
  const missing = absent.map((name) => `${name}.gz`).join(", ");
  const got = existsSync(folder) ? `no ${missing}` : "no such folder";
  const expected = `the files ${eitherWay(files)}${alternative ? `, or ${alternative}` : ""}`;
  return dataError({ where: folder, expected, got, fix: fix + fetchOrGive(place) });
}

const eitherWay = (names: readonly string[]): string =>
  `${names.map((name) => `${name}.gz`).join(", ")} (or unpacked, without .gz)`;

const howToGive = (folder: string): string =>
  `Give the folder that holds ${folder}/ with --data-dir or HEDDLE_DATA_DIR (docs/data.md shows the layout). ` +
  "--dataset synthetic-digits needs no files.";

const fetchOrGive = ({ set, folder = set, isFetched = true }: SetPlace): string =>
  `${isFetched ? `heddle data fetch ${set} downloads it. ` : ""}${howToGive(folder)}`;

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false; // not there, or in a folder that may not be entered
  }
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * All bytes of a file, unpacked if it is gzip data, or if its name says so. `sizeOf` says from the first unpacked bytes how many
 * there may be at most (and may throw): a file that unpacks to more is refused before it fills the memory.
 */
export async function readBytes(path: string, sizeOf: (head: Uint8Array) => number): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await bytesOnce(path);
  } catch (cause) {
    throw await readError(path, undefined, 0, cause);
  }
  return path.endsWith(".gz") || isGzip(bytes) ? unpackBytes(bytes, path, sizeOf) : bytes;
}

/** What gzip data unpack to; `where` names them in errors. */
export async function unpackBytes(
  bytes: Uint8Array,
  where: string,
  sizeOf: (head: Uint8Array) => number,
): Promise<Uint8Array> {
  let size = 0;
  try {
    size = sizeOf(unzipHead(bytes.subarray(0, 4096), bytes.length <= 4096));
    // One byte more than allowed tells "too many" from "just enough". One chunk for all saves copying; deflate never
    // packs tighter than 1 in 1032, so that a lying header cannot ask for much more than the file can hold.
    const maxOutputLength = size + 1;
    const chunkSize = Math.max(64, Math.min(maxOutputLength, 1032 * bytes.length));
    return await unzip(bytes, { maxOutputLength, chunkSize });
  } catch (cause) {
    throw cause instanceof HeddleError ? cause : await readError(where, bytes, size, cause);
  }
}

/**
 * The first bytes of a file, unpacked if it is gzip data: what the first `most` of them hold, all where it has fewer. Throws
 * `dataError` where it cannot be read.
 */
export async function readHead(path: string, most: number): Promise<Uint8Array> {
  refuseStream(path, "a file");
  let bytes: Uint8Array | undefined;
  try {
    const file = await open(path);
    try {
      const head = new Uint8Array(most);
      bytes = head.subarray(0, (await file.read(head, 0, most, 0)).bytesRead);
    } finally {
      await file.close();
    }
    return isGzip(bytes) ? unzipHead(bytes, bytes.length < most) : bytes;
  } catch (cause) {
    throw await readError(path, bytes, 0, cause);
  }
}

/** What the first bytes of a file unpack to; where they are all of it, it must be whole. */
function unzipHead(head: Uint8Array, isWhole: boolean): Uint8Array {
  const { Z_FINISH, Z_SYNC_FLUSH } = constants;
  return gunzipSync(head, { finishFlush: isWhole ? Z_FINISH : Z_SYNC_FLUSH });
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
