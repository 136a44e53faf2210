/** A file on disk held against what is published of it. */
import { createHash } from "node:crypto";
import { createReadStream, readdirSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { createGunzip } from "node:zlib";
import { reasonOf } from "../base/read-file.js";
import type { PublishedFile, PublishedFolder } from "../data/dataset.js";

export interface FileCheck {
  /** True where it holds what was published, however it is packed. */
  readonly right: boolean;
  /** What was found, in words. */
  readonly text: string;
}

interface Content {
  readonly bytes: number;
  readonly sha256: string;
}

/** Checks the file `path`, which may be kept as published, unpacked (without `.gz`) or packed (with `.gz`). */
export async function checkFile(path: string, file: PublishedFile): Promise<FileCheck> {
  const asPublished = basename(path) === file.name;
  const { bytes, sha256 } = file;
  const known = bytes === null || sha256 === null ? null : { bytes, sha256 };
  if (!known && !file.unpacked) return { right: true, text: "there (no checksum of it is known)" };
  const packed = path.endsWith(".gz");
  if (!packed && file.name.endsWith(".gz") && !file.unpacked) {
    return { right: true, text: "there, unpacked (no checksum of that is known)" };
  }
  const contents = file.name.endsWith(".gz") ? file.unpacked : known;
  try {
    const whole = await digest(path, false);
    if (asPublished && whole.sha256 === sha256) return { right: true, text: "as published" };
    if (contents && !packed && whole.sha256 === contents.sha256) return { right: true, text: "as published, unpacked" };
    // What does not unpack is told apart below, by what it is and not by why.
    if (contents && packed && (await digest(path, true).catch(() => whole)).sha256 === contents.sha256) {
      return { right: true, text: "the published contents, packed another way" };
    }
    const expected = (asPublished || packed ? known : contents) ?? known ?? file.unpacked;
    return { right: false, text: difference(whole, expected!) };
  } catch (cause) {
    return { right: false, text: `cannot be read (${reasonOf(cause)})` };
  }
}

/** Checks a folder with all that lies in it. */
export async function checkFolder(path: string, folder: PublishedFolder): Promise<FileCheck> {
  try {
    const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
    const paths = entries.map((entry) => join(entry.parentPath, entry.name));
    // Loading passes over hidden files too: what a desktop leaves in folders is no image.
    const names = paths
      .map((file) => relative(path, file).split(sep).join("/"))
      .filter((name) => !name.split("/").some((part) => part.startsWith(".")));
    if (names.length !== folder.files) {
      return { right: false, text: `${names.length} files instead of ${folder.files}` };
    }
    const listing = createHash("sha256");
    let bytes = 0;
    for (const name of names.sort(byCodePoint)) {
      const found = await digest(join(path, name), false);
      listing.update(`${found.sha256}  ${name}\n`);
      bytes += found.bytes;
    }
    const found = { bytes, sha256: listing.digest("hex") };
    if (found.sha256 === folder.sha256) return { right: true, text: `${names.length} files as published` };
    return { right: false, text: difference(found, folder) };
  } catch (cause) {
    return { right: false, text: `cannot be read (${reasonOf(cause)})` };
  }
}

/** UTF-8 keeps the order of code points. */
const byCodePoint = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Size and SHA-256 of a file, or of what it unpacks to: read once, in pieces. */
export async function digest(path: string, unpack: boolean): Promise<Content> {
  const hash = createHash("sha256");
  let bytes = 0;
  const file = createReadStream(path);
  const unpacked = createGunzip();
  if (unpack) file.on("error", (error) => unpacked.destroy(error)).pipe(unpacked);
  try {
    for await (const chunk of (unpack ? unpacked : file) as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  } finally {
    file.destroy();
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** How a file that is not the published one differs from it. */
export function difference(found: Content, published: Pick<PublishedFile, "bytes" | "sha256">): string {
  if (found.bytes !== published.bytes) return `${found.bytes} bytes instead of ${published.bytes}`;
  return `other bytes (sha256 ${found.sha256} instead of ${published.sha256})`;
}
