/** BLAKE3 of what was learned: two runs that give the same hash gave the same bytes. */
import { Blake3Hasher } from "@napi-rs/blake-hash";
import { bytesOf } from "./safetensors.js";

/** Bytes in one digest. */
export const digestLength = 32;
/** The most bytes that one call into the hasher gets. */
const slice = 1 << 26;

export function blake3(chunks: Iterable<Uint8Array>): Uint8Array {
  const hasher = new Blake3Hasher();
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += slice) hasher.update(chunk.subarray(at, at + slice));
  }
  return hasher.digestBuffer();
}

/** "blake3:<64 hex>" over the data section that a model file of these tensors would have. */
export function weightsHash(tensors: Iterable<ArrayBufferView>): string {
  return `blake3:${Buffer.from(blake3(Array.from(tensors, bytesOf))).toString("hex")}`;
}
