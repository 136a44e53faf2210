/**
 * Where decoded pixels lie while a set is read: in memory, or, where they are many, in a file of the cache folder that is
 * mapped afterwards. Bytes are put at any place, read back, and moved together.
 */
import { closeSync, ftruncateSync, mkdirSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { temporaryFor } from "../../base/atomic-write.js";
import { dataError } from "../../base/errors.js";
import { canMap, pageBytes } from "../../base/map-file.js";

/** What Node 20 holds in one array: a split is one. */
const mostBytes = 2 ** 32 - 1;

/** Throws `dataError` where one array cannot hold so many. */
export function refuseTooLarge(dataset: string, bytes: number): void {
  if (bytes <= mostBytes) return;
  throw dataError({
    where: dataset,
    expected: `at most ${mostBytes} bytes of decoded images in one split, the largest array there can be`,
    got: `${bytes}`,
    fix: "Take a smaller --image-size, or --channels 1.",
  });
}

export interface Store {
  set(at: number, bytes: Uint8Array): void;
  /** A copy. */
  get(at: number, bytes: number): Uint8Array;
  /** Lets go of what is behind; all that is kept is `bytes` long. */
  end(bytes: number): void;
}

/** Sets that are larger lie in a file. */
export const mappedFrom = 256 * 2 ** 20;

export class MemoryStore implements Store {
  #bytes: Uint8Array;

  constructor(bytes: number) {
    this.#bytes = new Uint8Array(bytes);
  }
  set(at: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, at);
  }
  get(at: number, bytes: number): Uint8Array {
    return this.#bytes.slice(at, at + bytes);
  }
  end(bytes: number): void {
    this.#bytes = this.#bytes.subarray(0, bytes);
  }
  get images(): Uint8Array {
    return this.#bytes;
  }
}

/** A file beside the cache's own that gets its name at the end; the images begin after a page. */
export class FileStore implements Store {
  readonly path: string;
  readonly file: number;
  bytes = 0;

  /** Throws what the file system says. */
  constructor(cachePath: string) {
    mkdirSync(dirname(cachePath), { recursive: true });
    this.path = temporaryFor(cachePath);
    this.file = openSync(this.path, "wx+");
  }
  set(at: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.file, bytes, done, bytes.length - done, pageBytes + at + done);
    }
  }
  get(at: number, bytes: number): Uint8Array {
    const found = new Uint8Array(bytes);
    for (let done = 0; done < bytes; ) {
      const got = readSync(this.file, found, done, bytes - done, pageBytes + at + done);
      if (got === 0) break; // a place that nothing was put at
      done += got;
    }
    return found;
  }
  end(bytes: number): void {
    this.bytes = bytes;
    ftruncateSync(this.file, pageBytes + bytes);
  }
  /** Nobody wants it any more. */
  discard(): void {
    try {
      closeSync(this.file);
      unlinkSync(this.path);
    } catch {
      // It has its name by now, or is gone: there is nothing left to do.
    }
  }
}

/** True for a set that should lie in a file, where the addon can map one. */
export const wantsFile = (bytes: number, mapFrom: number = mappedFrom): boolean => bytes >= mapFrom && canMap();
