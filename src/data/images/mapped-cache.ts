/**
 * Decoded images of a large set: a file in the place of the plain cache's, of which each page is read when it is looked at.
 * All ranks of a run see the same pages, and so do other runs; the kernel forgets them where memory is wanted.
 *
 *   "HEDDLEi2"  place of the header (8 bytes, little-endian)  …  from 65,536 on the images  header (JSON)  BLAKE3 of all before
 */
import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, writeSync } from "node:fs";
import { dataError } from "../../base/errors.js";
import { blake3, digestLength } from "../../base/hash.js";
import { type MappedPart, mapPart, pageBytes } from "../../base/map-file.js";
import { isFile } from "../../base/path-kind.js";
import { headOf } from "../../formats/sniff.js";
import { type CacheFacts, damaged, headerSchema, parseJson } from "./cache.js";
import { type FileStore, refuseTooLarge } from "./store.js";

const magic = Buffer.from("HEDDLEi2");
/** Read at a time. */
const piece = 8 * 2 ** 20;

export interface MappedCache extends CacheFacts {
  /** From the first image to the end of the file. */
  readonly part: MappedPart;
}

/** What the file holds; null where it is of another form. Throws `dataError` where it is not as it was written. */
export function readMappedCache(path: string): MappedCache | null {
  // What is no file, or cannot be read, the reader of the plain form tells of.
  if (!isFile(path) || headOf(path) === null) return null;
  const file = openSync(path, "r");
  try {
    const head = readAt(file, 0, 16);
    if (!magic.equals(head.subarray(0, 8))) {
      closeSync(file);
      return null;
    }
    return { ...readHeader(path, file, Number(Buffer.from(head).readBigUInt64LE(8))), part: partOf(file) };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function readHeader(path: string, file: number, place: number): CacheFacts {
  const end = fstatSync(file).size - digestLength;
  if (!(place >= pageBytes && place < end)) throw damaged(path);
  if (!Buffer.from(blake3(pieces(file, end))).equals(readAt(file, end, digestLength))) throw damaged(path);
  const header = headerSchema.safeParse(parseJson(readAt(file, place, end - place)));
  if (!header.success || pageBytes + header.data.bytes !== place) throw damaged(path);
  const { shape, content, bad, facts, stamp } = header.data;
  return { shape, content, bad, facts, stamp };
}

/** Completes what was decoded, and gives it its name. Throws what the file system says. */
export function sealMappedCache(path: string, store: FileStore, facts: CacheFacts): MappedCache {
  const place = pageBytes + store.bytes;
  const header = Buffer.from(JSON.stringify({ ...facts, bytes: store.bytes }));
  const head = Buffer.alloc(16);
  magic.copy(head);
  head.writeBigUInt64LE(BigInt(place), 8);
  writeAt(store.file, 0, head);
  writeAt(store.file, place, header);
  writeAt(store.file, place + header.length, blake3(pieces(store.file, place + header.length)));
  fsyncSync(store.file);
  renameSync(store.path, path);
  return { ...facts, part: partOf(store.file) };
}

/** The same for a file that can have no name: it lasts as long as this process. */
export const partOf = (file: number): MappedPart => ({
  file,
  offset: pageBytes,
  bytes: fstatSync(file).size - pageBytes,
});

/** `bytes` of the part from `start` on. */
export function viewOf(part: MappedPart, start: number, bytes: number, dataset: string): Uint8Array {
  if (bytes === 0) return new Uint8Array(0);
  refuseTooLarge(dataset, bytes);
  const before = (part.offset + start) % pageBytes;
  const view = mapPart({ file: part.file, offset: part.offset + start - before, bytes: before + bytes });
  if (!view) throw dataError({ where: dataset, expected: "a cache file that can be mapped", got: "one that cannot" });
  return view.subarray(before);
}

function* pieces(file: number, end: number): Generator<Uint8Array> {
  for (let at = 0; at < end; at += piece) yield readAt(file, at, Math.min(piece, end - at));
}

function readAt(file: number, at: number, bytes: number): Uint8Array {
  const found = new Uint8Array(bytes);
  for (let done = 0; done < bytes; ) {
    const got = readSync(file, found, done, bytes - done, at + done);
    if (got === 0) break;
    done += got;
  }
  return found;
}

function writeAt(file: number, at: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, bytes.length - done, at + done);
  }
}
