/** Where the data of a run lie: kept absolute, since whoever evaluates or resumes may do so from another folder. */
import { resolve } from "node:path";
import { usageError } from "../base/errors.js";
import { kindOf } from "../base/path-kind.js";
import { standardInput } from "../base/read-file.js";
import type { Dataset, LoadOptions } from "../data/dataset.js";
import { findDataset, schemes } from "../data/index.js";

/** The absolute path of a set that is named by a form and a path; undefined for sets that have names, and for what comes by a pipe. */
export function datasetPath(name: string): string | undefined {
  const { path } = formOf(name) ?? {};
  return path === undefined || path === standardInput ? undefined : resolve(path);
}

/** True where the images of a set pass by once, so that nobody finds them there again. */
export function comesByPipe(name: string): boolean {
  const { path } = formOf(name) ?? {};
  return path !== undefined && (path === standardInput || kindOf(path) === "other");
}

/** Throws `usageError` for a set that several runs cannot read, one after the other. */
export function refusePiped(dataset: string): void {
  if (!comesByPipe(dataset)) return;
  throw usageError({
    where: `--dataset ${dataset}`,
    expected: "a file, which each run reads",
    got: "a pipe",
    fix: "Write what it gives to a file first.",
  });
}

function formOf(name: string): { form: string; path: string } | null {
  const colon = name.indexOf(":");
  const form = name.slice(0, Math.max(0, colon));
  return schemes.some((scheme) => scheme.name === form) ? { form, path: name.slice(colon + 1) } : null;
}

/** The set of that name from where it lay when the run began, as long as something is there; its name stays as it was typed. */
export async function loadRecorded(name: string, path: string | undefined, options: LoadOptions): Promise<Dataset> {
  const named = formOf(name);
  if (named?.path === standardInput)
    options.onEvent?.({ kind: "note", text: `${name}: the images are read from standard input.` });
  if (!named || path === undefined || kindOf(path) === "nothing") return findDataset(name).load(options);
  return { ...(await findDataset(`${named.form}:${path}`).load(options)), name };
}
