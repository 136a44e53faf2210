/**
 * JSON files that nothing can change unseen: their last key is `checksum`, the BLAKE3 of all bytes of the file with
 * zeros for the digest's own 64 signs. So `"checksum"` is an ordinary key to every other reader.
 */
import { dataError, type ErrorParts } from "./errors.js";
import { blankDigest, digestText } from "./hash.js";
import { readWholeFile } from "./read-file.js";

/** What a reader says of a file that it refuses. */
export type SealedFile = Pick<ErrorParts, "fix"> & {
  /** "the description of a run" */
  readonly what: string;
};

const ending = /"checksum": ?"(blake3:[0-9a-f]{64})"\s*\}\s*$/;
const longestEnding = 128;

/** The file of a document; equal documents are equal bytes. */
export function sealJson(document: object, indent?: number): Uint8Array {
  const bytes = Buffer.from(`${JSON.stringify({ ...document, checksum: blankDigest }, null, indent)}\n`);
  const at = bytes.lastIndexOf(blankDigest);
  bytes.write(digestText([bytes]), at, "latin1");
  return bytes;
}

/** The document without its checksum. Throws `dataError` for a file with as much as one wrong bit. */
export function readSealedJson(path: string, { what, fix = "" }: SealedFile): Record<string, unknown> {
  const bytes = Buffer.from(readWholeFile(path, what));
  const tail = bytes.subarray(-longestEnding).toString("latin1");
  const stored = ending.exec(tail)?.[1];
  if (stored === undefined) {
    throw dataError({ where: path, expected: `${what} with its checksum at the end`, got: "none", fix });
  }
  bytes.write(blankDigest, bytes.lastIndexOf(stored), "latin1");
  const found = digestText([bytes]);
  if (found !== stored) {
    const got = `bytes of ${found}: it is damaged, or was changed`;
    throw dataError({ where: path, expected: `${what} with the checksum ${stored}`, got, fix });
  }
  return withoutChecksum(parse(bytes, path, what, fix));
}

/** The document whether or not its checksum fits: for a copy that somebody edited. */
export function readEditedJson(path: string, { what, fix = "" }: SealedFile): Record<string, unknown> {
  return withoutChecksum(parse(readWholeFile(path, what), path, what, fix));
}

function parse(bytes: Uint8Array, path: string, what: string, fix: string): Record<string, unknown> {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw dataError({ where: path, expected: `${what} in JSON`, got: (cause as Error).message, fix, cause });
  }
  if (document !== null && typeof document === "object" && !Array.isArray(document)) return { ...document };
  throw dataError({ where: path, expected: `${what}, a JSON object`, got: "something else", fix });
}

function withoutChecksum(document: Record<string, unknown>): Record<string, unknown> {
  delete document.checksum;
  return document;
}
