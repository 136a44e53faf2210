/** Zip archives that were written to a pipe in whole blocks, as bsdtar does: zeros follow the end of their directory. */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import type { ZipFile } from "yauzl";

/** The end of the directory without its comment, and the longest comment (APPNOTE 4.3.16). */
const endBytes = 22;
const longestComment = 0xffff;

/** The bytes of the archive in a file that goes on with zeros alone; null for one that does not. */
export function bytesBeforePadding(path: string): number | null {
  const { size } = statSync(path);
  const tail = Buffer.alloc(Math.min(size, endBytes + longestComment));
  const file = openSync(path, "r");
  try {
    if (readSync(file, tail, 0, tail.length, size - tail.length) !== tail.length) return null;
  } finally {
    closeSync(file);
  }
  const at = tail.lastIndexOf("PK\x05\x06", undefined, "latin1");
  if (at < 0 || at + endBytes > tail.length) return null;
  const end = at + endBytes + tail.readUInt16LE(at + 20);
  const padding = tail.subarray(end);
  return padding.length > 0 && padding.every((byte) => byte === 0) ? size - padding.length : null;
}

/** Read at once, where a member is streamed. */
const chunkBytes = 65_536;

/** Opens the first `bytes` of a file as a zip archive. */
export async function openPadded(path: string, bytes: number): Promise<ZipFile> {
  const { RandomAccessReader, fromRandomAccessReaderPromise } = await import("yauzl");
  const file = await open(path);
  async function* range(start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < end; ) {
      const chunk = Buffer.alloc(Math.min(chunkBytes, end - at));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0) return; // yauzl counts
      yield chunk.subarray(0, bytesRead);
      at += bytesRead;
    }
  }
  class FileReader extends RandomAccessReader {
    override _readStreamForRange(start: number, end: number): Readable {
      return Readable.from(range(start, end));
    }

    override close(done: (error: Error | null) => void): void {
      file.close().then(() => done(null), done);
    }
  }
  const options = { lazyEntries: true, autoClose: false, decodeStrings: false } as const;
  try {
    return await fromRandomAccessReaderPromise(new FileReader(), bytes, options);
  } catch (error) {
    await file.close();
    throw error;
  }
}
