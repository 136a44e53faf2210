/** Which of the named data sets can be used, where their files are, and what is missing. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DatasetSource } from "../dataset.js";
import { fileOf, unpackedName } from "../formats/files.js";

export interface Holding {
  readonly name: string;
  readonly summary: string;
  /** `incomplete`: some files of the set are there. `absent`: none is. */
  readonly state: "embedded" | "complete" | "incomplete" | "absent";
  /** Where the set's files are looked for; null for embedded sets, and without a data folder. */
  readonly folder: string | null;
  /** Published names of the files that are not there. */
  readonly missing: readonly string[];
}

/** Looks, but reads no file: `dataDir` is the folder that holds one folder per set. */
export function takeInventory(sources: readonly DatasetSource[], dataDir: string | undefined): Holding[] {
  return sources.map(({ name, summary, embedded, published }) => {
    if (embedded) return { name, summary, state: "embedded", folder: null, missing: [] };
    const folder = dataDir === undefined ? null : join(dataDir, name);
    if (!published) {
      const state = folder !== null && existsSync(folder) ? "complete" : "absent";
      return { name, summary, state, folder, missing: [] };
    }
    const names = published.files.map((file) => file.name);
    const present = (file: { readonly name: string }) =>
      folder !== null && fileOf(folder, unpackedName(file)) !== undefined;
    if (published.archive && present(published.archive)) {
      return { name, summary, state: "complete", folder, missing: [] };
    }
    const missing = published.files.filter((file) => !present(file)).map((file) => file.name);
    const state = missing.length === 0 ? "complete" : missing.length < names.length ? "incomplete" : "absent";
    return { name, summary, state, folder, missing };
  });
}
