/** Which of the named data sets can be used, where their files are, and what is missing. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { anObject, aText, list } from "../base/given.js";
import { type DatasetSource, folderOf, type Published } from "../data/dataset.js";
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
  list(anObject)(sources, "takeInventory, data sets");
  if (dataDir !== undefined) aText(dataDir, "takeInventory, dataDir");
  return sources.map((source) => {
    const { name, summary, embedded, published } = source;
    if (embedded || !published) return { name, summary, state: "embedded", folder: null, missing: [] };
    const folder = dataDir === undefined ? null : join(dataDir, folderOf(source));
    const missing = folder === null ? partsOf(published) : missingParts(folder, published);
    const state =
      missing.length === 0 ? "complete" : missing.length < partsOf(published).length ? "incomplete" : "absent";
    return { name, summary, state, folder, missing };
  });
}

/** The sets that are here, whole or in part, and those that are not. */
export function whatIsHere(
  sources: readonly DatasetSource[],
  dataDir: string | undefined,
): { here: DatasetSource[]; absent: DatasetSource[] } {
  const states = takeInventory(sources, dataDir).map(({ state }) => state);
  return {
    here: sources.filter((_, i) => states[i] !== "absent"),
    absent: sources.filter((_, i) => states[i] === "absent"),
  };
}

/** The names of what a set consists of; folders end in `/`. */
function partsOf({ files, folders = [] }: Published): string[] {
  return [...files.map(({ name }) => name), ...folders.map(({ name }) => `${name}/`)];
}

function missingParts(folder: string, published: Published): string[] {
  const { archives = [] } = published;
  const present = (name: string) =>
    name.endsWith("/") ? existsSync(join(folder, name)) : fileOf(folder, unpackedName({ name })) !== undefined;
  if (archives.some((archive) => present(archive.name))) return [];
  return partsOf(published).filter((name) => !present(name));
}
