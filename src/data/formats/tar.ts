/**
 * Files out of a .tar.gz, into memory. Entries are known by the last part of their name and nothing is ever written: a
 * path or a link in an archive can do no harm.
 */
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { createTarDecoder, type ParsedTarEntry } from "modern-tar";
import { dataError, HeddleError } from "../../errors.js";

/** What may lie beside the wanted files: other entries, headers, padding. */
const slack = 2 ** 20;

/**
 * The `wanted` ones of the files that an archive holds, whose names and sizes are given; one that it lacks is not in the
 * answer. Throws `dataError` naming the archive where it is broken, unpacks to more than the files need, or holds one of
 * them in another size.
 */
export async function readTar(
  path: string,
  sizes: ReadonlyMap<string, number>,
  wanted: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const most = [...sizes.values()].reduce((sum, size) => sum + size, slack);
  const { readable, writable } = createTarDecoder({ strict: true });
  const found = new Map<string, Uint8Array>();
  const feeding = feed(path, most, writable.getWriter());
  try {
    for await (const entry of readable) await take(path, entry, sizes, wanted, found);
    await feeding;
    return found;
  } catch (error) {
    // Where the feeding failed too, it failed first.
    const cause: unknown = await feeding.then(
      () => error,
      (first: unknown) => (error instanceof HeddleError ? error : first),
    );
    if (cause instanceof HeddleError) throw cause;
    const got = cause instanceof Error ? cause.message.replace(/\.$/, "") : String(cause);
    throw dataError({ where: path, expected: "a whole .tar.gz archive", got, fix: "Fetch the file again.", cause });
  }
}

async function feed(path: string, most: number, writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
  const file = createReadStream(path);
  const unpacked = createGunzip();
  file.on("error", (error) => unpacked.destroy(error));
  try {
    let total = 0;
    for await (const chunk of file.pipe(unpacked) as AsyncIterable<Uint8Array>) {
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

async function take(
  path: string,
  { header, body }: ParsedTarEntry,
  sizes: ReadonlyMap<string, number>,
  wanted: readonly string[],
  found: Map<string, Uint8Array>,
): Promise<void> {
  const name = header.name.slice(header.name.lastIndexOf("/") + 1);
  const size = header.type === "file" ? sizes.get(name) : undefined;
  if (size !== undefined && header.size !== size) {
    throw dataError({ where: `${path}, ${header.name}`, expected: `${size} bytes`, got: `${header.size}` });
  }
  const isWanted = size !== undefined && wanted.includes(name);
  const bytes = new Uint8Array(isWanted ? size : 0);
  let filled = 0;
  // What is not wanted is read as well: a body that is cancelled may stall the decoder.
  for await (const chunk of body) {
    if (isWanted) bytes.set(chunk, filled);
    filled += chunk.length;
  }
  if (isWanted) found.set(name, bytes);
}
