/**
 * The folder of one run:
 *
 *   run.json            what was asked and what ran it; complete before step 1
 *   split.json          which samples train, and which are held back for validation
 *   metrics.jsonl       one line per step or epoch
 *   model.safetensors   the best model so far
 *   last.ckpt           what a resume needs; last-1.ckpt the one before, and so on
 *   result.json         how the run ended, and what came of it
 *   profile.json, trace.json   where the time went, with --profile
 *   report.html         what a person looks at
 *   answers.safetensors what the model answered on the samples that the report looks at
 *   replay.safetensors  the step at which a loss left the finite
 *
 * All but metrics and report carry a checksum. While a process writes here it holds the folder's lock; readers need none.
 */
import { join } from "node:path";
import { isTemporary, removeIfThere } from "../base/atomic-write.js";
import { dataError, usageError } from "../base/errors.js";
import { someOf } from "../base/finding.js";
import { type Lock, lockFolder, lockName } from "../base/lock.js";
import { isFile, kindOf } from "../base/path-kind.js";
import { readSealedJson } from "../base/sealed-json.js";
import { MetricsFile } from "./metrics-file.js";
import { claimNumber, makeFolder, namesIn, newestRun, runsFolder } from "./runs.js";

export class RunFolder {
  readonly path: string;
  readonly runFile: string;
  readonly splitFile: string;
  readonly modelFile: string;
  readonly checkpointFile: string;
  readonly resultFile: string;
  readonly reportFile: string;
  readonly answersFile: string;
  readonly replayFile: string;
  readonly profileFile: string;
  readonly traceFile: string;
  readonly metrics: MetricsFile;
  #lock: Lock | undefined;

  constructor(path: string) {
    this.path = path;
    this.runFile = join(path, "run.json");
    this.splitFile = join(path, "split.json");
    this.modelFile = join(path, "model.safetensors");
    this.checkpointFile = join(path, "last.ckpt");
    this.resultFile = join(path, "result.json");
    this.reportFile = join(path, "report.html");
    this.answersFile = join(path, "answers.safetensors");
    this.replayFile = join(path, "replay.safetensors");
    this.profileFile = join(path, "profile.json");
    this.traceFile = join(path, "trace.json");
    this.metrics = new MetricsFile(join(path, "metrics.jsonl"));
  }

  /** All that a run may write. */
  get files(): readonly string[] {
    const { runFile, splitFile, modelFile, checkpointFile, resultFile, reportFile, replayFile, metrics } = this;
    const watched = [this.answersFile, this.profileFile, this.traceFile];
    return [
      runFile,
      splitFile,
      modelFile,
      checkpointFile,
      resultFile,
      reportFile,
      replayFile,
      metrics.path,
      ...watched,
    ];
  }

  /** Throws `usageError` where another process writes here. */
  lock(): void {
    this.#lock ??= lockFolder(this.path, "a run");
  }

  /** Throws `runError` where somebody else has taken the folder over. */
  assertHeld(): void {
    this.#lock?.assertHeld();
  }

  close(): void {
    this.metrics.close();
    this.#lock?.release();
    this.#lock = undefined;
  }
}

export interface RunRequest {
  /** `--out`. */
  readonly out: string | undefined;
  /** `--overwrite`: a run that is there makes way. */
  readonly overwrite?: boolean;
  readonly dataset: string;
  readonly model: string;
}

/** A new, empty folder for a run, locked: the one asked for, or the next number under `runs`. */
export function createRunFolder({ out, overwrite = false, dataset, model }: RunRequest, runs = runsFolder): RunFolder {
  if (out === undefined) {
    // A set of a user's own is known by the last part of its path.
    const set = dataset.replace(/^(\w+):.*?([^/\\]+)[/\\]*$/, "$1-$2");
    const folder = new RunFolder(claimNumber(runs, `${set}-${model}`.replace(/[^A-Za-z0-9._-]+/g, "-")));
    folder.lock();
    return folder;
  }
  const refuse = overwrite ? refuseUnlessRunsOwn : refuseUnlessVacant;
  refuse(out);
  makeFolder(out);
  return lockedFolder(out, (folder) => {
    // Again, now that nobody else can be at it.
    refuse(out);
    sweep(folder, overwrite ? isRunsOwn : isLeftover);
  });
}

/** The folder of a run that was begun, for a resume, locked. */
export function openRunFolder(path: string, runs = runsFolder): RunFolder {
  refuseUnlessRun(path, runs);
  return lockedFolder(path, (folder) => sweep(folder, (_, name) => isTemporary(name)));
}

/** Throws `dataError` where the folder is not that of a run that can be resumed. */
export function refuseUnlessRun(path: string, runs = runsFolder): void {
  const folder = new RunFolder(path);
  if (isFile(folder.runFile)) return;
  const expected = "the folder of a run";
  const kind = kindOf(path);
  if (kind !== "folder") {
    const got = { nothing: "no such folder", file: "a file", other: "a pipe or a device" }[kind];
    throw dataError({ where: path, expected, got, fix: knownRuns(runs) });
  }
  const got = "a folder without run.json";
  const unborn = namesIn(path).every((name) => isLeftover(folder, name));
  const fix = unborn
    ? `A run that ended before it began can be started again: the same command with --out ${path}.`
    : knownRuns(runs);
  throw dataError({ where: path, expected, got, fix });
}

function lockedFolder(path: string, prepare: (folder: RunFolder) => void): RunFolder {
  const folder = new RunFolder(path);
  folder.lock();
  try {
    prepare(folder);
    return folder;
  } catch (error) {
    folder.close();
    throw error;
  }
}

/** What a process that was killed leaves behind. What cannot be removed harms nobody: names of these kinds are passed over. */
function sweep(folder: RunFolder, unwanted: (folder: RunFolder, name: string) => boolean): void {
  for (const name of namesIn(folder.path)) {
    if (name !== lockName && unwanted(folder, name)) removeIfThere(join(folder.path, name));
  }
}

/** Before `run.json` there is no run: what is there may go. */
function isLeftover(folder: RunFolder, name: string): boolean {
  if (isTemporary(name) || name.startsWith(lockName)) return true;
  if (join(folder.path, name) !== folder.splitFile) return false;
  try {
    readSealedJson(folder.splitFile, { what: "the split of a run" });
    return true;
  } catch {
    return false; // not ours
  }
}

/** False for `none`, and for a program's null: training without files. */
export const writesFiles = (out: string | null | undefined): out is string | undefined =>
  out !== null && out !== "none";

/** Checkpoints before the last, by their age. */
export const olderCheckpoint = /^last-([1-9]\d*)\.ckpt$/;

/** A file that a run writes. */
const isRunsOwn = (folder: RunFolder, name: string): boolean =>
  isLeftover(folder, name) ||
  ((folder.files.includes(join(folder.path, name)) || olderCheckpoint.test(name)) &&
    kindOf(join(folder.path, name)) !== "folder");

/** What `--overwrite` removes has to be a run, and nothing else may be there. */
function refuseUnlessRunsOwn(out: string): void {
  if (kindOf(out) !== "folder") return refuseUnlessVacant(out);
  const folder = new RunFolder(out);
  const names = namesIn(out);
  const others = names.filter((name) => !isRunsOwn(folder, name));
  if (others.length === 0 && (isFile(folder.runFile) || names.every((name) => isLeftover(folder, name)))) return;
  throw usageError({
    where: `--overwrite, --out ${out}`,
    expected: "the folder of a run, or an empty one",
    got: others.length > 0 ? `one with other things too (${someOf(others, 3)})` : "one without run.json",
    fix: "Nothing was removed. Name another folder.",
  });
}

function refuseUnlessVacant(out: string): void {
  const refuse = (got: string) =>
    usageError({
      where: `--out ${out}`,
      expected: "an absent or empty folder",
      got,
      fix: "Name another folder, or --overwrite a run.",
    });
  const kind = kindOf(out);
  if (kind === "nothing") return;
  if (kind !== "folder") throw refuse(kind === "file" ? "a file" : "something else");
  const folder = new RunFolder(out);
  const names = namesIn(out);
  if (names.every((name) => isLeftover(folder, name))) return;
  const shown = names.filter((name) => !name.startsWith("."));
  throw refuse(`one with ${names.length} entries (${(shown.length > 0 ? shown : names).slice(0, 3).join(", ")})`);
}

/** The end of a message about a run that is not there. */
export function knownRuns(runs: string): string {
  try {
    const newest = newestRun(runs, ["model.safetensors", "last.ckpt"]);
    return newest === undefined ? "" : `The newest run is ${newest}.`;
  } catch {
    return ""; // what is said before is what matters
  }
}
