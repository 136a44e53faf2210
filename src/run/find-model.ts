/** Where a model lies that was named by its run, by its file, or not at all. */
import { dataError, usageError } from "../base/errors.js";
import { isFile, isFolder, kindOf } from "../base/path-kind.js";
import { knownRuns, RunFolder } from "./run-folder.js";
import { newestRun, runsFolder } from "./runs.js";

/** Of a run: those of its best epoch, or those after its last step. */
export const weightsNames = ["best", "last"] as const;
export type WeightsName = (typeof weightsNames)[number];

export interface FoundModel {
  /** A model file, or a checkpoint where `weights` are the last. */
  readonly path: string;
  readonly weights: WeightsName;
  /** The run folder it lies in; null for a file that was named itself. */
  readonly run: string | null;
  /** What was taken though nobody named it: to be said. */
  readonly notes: readonly string[];
}

/**
 * A run folder's model, a file itself, or, with nothing given, the newest run's model. Without `weights` a run's best, or
 * its last where no epoch has ended.
 */
export function findModel(runOrFile: string | undefined, weights?: WeightsName, runs = runsFolder): FoundModel {
  if (runOrFile === undefined) {
    const run = newestRun(runs, filesOf(weights));
    if (run === undefined) throw noRun(runs, weights);
    const found = inRun(run, weights);
    return { ...found!, notes: [`Taking the newest run, ${run}.`, ...found!.notes] };
  }
  if (isFile(runOrFile)) {
    if (weights !== "last") return { path: runOrFile, weights: "best", run: null, notes: [] };
    const fix = "Name the folder: its last.ckpt holds the last weights.";
    throw usageError({ where: "--weights last", expected: "a run folder", got: `a file, ${runOrFile}`, fix });
  }
  const found = inRun(runOrFile, weights);
  if (found) return found;
  throw dataError({
    where: runOrFile,
    expected: `a model file, or a run folder with ${named(filesOf(weights))}`,
    got: { folder: "a folder without one", other: "a pipe or a device", nothing: "no such file or folder", file: "" }[
      kindOf(runOrFile)
    ],
    fix: knownRuns(runs),
  });
}

function inRun(run: string, weights: WeightsName | undefined): FoundModel | null {
  const { modelFile, checkpointFile } = new RunFolder(run);
  if (weights !== "last" && isFile(modelFile)) return { path: modelFile, weights: "best", run, notes: [] };
  if (weights === "best" || !isFile(checkpointFile)) return null;
  const notes = weights === "last" ? [] : [`No epoch of ${run} has ended: these are its last weights.`];
  return { path: checkpointFile, weights: "last", run, notes };
}

const filesOf = (weights: WeightsName | undefined): string[] => [
  ...(weights === "last" ? [] : ["model.safetensors"]),
  ...(weights === "best" ? [] : ["last.ckpt"]),
];

const named = (files: readonly string[]): string => `a ${files.join(" or a ")}`;

function noRun(runs: string, weights: WeightsName | undefined): Error {
  return dataError({
    where: runs,
    expected: `a run with ${named(filesOf(weights))}`,
    got: isFolder(runs) ? "none" : "no such folder",
    fix: "Train one first (heddle train), or name a run folder or a model file.",
  });
}
