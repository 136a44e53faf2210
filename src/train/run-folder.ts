/**
 * The folder of one run:
 *
 *   run.json            what was asked and what ran it; complete before step 1
 *   split.json          which samples train, and which are held back for validation
 *   metrics.jsonl       one line per step or epoch
 *   model.safetensors   the best model so far
 *   last.ckpt           what a resume needs
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { dataError, runError, usageError } from "../errors.js";
import { isTemporary, writeAll, writeAtomically } from "../model/atomic-write.js";
import { readWholeFile, reasonOf } from "../model/read-file.js";

/** Where runs without `--out` go, seen from the working folder. */
export const runsFolder = "runs";

export class RunFolder {
  readonly path: string;
  readonly runFile: string;
  readonly splitFile: string;
  readonly metricsFile: string;
  readonly modelFile: string;
  readonly checkpointFile: string;
  #metrics: number | undefined;

  constructor(path: string) {
    this.path = path;
    this.runFile = join(path, "run.json");
    this.splitFile = join(path, "split.json");
    this.metricsFile = join(path, "metrics.jsonl");
    this.modelFile = join(path, "model.safetensors");
    this.checkpointFile = join(path, "last.ckpt");
  }

  writeRun(run: unknown): void {
    writeAtomically(this.runFile, [Buffer.from(`${JSON.stringify(run, null, 2)}\n`)]);
  }

  readRun(): unknown {
    return readJson(this.runFile, "the description of a run");
  }

  writeSplit(split: unknown): void {
    writeAtomically(this.splitFile, [Buffer.from(`${JSON.stringify(split)}\n`)]);
  }

  readSplit(): unknown {
    return readJson(this.splitFile, "the split of a run");
  }

  /** Adds one line to metrics.jsonl: the whole of it, or nothing. */
  appendMetrics(line: object): void {
    this.#onMetrics((file) => {
      const { size } = fstatSync(file);
      try {
        writeAll(file, Buffer.from(`${JSON.stringify(line)}\n`));
      } catch (error) {
        ftruncateSync(file, size);
        throw error;
      }
    });
  }

  /** Length of metrics.jsonl in bytes, all of them on the disk: what a checkpoint remembers. */
  syncMetrics(): number {
    return this.#onMetrics((file) => {
      fsyncSync(file);
      return fstatSync(file).size;
    });
  }

  /** Cuts metrics.jsonl back to the length that a checkpoint remembers. */
  truncateMetrics(length: number): void {
    const found = this.#onMetrics((file) => fstatSync(file).size);
    if (found < length) {
      throw dataError({
        where: this.metricsFile,
        expected: `the ${length} bytes that the checkpoint knows of`,
        got: `${found}`,
        fix: "Put the file back, or train anew with another --out.",
      });
    }
    this.#onMetrics((file) => ftruncateSync(file, length));
  }

  close(): void {
    if (this.#metrics !== undefined) closeSync(this.#metrics);
    this.#metrics = undefined;
  }

  #onMetrics<T>(action: (file: number) => T): T {
    try {
      this.#metrics ??= openSync(this.metricsFile, "a");
      return action(this.#metrics);
    } catch (cause) {
      const fix = "Free space or choose another folder with --out; the lines before this one are whole.";
      throw runError({ where: this.metricsFile, expected: "to write this file", got: reasonOf(cause), fix, cause });
    }
  }
}

function readJson(path: string, what: string): unknown {
  const bytes = readWholeFile(path, what);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    const fix = "It cannot be resumed: train anew, with another --out.";
    throw dataError({ where: path, expected: "JSON", got: (cause as Error).message, fix, cause });
  }
}

export interface RunRequest {
  /** `--out`. */
  readonly out: string | undefined;
  readonly dataset: string;
  readonly model: string;
}

/** A new, empty folder for a run: the one asked for, or the next number under `runs`. */
export function createRunFolder({ out, dataset, model }: RunRequest, runs = runsFolder): RunFolder {
  if (out !== undefined) {
    refuseUnlessVacant(out);
    makeFolder(out);
    return new RunFolder(out);
  }
  makeFolder(runs);
  // A set of a user's own is known by the last part of its path.
  const set = dataset.replace(/^(\w+):.*?([^/\\]+)[/\\]*$/, "$1-$2");
  const name = `${set}-${model}`.replace(/[^A-Za-z0-9._-]+/g, "-");
  return new RunFolder(claimNumber(runs, name));
}

/** The folder of a run that was begun, for a resume. What a killed process left half-written is swept out. */
export function openRunFolder(path: string, runs = runsFolder): RunFolder {
  const folder = new RunFolder(path);
  if (!isFile(folder.runFile)) {
    const got = isFolder(path) ? "a folder without run.json" : "no such folder";
    throw dataError({ where: path, expected: "the folder of a run", got, fix: knownRuns(runs) });
  }
  for (const name of readdirSync(path).filter(isTemporary)) unlinkSync(join(path, name));
  return folder;
}

/** The run with the highest number that has the file asked for, or undefined. */
export function newestRun(runs = runsFolder, having: keyof FilesOfRun = "modelFile"): string | undefined {
  const numbered = listRuns(runs).sort((a, b) => b.number - a.number);
  return numbered.map(({ name }) => join(runs, name)).find((path) => isFile(new RunFolder(path)[having]));
}

type FilesOfRun = Pick<RunFolder, "runFile" | "metricsFile" | "modelFile" | "checkpointFile">;

export interface FoundModel {
  readonly path: string;
  /** The run folder it lies in; null for a file that was named itself. */
  readonly run: string | null;
  /** True where nothing was named and the newest run was taken: to be said on stderr. */
  readonly newest: boolean;
}

/** A run folder's model, a file itself, or, with nothing given, the newest run's model. */
export function resolveModelPath(runOrFile: string | undefined, runs = runsFolder): FoundModel {
  if (runOrFile === undefined) {
    const run = newestRun(runs);
    if (run !== undefined) return { path: new RunFolder(run).modelFile, run, newest: true };
    throw dataError({
      where: runs,
      expected: "a run with a model.safetensors",
      got: isFolder(runs) ? "none" : "no such folder",
      fix: "Train one first (heddle train), or name a run folder or a model file.",
    });
  }
  if (isFile(runOrFile)) return { path: runOrFile, run: null, newest: false };
  const { modelFile } = new RunFolder(runOrFile);
  if (isFile(modelFile)) return { path: modelFile, run: runOrFile, newest: false };
  throw dataError({
    where: runOrFile,
    expected: "a model file, or a run folder with a model.safetensors",
    got: isFolder(runOrFile) ? "a folder without one" : "no such file or folder",
    fix: knownRuns(runs),
  });
}

function refuseUnlessVacant(out: string): void {
  const refuse = (got: string) =>
    usageError({ where: `--out ${out}`, expected: "an absent or empty folder", got, fix: "Name another folder." });
  const kind = kindOf(out);
  if (kind === "nothing") return;
  if (kind !== "folder") throw refuse("a file");
  let names: string[];
  try {
    names = readdirSync(out);
  } catch (cause) {
    throw runError({ where: out, expected: "a folder to write into", got: reasonOf(cause), cause });
  }
  if (names.length > 0) throw refuse(`one with ${names.length} entries (${names.slice(0, 3).join(", ")})`);
}

function makeFolder(path: string): void {
  try {
    makeFolders(path);
  } catch (cause) {
    throw runError({
      where: path,
      expected: "to make this folder",
      got: reasonOf(cause),
      fix: "Choose another with --out.",
      cause,
    });
  }
}

/** The folder and those above it. (Node's own way never returns where /proc says ENOENT under a folder that exists.) */
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

/**
 * `runs/<n>-<name>` with the next free number, made so that runs that start at once get different numbers: making the
 * bare `runs/<n>` claims n, and while it is there nobody else can; it then takes its full name.
 */
function claimNumber(runs: string, name: string): string {
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
      throw runError({
        where: path,
        expected: "to make this folder",
        got: reasonOf(cause),
        fix: "Choose another with --out.",
        cause,
      });
    }
  }
}

const nextNumber = (runs: string): number => listRuns(runs).reduce((most, { number }) => Math.max(most, number), 0) + 1;

function listRuns(runs: string): { name: string; number: number }[] {
  if (!isFolder(runs)) return [];
  return readdirSync(runs).flatMap((name) => {
    const number = /^(\d{1,15})(-|$)/.exec(name)?.[1];
    return number === undefined ? [] : [{ name, number: Number(number) }];
  });
}

function knownRuns(runs: string): string {
  const newest = newestRun(runs);
  return newest === undefined ? "" : `The newest run is ${newest}.`;
}

const isFile = (path: string): boolean => kindOf(path) === "file";
const isFolder = (path: string): boolean => kindOf(path) === "folder";

/** What is at the path, as far as can be seen. */
function kindOf(path: string): "file" | "folder" | "other" | "nothing" {
  try {
    const found = statSync(path);
    return found.isFile() ? "file" : found.isDirectory() ? "folder" : "other";
  } catch {
    return "nothing";
  }
}
