/**
 * Tar archives, plain or gzipped, read from the beginning to the end: each file once, into memory. Nothing is ever written: a
 * path or a link in an archive can do no harm.
 */
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { createTarDecoder, type ParsedTarEntry } from "modern-tar";
import { dataError, HeddleError } from "../base/errors.js";
import { needFile, reasonOf } from "../base/read-file.js";
import { sniffFile } from "./sniff.js";

export interface TarFile {
  /** As the archive has it: nothing says that it leads nowhere else. */
  readonly name: string;
  readonly size: number;
  /** `link`: no file, but another name for one (or for something else). */
  readonly kind: "file" | "link" | "folder" | "special";
  /** Its bytes, before the next file is asked for. Throws `dataError` for more than `most`, and for a sparse file. */
  read(most: number): Promise<Uint8Array>;
}

/** A file that unpacks to more than that is no archive of images. */
const mostUnpacked = 2 ** 40;

/**
 * The entries of an archive in their order. Throws `dataError` naming the archive where it is none, is broken or cut short, or
 * unpacks to more than `most` bytes.
 */
export async function* tarFiles(path: string, most = mostUnpacked): AsyncGenerator<TarFile> {
  const isPacked = checkKind(path);
  const { readable, writable } = createTarDecoder({ strict: true });
  const stop = new AbortController();
  const feeding = feed(path, isPacked, most, writable.getWriter(), stop.signal);
  const reader = readable.getReader();
  try {
    for (let entry = await reader.read(); !entry.done; entry = await reader.read()) {
      let isRead = false;
      const parsed = entry.value;
      const { header } = parsed;
      yield {
        name: header.name,
        size: header.size,
        kind: kinds[header.type ?? "file"] ?? "special",
        async read(limit) {
          isRead = true;
          try {
            return await bytesOf(path, parsed, limit);
          } catch (error) {
            throw await reason(path, feeding, error);
          }
        },
      };
      // What is not wanted is read as well: a body that is cancelled may stall the decoder.
      if (!isRead) await drain(parsed);
    }
    await feeding;
  } catch (error) {
    throw await reason(path, feeding, error);
  } finally {
    // A write that nobody takes would wait for ever: it is left alone, and the file closed.
    stop.abort();
    feeding.catch(() => {});
  }
}

const kinds: Readonly<Record<string, TarFile["kind"]>> = {
  file: "file",
  link: "link",
  symlink: "link",
  directory: "folder",
};

/** True for gzip data. Throws `dataError` for a file that is known to be something else than a tar archive. */
function checkKind(path: string): boolean {
  needFile(path, "a tar archive");
  const kind = sniffFile(path);
  if (kind?.what === "gzip data") return true;
  if (!kind || kind.what === "a tar archive") return false;
  throw dataError({
    where: path,
    expected: "a tar archive, plain or gzipped",
    got: kind.what,
    ...(kind.wayOut !== undefined && { fix: kind.wayOut }),
  });
}

/** Where the feeding failed too, it failed first. */
async function reason(path: string, feeding: Promise<void>, error: unknown): Promise<unknown> {
  if (error instanceof HeddleError) return error;
  const cause: unknown = await feeding.then(
    () => error,
    (first: unknown) => first,
  );
  if (cause instanceof HeddleError) return cause;
  const got = `one that is damaged or cut short (${reasonOf(cause).replace(/\.$/, "")})`;
  return dataError({ where: path, expected: "a whole tar archive", got, cause });
}

async function feed(
  path: string,
  isPacked: boolean,
  most: number,
  writer: WritableStreamDefaultWriter<Uint8Array>,
  stop: AbortSignal,
): Promise<void> {
  const file = createReadStream(path);
  const unpacked = createGunzip();
  stop.addEventListener("abort", () => {
    file.destroy();
    unpacked.destroy();
  });
  // What is not piped tells whoever reads it.
  if (isPacked) file.on("error", (error) => unpacked.destroy(error));
  try {
    let total = 0;
    for await (const chunk of (isPacked ? file.pipe(unpacked) : file) as AsyncIterable<Uint8Array>) {
      total += chunk.length;
      if (total > most) throw dataError({ where: path, expected: `no more than ${most} bytes unpacked`, got: "more" });
      await writer.write(chunk);
    }
    await writer.close();
  } catch (error) {
    file.destroy();
    await writer.abort(error).catch(() => {});
    throw error;
  }
}

async function drain({ body }: ParsedTarEntry): Promise<void> {
  const reader = body.getReader();
  while (!(await reader.read()).done);
}

async function bytesOf(path: string, { header, body }: ParsedTarEntry, most: number): Promise<Uint8Array> {
  const where = `${path}, ${header.name}`;
  if (header.size > most) throw dataError({ where, expected: `at most ${most} bytes`, got: `${header.size}` });
  if (Object.keys(header.pax ?? {}).some((key) => key.startsWith("GNU.sparse."))) {
    const fix = "Pack the archive without --sparse.";
    throw dataError({ where, expected: "a file as a whole", got: "a sparse one", fix });
  }
  const bytes = new Uint8Array(header.size);
  let filled = 0;
  for await (const chunk of body) {
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  return bytes;
}
