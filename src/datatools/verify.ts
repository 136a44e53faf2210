/** A data set held against what is published of it, and against itself. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { dataError, type HeddleError } from "../base/errors.js";
import { checkOptions } from "../base/given.js";
import { count } from "../base/text.js";
import { loadChecks } from "../config/given.js";
import { countLabels } from "../data/count-labels.js";
import { type DatasetSource, folderOf, type LoadOptions, type Published, type PublishedFile } from "../data/dataset.js";
import { checkSource } from "../data/given.js";
import { fileOf, unpackedName } from "../formats/files.js";
import { checkFile, checkFolder } from "./check-file.js";
import { type Duplicates, findDuplicates } from "./duplicates.js";

export interface Verification {
  readonly dataset: string;
  /** Each published file; none where nothing is published. */
  readonly files: readonly FileState[];
  /** Images of each class; null where the set could not be loaded. */
  readonly counts: { readonly train: readonly number[]; readonly test: readonly number[] | null } | null;
  /** Duplicates are told, not held against the set. */
  readonly duplicates: Duplicates | null;
  /** What is wrong, a sentence each; none where all is well. */
  readonly problems: readonly string[];
}

export interface FileState {
  readonly name: string;
  /** Null where it is missing. */
  readonly path: string | null;
  readonly right: boolean;
  /** What was found, in words. */
  readonly text: string;
}

/**
 * Files by their checksums, labels by loading them, classes by counting. Throws what loading throws, unless the files
 * have shown already what is wrong.
 */
export async function verifyDataset(source: DatasetSource, options: LoadOptions): Promise<Verification> {
  checkSource(source, "verifyDataset, data set");
  checkOptions("verifyDataset", options, loadChecks);
  const { name: dataset, published } = source;
  const files = published ? await checkFiles(folderOf(source), published, options) : [];
  // Where nothing is there at all, loading says it better.
  const isAbsent = files.every(({ path }) => path === null);
  const counted = files.filter(({ path }) => path !== null || !(isAbsent || options.allowMissing));
  const problems = counted.filter(({ right }) => !right).map(({ name, path, text }) => `${path ?? name}: ${text}`);
  const data = await source.load(options).catch((error: unknown) => {
    if (problems.length === 0) throw error;
    return null;
  });
  if (!data) return { dataset, files, counts: null, duplicates: null, problems };
  const { classes, train, test } = data;
  const counts = {
    train: countLabels(train.labels, classes.length),
    test: test && countLabels(test.labels, classes.length),
  };
  // Counts of a part say nothing.
  if (published?.counts && !data.incomplete) problems.push(...countProblems(counts, published.counts, classes));
  return { dataset, files, counts, duplicates: findDuplicates(data), problems };
}

async function checkFiles(folder: string, published: Published, { dataDir }: LoadOptions): Promise<FileState[]> {
  const { files, folders = [], archives = [] } = published;
  const root = dataDir === undefined ? undefined : join(dataDir, folder);
  const stateOf = async (file: PublishedFile): Promise<FileState> => {
    const path = root === undefined ? undefined : fileOf(root, unpackedName(file));
    return path === undefined ? missing(file.name) : { name: file.name, path, ...(await checkFile(path, file)) };
  };
  const states: FileState[] = [];
  for (const file of files) states.push(await stateOf(file));
  for (const folder of folders) {
    const [name, path] = [`${folder.name}/`, root === undefined ? undefined : join(root, folder.name)];
    const isThere = path !== undefined && existsSync(path);
    states.push(isThere ? { name, path, ...(await checkFolder(path, folder)) } : missing(name));
  }
  if (states.every(({ path }) => path !== null)) return states;
  for (const archive of archives) {
    const packed = await stateOf(archive);
    if (packed.path !== null) return [...states.filter(({ path }) => path !== null), packed];
  }
  return states;
}

const missing = (name: string): FileState => ({ name, path: null, right: false, text: "not there" });

function countProblems(
  found: { readonly train: readonly number[]; readonly test: readonly number[] | null },
  published: NonNullable<Published["counts"]>,
  classes: readonly string[],
): string[] {
  return (["train", "test"] as const).flatMap((split) =>
    published[split].flatMap((expected, label) => {
      const here = found[split]?.[label] ?? 0;
      if (here === expected) return [];
      return [
        `${split}, class ${label} (${classes[label] ?? "unknown"}): ${count(here)} images instead of ${count(expected)}`,
      ];
    }),
  );
}

/** One error for all that is wrong; null where nothing is. */
export function wrongData(verifications: readonly Verification[]): HeddleError | null {
  const wrong = verifications.filter(({ problems }) => problems.length > 0);
  if (wrong.length === 0) return null;
  const isMissing = wrong.some(({ files }) => files.some(({ path }) => path === null));
  return dataError({
    where: wrong.map(({ dataset }) => dataset).join(", "),
    expected: "what is published",
    got: wrong.flatMap(({ problems }) => problems).join("; "),
    fix: isMissing ? "--allow-missing takes what is there." : "",
  });
}
