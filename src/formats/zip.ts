/**
 * Zip archives, read in place by `yauzl`, which takes their central directory at its word: names are decoded, cleaned and
 * never written anywhere, sizes are held against what can be packed, and every CRC is checked.
 */
import { crc32 } from "node:zlib";
import type { Entry, ZipFile } from "yauzl";
import { dataError, HeddleError } from "../base/errors.js";
import { needFile, reasonOf } from "../base/read-file.js";
import { cleanName } from "./archive-names.js";
import { sniffFile } from "./sniff.js";

export interface ZipMember {
  /** With `/` between folders, without anything that leads out. */
  readonly name: string;
  readonly bytes: number;
}

/** What Node can hold in one buffer. */
const mostBytes = 2 ** 32;
/** Deflate packs no tighter. */
const tightest = 1032;
const deflated = 8;
/** By their numbers in the format's description (APPNOTE 4.4.5). */
const methods: Readonly<Record<number, string>> = {
  1: "Shrink",
  6: "Implode",
  9: "Deflate64",
  12: "bzip2",
  14: "LZMA",
  93: "Zstandard",
  95: "xz",
  98: "PPMd",
  99: "AES encryption",
};

export class ZipArchive {
  readonly path: string;
  /** The files, in the order of the archive's directory; folders and names of the system's own are not among them. */
  readonly members: readonly ZipMember[];
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(path: string, zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.path = path;
    this.#zip = zip;
    this.#entries = entries;
    this.members = Array.from(entries, ([name, { uncompressedSize: bytes }]) => ({ name, bytes }));
  }

  /** Throws `dataError` where the file is no whole archive, is encrypted, or has a name twice. */
  static async open(path: string): Promise<ZipArchive> {
    needFile(path, "a zip archive");
    const yauzl = await import("yauzl");
    const zip = await openFile(path).catch((cause: unknown) => {
      throw notZip(path, cause);
    });
    try {
      const entries = new Map<string, Entry>();
      for await (const entry of zip.eachEntry()) {
        const name = cleanName(
          yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false),
          path,
        );
        if (name.endsWith("/") || name === "") continue;
        if (entries.has(name)) {
          const got = `${name} twice`;
          throw dataError({ where: path, expected: "an archive that holds each name once", got, fix: "Pack it anew." });
        }
        if (entry.isEncrypted()) {
          const fix = "Unpack it with its password, and pack it without one.";
          throw dataError({
            where: `${path}, ${name}`,
            expected: "a file that is not encrypted",
            got: "one with a password",
            fix,
          });
        }
        entries.set(name, entry);
      }
      return new ZipArchive(path, zip, entries);
    } catch (cause) {
      zip.close();
      throw cause instanceof HeddleError ? cause : notZip(path, cause);
    }
  }

  /** All bytes of a member, their CRC checked. Throws `dataError`, also for more than `most` bytes. */
  async read(name: string, most = mostBytes): Promise<Uint8Array> {
    const entry = this.#entry(name, most);
    const bytes = new Uint8Array(entry.uncompressedSize);
    let filled = 0;
    for await (const chunk of this.#chunks(name)) {
      if (filled + chunk.length > bytes.length) break; // yauzl says so where it sees it first
      bytes.set(chunk, filled);
      filled += chunk.length;
    }
    const where = `${this.path}, ${name}`;
    if (filled !== bytes.length) {
      throw dataError({ where, expected: `${bytes.length} bytes, as its directory says`, got: `${filled}` });
    }
    if (crc32(bytes) === entry.crc32) return bytes;
    throw dataError({
      where,
      expected: "a file as it was packed",
      got: "other bytes (its CRC differs): the archive is damaged",
    });
  }

  /** The first bytes of a member, which nothing has checked; all of them where it has fewer. */
  async head(name: string, most: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of this.#chunks(name)) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= most) break;
    }
    return Buffer.concat(chunks).subarray(0, most);
  }

  close(): void {
    this.#zip.close();
  }

  #entry(name: string, limit = mostBytes): Entry {
    const entry = this.#entries.get(name);
    if (!entry) throw dataError({ where: this.path, expected: `a file ${name}`, got: "none of that name" });
    const where = `${this.path}, ${name}`;
    const { compressionMethod: method, compressedSize: packed, uncompressedSize: bytes } = entry;
    if (!entry.canDecodeFileData()) {
      const got = `${methods[method] ?? "another"} (method ${method})`;
      const fix = "Pack the archive anew, with Deflate.";
      throw dataError({ where, expected: "a file that is stored, or packed by Deflate", got, fix });
    }
    const most = Math.min(limit, method === deflated ? tightest * packed : packed);
    if (bytes <= most) return entry;
    throw dataError({ where, expected: `at most ${most} bytes, unpacked from ${packed}`, got: `${bytes}` });
  }

  async *#chunks(name: string): AsyncGenerator<Uint8Array> {
    const entry = this.#entry(name);
    try {
      const stream = await this.#zip.openReadStreamPromise(entry);
      for await (const chunk of stream as AsyncIterable<Uint8Array>) yield chunk;
    } catch (cause) {
      if (cause instanceof HeddleError) throw cause;
      throw dataError({
        where: `${this.path}, ${name}`,
        expected: "a file as it was packed",
        got: reasonOf(cause),
        cause,
      });
    }
  }
}

async function openFile(path: string): Promise<ZipFile> {
  const { openPromise } = await import("yauzl");
  try {
    return await openPromise(path, { lazyEntries: true, autoClose: false, decodeStrings: false });
  } catch (cause) {
    const { bytesBeforePadding, openPadded } = await import("./padded-zip.js");
    const bytes = bytesBeforePadding(path);
    if (bytes === null) throw cause;
    return openPadded(path, bytes);
  }
}

function notZip(path: string, cause: unknown): HeddleError {
  const kind = sniffFile(path);
  const isZip = kind === null || kind.what === "a zip archive";
  const reason = reasonOf(cause).trim().replace(/\.$/, "");
  return dataError({
    where: path,
    expected: "a whole zip archive",
    got: isZip ? `one that is damaged or cut short (${reason})` : kind.what,
    ...(!isZip && kind.wayOut !== undefined && { fix: kind.wayOut }),
    cause,
  });
}
