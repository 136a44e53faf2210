/** Moved copies of a set's held-out images, looked for once and kept by the hash of data and samples: a report repeats them. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeTextFile } from "../../base/atomic-write.js";
import { HeddleError } from "../../base/errors.js";
import { digestText } from "../../base/hash.js";
import { bytesOf } from "../../base/numbers.js";
import { readWholeFile } from "../../base/read-file.js";
import { dataHash } from "../../data/data-hash.js";
import type { Dataset } from "../../data/dataset.js";
import { cacheFolder } from "../../data/images/cache.js";
import { findMovedCopies, type Look, type MovedCopy } from "./find.js";

/** Goes up when other images count as copies. */
const version = 1;
const position = z.number().int().min(0);
const kept = z.object({
  version: z.literal(version),
  copies: z.array(z.strictObject({ held: position, trained: position })),
});

function fileFor(dataset: Dataset, { trained, held }: Look, folder: string): string {
  const counts = Uint32Array.of(trained.length, held.length);
  const digest = digestText([Buffer.from(dataHash(dataset)), ...[counts, trained, held].map(bytesOf)]);
  return join(folder, `moved-${digest.replace("blake3:", "").slice(0, 32)}.json`);
}

/** What was found before; null where nobody has looked, or what was kept is no more to be read. */
export function recallMovedCopies(dataset: Dataset, look: Look, folder = cacheFolder()): readonly MovedCopy[] | null {
  const path = fileFor(dataset, look, folder);
  if (!existsSync(path)) return null;
  try {
    const found = kept.safeParse(JSON.parse(Buffer.from(readWholeFile(path, "moved copies")).toString()));
    return found.success ? found.data.copies : null;
  } catch (error) {
    if (!(error instanceof HeddleError) && !(error instanceof SyntaxError)) throw error;
    return null;
  }
}

/** What was found before, or what a look finds now, which is kept where that is possible. */
export async function movedCopiesOf(
  dataset: Dataset,
  look: Look,
  folder = cacheFolder(),
): Promise<readonly MovedCopy[]> {
  const before = recallMovedCopies(dataset, look, folder);
  if (before) return before;
  const copies = await findMovedCopies(dataset, look);
  try {
    mkdirSync(folder, { recursive: true });
    writeTextFile(fileFor(dataset, look, folder), JSON.stringify({ version, copies }));
  } catch {
    // It costs time only: the next look finds the same.
  }
  return copies;
}
