/** The folder `runs`: numbered runs, and which is the newest. */
import { mkdirSync, readdirSync, renameSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { runError } from "../base/errors.js";
import { isFile, isFolder, kindOf } from "../base/path-kind.js";
import { reasonOf } from "../base/read-file.js";

/** Where runs without `--out` go, seen from the working folder. */
export const runsFolder = "runs";

/**
 * `runs/<n>-<name>` with the next free number, made so that runs that start at once get different numbers: making the
 * bare `runs/<n>` claims n, and while it is there nobody else can; it then takes its full name.
 */
export function claimNumber(runs: string, name: string): string {
  makeFolder(runs);
  for (let n = nextNumber(runs); ; n++) {
    const claim = join(runs, String(n));
    const path = `${claim}-${name}`;
    try {
      mkdirSync(claim);
      if (listRuns(runs).some((run) => run.number === n && run.name !== String(n))) rmdirSync(claim);
      else {
        renameSync(claim, path);
        return path;
      }
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "EEXIST") continue;
      throw cannotMake(path, cause);
    }
  }
}

/** The folder and those above it. Throws `runError`. */
export function makeFolder(path: string): void {
  try {
    makeFolders(path);
  } catch (cause) {
    throw cannotMake(path, cause);
  }
}

const cannotMake = (path: string, cause: unknown): Error =>
  runError({
    where: path,
    expected: "to make this folder",
    got: reasonOf(cause),
    fix: "Choose another with --out.",
    cause,
  });

/** (Node's own way never returns where /proc says ENOENT under a folder that exists.) */
function makeFolders(path: string): void {
  if (isFolder(path)) return;
  if (kindOf(dirname(path)) === "nothing") makeFolders(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Somebody else was faster: just as good.
    if (!isFolder(path)) throw error;
  }
}

const nextNumber = (runs: string): number => listRuns(runs).reduce((most, { number }) => Math.max(most, number), 0) + 1;

/** The run with the highest number that has one of the files, or undefined. */
export function newestRun(runs: string, having: readonly string[]): string | undefined {
  const numbered = listRuns(runs).sort((a, b) => b.number - a.number);
  const paths = numbered.map(({ name }) => join(runs, name));
  return paths.find((path) => having.some((file) => isFile(join(path, file))));
}

function listRuns(runs: string): { name: string; number: number }[] {
  if (!isFolder(runs)) return [];
  return namesIn(runs).flatMap((name) => {
    const number = /^(\d{1,15})(-|$)/.exec(name)?.[1];
    return number === undefined ? [] : [{ name, number: Number(number) }];
  });
}

/** Names in the folder. Throws `runError`. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    throw runError({ where: folder, expected: "a folder that can be read", got: reasonOf(cause), cause });
  }
}
