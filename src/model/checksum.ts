/**
 * The checksum of a model file: the entry `checksum` of its `__metadata__`, the BLAKE3 of the whole file with zeros for
 * the digest's own 64 signs. To every other reader of safetensors it is one string among others.
 */
import { dirname, join } from "node:path";
import { dataError } from "../base/errors.js";
import { blankDigest, digestText } from "../base/hash.js";
import { isFile } from "../base/path-kind.js";
import { shellPath } from "../base/shell-word.js";

export const checksumKey = "checksum";
/** Written into the metadata by whoever seals the file. */
export const blankChecksum: Readonly<Record<string, string>> = { [checksumKey]: blankDigest };

const digest = /^blake3:[0-9a-f]{64}$/;
const entryOf = (value: string): string => `"${checksumKey}":"${value}"`;

/** Puts the checksum into a file that was encoded with `blankChecksum`; its header is in the first chunk. */
export function sealFile(chunks: readonly Uint8Array[]): void {
  const head = Buffer.from(chunks[0].buffer, chunks[0].byteOffset, chunks[0].byteLength);
  const at = head.indexOf(entryOf(blankDigest));
  head.write(entryOf(digestText(chunks)), at, "latin1");
}

/**
 * True for a file that is as it was written, false for one without a checksum. Throws `dataError` for one whose bytes
 * give another, and for one that has a checksum under another name: that name is what was damaged.
 */
export function checkFile(
  bytes: Uint8Array,
  headerEnd: number,
  metadata: Readonly<Record<string, string>>,
  file: string,
): boolean {
  // One wrong bit spoils the name of one entry: the other still tells whose file it is.
  const ours = "heddle" in metadata;
  const [key, stored] =
    Object.entries(metadata).find(([key, value]) =>
      ours ? key === checksumKey || digest.test(value) : key === checksumKey && digest.test(value),
    ) ?? [];
  if (key === undefined || stored === undefined) return false;
  const refuse = (expected: string, got: string) =>
    dataError({
      where: file,
      expected,
      got,
      fix:
        `${resumeOf(file)} writes it anew. Where another program changed it on purpose, ` +
        `"${checksumKey}" has to go from its metadata.`,
    });
  if (key !== checksumKey) throw refuse(`its checksum as "${checksumKey}"`, `${JSON.stringify(key)}: it is damaged`);
  if (!digest.test(stored)) throw refuse("a checksum (blake3:…)", JSON.stringify(stored));
  const header = Buffer.from(bytes.subarray(0, headerEnd));
  const at = header.indexOf(entryOf(stored));
  if (at < 0) throw refuse(`its checksum as ${entryOf(stored)}`, "another spelling: it was changed");
  header.write(entryOf(blankDigest), at, "latin1");
  const found = digestText([header, bytes.subarray(headerEnd)]);
  if (found === stored) return true;
  throw refuse(`bytes with the checksum ${stored}`, `${found}: it is damaged, or was changed`);
}

function resumeOf(file: string): string {
  const run = dirname(file);
  return isFile(join(run, "run.json"))
    ? `heddle train --resume ${shellPath(run)}`
    : "Of a run, heddle train --resume RUN";
}
