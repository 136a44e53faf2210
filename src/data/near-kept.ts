/** Near copies of a set, looked for once and kept by the hash of its data: training repeats what `data info` found. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeTextFile } from "../base/atomic-write.js";
import { HeddleError } from "../base/errors.js";
import { readWholeFile } from "../base/read-file.js";
import { dataHash } from "./data-hash.js";
import type { Dataset } from "./dataset.js";
import { cacheFolder } from "./images/cache.js";
import { findNearCopies } from "./near-copies.js";
import { splitsOf } from "./samples.js";

/** Goes up when other images count as near. */
const version = 1;
const kept = z.object({ version: z.literal(version), groups: z.array(z.array(z.number().int().min(0)).min(2)) });

const fileFor = (dataset: Dataset, folder: string): string =>
  join(folder, `near-${dataHash(dataset).replace("blake3:", "").slice(0, 32)}.json`);

/** What was found before; null where nobody has looked, or what was kept is no more to be read. */
export function recallNearCopies(dataset: Dataset, folder = cacheFolder()): number[][] | null {
  if (!existsSync(folder)) return null;
  const path = fileFor(dataset, folder);
  if (!existsSync(path)) return null;
  const samples = splitsOf(dataset).reduce((sum, { count }) => sum + count, 0);
  try {
    const found = kept.safeParse(JSON.parse(Buffer.from(readWholeFile(path, "near copies")).toString()));
    return found.success && found.data.groups.flat().every((sample) => sample < samples) ? found.data.groups : null;
  } catch (error) {
    if (!(error instanceof HeddleError) && !(error instanceof SyntaxError)) throw error;
    return null;
  }
}

/** What was found before, or what a look finds now, which is kept where that is possible. */
export async function nearCopiesOf(dataset: Dataset, folder = cacheFolder()): Promise<number[][]> {
  const before = recallNearCopies(dataset, folder);
  if (before) return before;
  const groups = await findNearCopies(dataset);
  try {
    mkdirSync(folder, { recursive: true });
    writeTextFile(fileFor(dataset, folder), JSON.stringify({ version, groups }));
  } catch {
    // It costs time only: the next look finds the same.
  }
  return groups;
}
