/** BLAKE3 of what was learned: two runs that give the same hash gave the same bytes. */
import { createRequire } from "node:module";
import { PlainBlake3 } from "./blake3.js";
import { bytesOf } from "./numbers.js";

/** Bytes in one digest. */
export const digestLength = 32;
/** The most bytes that one call into the hasher gets. */
const slice = 1 << 26;

interface Hasher {
  update(bytes: Uint8Array): unknown;
  digestBuffer(): Uint8Array;
  reset(): unknown;
}

let native: (new () => Hasher) | null | undefined;

/** The native package's, or null where this platform or this installation has no binary of it. */
function nativeHasher(): (new () => Hasher) | null {
  if (native !== undefined) return native;
  try {
    native = (createRequire(import.meta.url)("@napi-rs/blake-hash") as { Blake3Hasher: new () => Hasher }).Blake3Hasher;
  } catch {
    native = null;
  }
  return native;
}

/** Whether hashes are made by plain TypeScript: slower, and the same. */
export const hashesPlainly = (): boolean => nativeHasher() === null;

function newHasher(): Hasher {
  const Native = nativeHasher() ?? PlainBlake3;
  return new Native();
}

/** Making one takes longer than hashing a small file. Null while it is at work: what makes the chunks may hash too. */
let idle: Hasher | null = null;

export function blake3(chunks: Iterable<Uint8Array>): Uint8Array {
  const hasher = idle ?? newHasher();
  idle = null;
  hasher.reset();
  for (const chunk of chunks) update(hasher, chunk);
  const digest = hasher.digestBuffer();
  idle = hasher;
  return digest;
}

/** The chunks as they come, and after them the digest of them all. */
export function* withDigest(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  const hasher = newHasher();
  for (const chunk of chunks) {
    update(hasher, chunk);
    yield chunk;
  }
  yield hasher.digestBuffer();
}

function update(hasher: Hasher, chunk: Uint8Array): void {
  for (let at = 0; at < chunk.length; at += slice) hasher.update(chunk.subarray(at, at + slice));
}

/** "blake3:<64 hex>" */
export const digestText = (chunks: Iterable<Uint8Array>): string =>
  `blake3:${Buffer.from(blake3(chunks)).toString("hex")}`;

/** What stands where a file's digest of itself goes, while that is computed. */
export const blankDigest = `blake3:${"0".repeat(2 * digestLength)}`;

/** "blake3:<64 hex>" over the data section that a model file of these tensors would have. */
export const weightsHash = (tensors: Iterable<ArrayBufferView>): string => digestText(bytesOfEach(tensors));

/** One after the other: the next may lie where the one before did. */
function* bytesOfEach(tensors: Iterable<ArrayBufferView>): Generator<Uint8Array> {
  for (const tensor of tensors) yield bytesOf(tensor);
}
