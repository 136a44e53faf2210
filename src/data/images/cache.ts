/**
 * Decoded images of a set, kept as one file in the cache folder, so that the next run need not decode them again.
 *
 *   "HEDDLEi1"  header length (4 bytes, little-endian)  header (JSON)  images  BLAKE3 of all before (32 bytes)
 *
 * Sets that are large lie in another form, which is mapped and never read whole (`mapped-cache.ts`).
 *
 * A cached file is used only where the set is what it was: first by the status of its files (name, size, times, inode),
 * and where that differs or cannot be trusted, by the BLAKE3 of their names and bytes.
 */
import { type BigIntStats, existsSync, mkdirSync, statSync } from "node:fs";
import { devNull, homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { writeForNow } from "../../base/atomic-write.js";
import { fromEnvironment } from "../../base/environment.js";
import { dataError, type HeddleError } from "../../base/errors.js";
import { blake3, digestLength } from "../../base/hash.js";
import { readWholeFile } from "../../base/read-file.js";
import type { ImageFile } from "./listing.js";
import type { PixelFacts } from "./read.js";
import type { ImageSettings } from "./settings.js";
import type { FileTree } from "./tree.js";

const magic = Buffer.from("HEDDLEi1");
/** Goes up when decoding or resizing changes a byte of any image. */
const version = 4;
/**
 * A file changed this soon before its status was taken may change again without a trace in its times, which tick in
 * milliseconds, or in seconds on old file systems.
 */
const settlingMs = 2000;

/** What the files were when they were listed. */
export interface Stamp {
  readonly hash: string;
  /** False where a file is so young that its status proves nothing. */
  readonly settled: boolean;
}

/** What is kept beside the pixels. */
export interface CacheFacts extends PixelFacts {
  readonly stamp: Stamp;
}

export interface Cached extends CacheFacts {
  readonly images: Uint8Array;
}

const sizeSchema = z.object({ height: z.number(), width: z.number() });
export const headerSchema = z.object({
  shape: z.object({ height: z.number(), width: z.number(), channels: z.number() }),
  bytes: z.number(),
  content: z.string(),
  bad: z.array(z.object({ name: z.string(), reason: z.string() })),
  facts: z.object({
    transparent: z.object({ images: z.number(), paper: z.string() }).nullable(),
    frames: z.number(),
    deep: z.object({ images: z.number(), largest: z.number() }).nullable(),
    misnamed: z
      .object({ files: z.number(), some: z.array(z.object({ name: z.string(), format: z.string() })) })
      .nullable(),
    mixed: z.object({ smallest: sizeSchema, largest: sizeSchema, chosen: sizeSchema }).nullable(),
  }),
  stamp: z.object({ hash: z.string(), settled: z.boolean() }),
});

/** `HEDDLE_CACHE_DIR`, else `heddle` in the user's cache folder. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return fromEnvironment("cacheDir", env) ?? join(env.XDG_CACHE_HOME || join(home(), ".cache"), "heddle");
}

/** A user id without an entry has no home; in a device nothing can be kept, which is said. */
function home(): string {
  try {
    return homedir();
  } catch {
    return devNull;
  }
}

/** The one file for this folder or archive and these settings: what it holds is replaced when the images change. */
export function cachePath(folder: string, root: string, settings: ImageSettings): string {
  const { size, fit, channels, paper, maximum, limits } = settings;
  const key = JSON.stringify([version, resolve(root), size, fit, channels, paper, maximum, limits.pixels]);
  return join(folder, `images-${hex([Buffer.from(key)]).slice(0, 32)}.bin`);
}

/** Throws `dataError` for a file that is gone. Taken before the files are read, so that a change while they are shows. */
export function stampFiles(tree: FileTree, files: readonly ImageFile[], now = Date.now()): Stamp {
  let youngest = 0;
  // All files of an archive have its status.
  let [path, status] = ["", ""];
  const lines = files.map(({ name }) => {
    if (path !== (path = tree.onDisk(name))) {
      const { size, mtimeNs, ctimeNs, ino, ctimeMs } = statusOf(path);
      youngest = Math.max(youngest, Number(ctimeMs));
      status = `${size} ${mtimeNs} ${ctimeNs} ${ino}`;
    }
    return Buffer.from(`${name}\0${status}\n`);
  });
  return { hash: hex(lines), settled: now - youngest > settlingMs };
}

function statusOf(path: string): BigIntStats {
  const status = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (status) return status;
  throw dataError({ where: path, expected: "a file, as when the folder was listed", got: "no such file" });
}

/** What the file holds; null where there is none. Throws `dataError` where it is not as it was written. */
export function readCache(path: string): Cached | null {
  if (!existsSync(path)) return null;
  const bytes = readWholeFile(path, "a readable cache");
  const end = bytes.length - digestLength;
  const start = magic.length + 4;
  if (end < start || !magic.equals(bytes.subarray(0, magic.length))) throw damaged(path);
  if (!Buffer.from(blake3([bytes.subarray(0, end)])).equals(bytes.subarray(end))) throw damaged(path);
  const headerEnd = start + new DataView(bytes.buffer).getUint32(magic.length, true);
  const header = headerSchema.safeParse(parseJson(bytes.subarray(start, headerEnd)));
  if (!header.success || headerEnd + header.data.bytes !== end) throw damaged(path);
  const { shape, content, bad, facts, stamp } = header.data;
  return { shape, content, bad, facts, stamp, images: bytes.subarray(headerEnd, end) };
}

/** Undefined for what is no JSON. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

export const damaged = (path: string): HeddleError =>
  dataError({ where: path, expected: "a cache as Heddle wrote it", got: "a file that is damaged or was changed" });

/** Throws where the folder cannot be made or written. */
export function writeCache(path: string, { images, ...rest }: Cached): void {
  mkdirSync(dirname(path), { recursive: true });
  const header = Buffer.from(JSON.stringify({ ...rest, bytes: images.length }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const chunks = [magic, length, header, images];
  // A cache that is not whole is noticed by its digest.
  writeForNow(path, [...chunks, blake3(chunks)]);
}

const hex = (chunks: Iterable<Uint8Array>): string => Buffer.from(blake3(chunks)).toString("hex");
