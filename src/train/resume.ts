/** What a resume takes from the folder of a run, and what it refuses. */

import { removeIfThere } from "../base/atomic-write.js";
import { dataError, usageError } from "../base/errors.js";
import { resumable } from "../config/resumable.js";
import { classWeightNames, classWeights } from "../data/class-weights.js";
import { fitPreprocessing } from "../data/standardize.js";
import { arithmeticOf } from "../kernels/index.js";
import { withTestUnits } from "../run/as-published.js";
import { metadataOf } from "../run/metadata.js";
import type { RunRecord } from "../run/run-file.js";
import type { RunFolder } from "../run/run-folder.js";
import type { Session } from "../run/session.js";
import { verifySplit } from "../run/split-file.js";
import { checkpointsOf } from "./checkpoints.js";
import type { Keeper } from "./keeper.js";
import type { GivenOptions } from "./options.js";
import type { Progress } from "./progress.js";

/** What may be another after a resume: it changes no byte of a run that goes on, or no longer counts. */
const alwaysPassing: readonly string[] = [...resumable, "out", "overwrite"];

/** A run that is gone on with. */
export interface Resumed {
  readonly folder: RunFolder;
  readonly run: RunRecord;
}

export interface ResumePoint {
  /** Null for a run killed before its first checkpoint. */
  readonly progress: Progress | null;
  /** What was put right. */
  readonly notes: readonly string[];
}

/**
 * Where to go on. A checkpoint is then in the engine, metrics and model are as it knows them. Throws `dataError` where the
 * run is of other data, or the checkpoint of another run; nothing is changed then.
 */
export async function resumePoint(
  { folder, run }: Resumed,
  session: Session,
  dataHash: string,
  keeper: Keeper,
  { resumeWith = {} }: Pick<GivenOptions, "resumeWith">,
): Promise<ResumePoint> {
  verifyRun({ folder, run }, session, dataHash, keeper.isa);
  // A checkpoint may be of before a change, now or at an earlier resume.
  const passing = new Set([
    ...alwaysPassing,
    ...Object.keys(resumeWith),
    ...run.changes.flatMap(({ to }) => Object.keys(to)),
  ]);
  const known = (config: unknown): object =>
    Object.fromEntries(Object.entries(config ?? {}).filter(([key]) => !passing.has(key)));
  if (checkpointsOf(folder.checkpointFile).length === 0) {
    folder.metrics.truncate(0);
    return { progress: null, notes: [] };
  }
  const { runFile, modelFile } = folder;
  const { header: state, path: checkpointFile, notes: damaged } = await keeper.restore();
  const metadata = metadataOf(session, dataHash);
  refuseOther(runFile, { config: known(session.config) }, { config: known(state.config) }, `as in ${checkpointFile}`);
  refuseOther(
    checkpointFile,
    { model: { ...state.metadata, provenance: known(state.metadata.provenance) } },
    { model: { ...metadata, provenance: known(metadata.provenance) } },
    `as ${runFile} gives`,
  );
  refuseFewerEpochs(session, state.progress);
  for (const newer of checkpointsOf(folder.checkpointFile)) {
    // Nothing can be gone on from them, and in their turn they would push out one that is whole.
    if (newer === checkpointFile) break;
    removeIfThere(newer);
  }
  folder.metrics.truncate(state.metricsLength);
  // Of a run that ended within its first epoch, and goes on: its weights are no epoch's.
  if (state.progress.best === null) removeIfThere(modelFile);
  const repaired = state.progress.best !== null && (await keeper.repairModel());
  // That of before a change says other settings.
  const isWrong = repaired && firstDifference(metadata, state.metadata) === null;
  const notes = isWrong ? [`${modelFile} did not hold the best weights of ${checkpointFile}: written anew.`] : [];
  return { progress: state.progress, notes: [...damaged, ...notes] };
}

/** The run is of these data, and what it took from them they give again. */
function verifyRun({ folder, run }: Resumed, session: Session, dataHash: string, isa: string): void {
  const { runFile } = folder;
  if (run.dataHash !== dataHash) {
    throw dataError({
      where: `${runFile}, data of ${session.dataset.name}`,
      expected: `the data it was trained on (${run.dataHash})`,
      got: dataHash,
      fix: "Put the same files back, or start a new run.",
    });
  }
  verifyArithmetic(runFile, run.isa, isa);
  verifySplit(folder, session, run.splitHash);
  const { preprocessing, classWeights } = run;
  refuseOther(runFile, { preprocessing, classWeights }, found(run, session), "as the data give");
}

function refuseFewerEpochs({ config: { epochs } }: Session, { epoch, step }: Progress): void {
  const begun = epoch + (step > 0 ? 1 : 0);
  if (epochs >= begun) return;
  throw usageError({
    where: "--resume-with, epochs",
    expected: `at least the ${begun} that are begun`,
    got: `${epochs}`,
  });
}

/** The kernels give the bits that the run was begun with. Throws `usageError` with the way to those. */
function verifyArithmetic(runFile: string, begun: string, now: string): void {
  if (arithmeticOf(begun) === arithmeticOf(now)) return;
  const ways: Readonly<Record<string, string>> = {
    typescript: "Resume it with --backend reference.",
    avx: "Resume it with --backend native; `npm run build:native` builds the addon where it is missing.",
  };
  throw usageError({
    where: `--resume, ${runFile}`,
    expected: `the kernels that the run was begun with (${begun})`,
    got: `${now}, which round otherwise: the weights would be others`,
    fix: ways[arithmeticOf(begun)] ?? `Set HEDDLE_ISA=${begun}, on a machine that has it.`,
  });
}

/** What follows from the data, as it does now; as the run has it where it came from a file that may be gone. */
function found(run: RunRecord, { config, dataset, taught, train }: Session): object {
  const { init, standardize, classWeights: choice } = config;
  const named = classWeightNames.some((name) => name === choice);
  return {
    preprocessing:
      init === undefined
        ? withTestUnits(fitPreprocessing(standardize, dataset, train), dataset, train, run.asPublished)
        : run.preprocessing,
    classWeights: named
      ? (classWeights(choice, dataset.classes, taught.train.labels, train) ?? undefined)
      : run.classWeights,
  };
}

function refuseOther(where: string, has: object, should: object, source: string): void {
  const difference = firstDifference(has, should);
  if (!difference) return;
  const { path, got, expected } = difference;
  throw dataError({
    where: `${where}, ${path.join(".")}`,
    expected: `${show(expected)}, ${source}`,
    got: show(got),
    fix: "Put the old value back, or start a new run.",
  });
}

interface Difference {
  readonly path: readonly string[];
  readonly got: unknown;
  readonly expected: unknown;
}

/** The first place where two pieces of JSON differ, whatever the order of their keys; a key without a value is none. */
function firstDifference(got: unknown, expected: unknown): Difference | null {
  if (!isObject(got) || !isObject(expected)) {
    return show(got) === show(expected) ? null : { path: [], got, expected };
  }
  for (const key of new Set([...Object.keys(got), ...Object.keys(expected)])) {
    const difference = firstDifference(got[key], expected[key]);
    if (difference) return { ...difference, path: [key, ...difference.path] };
  }
  return null;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === "object";

const show = (value: unknown): string => JSON.stringify(value) ?? "nothing";
