/** `run.json`: what a run is, complete before its first step; and how a resume reads it back. */
import { hostname } from "node:os";
import { existsSync } from "node:fs";
import { z } from "zod";
import { type ConfigSources, type TrainConfig, trainConfigSchema } from "../config/schema.js";
import type { Engine } from "../engine/engine.js";
import { dataError } from "../errors.js";
import { preprocessingSchema } from "../model/model-file.js";
import { elementCount } from "../nn/net.js";
import { cpuModel } from "../system.js";
import { type CheckpointState, readCheckpoint } from "./checkpoint.js";
import type { RunHeader } from "./events.js";
import type { RunFolder } from "./run-folder.js";
import type { Session } from "./session.js";
import { splitHash, verifySplit, writeSplit } from "./split-file.js";

/** What a run is, for whoever watches it. */
export function headerOf(
  { config, net, dataset, batchSize, train, validation }: Session,
  { backend, threads, arenaBytes }: Engine,
  known: Pick<RunHeader, "run" | "threadsReason" | "stepsPerEpoch">,
): RunHeader {
  return {
    run: known.run,
    model: config.model,
    parameters: net.parameterCount,
    dataset: dataset.name,
    backend: backend.name,
    isa: backend.isa,
    threads,
    threadsReason: known.threadsReason,
    dtype: config.dtype,
    batchSize,
    epochs: config.epochs,
    stepsPerEpoch: known.stepsPerEpoch,
    samples: { train: train.length, validation: validation.length, test: dataset.test?.count ?? 0 },
    arenaBytes,
  };
}

/** Writes `split.json`, then `run.json`: a folder with the second is a run that can be resumed. */
export function recordRun(
  folder: RunFolder,
  session: Session,
  header: RunHeader,
  dataHash: string,
  sources: ConfigSources,
): void {
  writeSplit(folder, session);
  folder.writeRun({
    schema: 1,
    config: session.config,
    sources,
    dataHash,
    splitHash: splitHash(session),
    preprocessing: session.preprocessing,
    ...(session.loss.classWeights && { classWeights: session.loss.classWeights }),
    ...(session.config.targetNoise > 0 && { changedTargets: session.changedTargets }),
    ...(session.dataset.incomplete && { incomplete: session.dataset.incomplete }),
    ...header,
    started: new Date().toISOString(),
    machine: {
      host: hostname(),
      cpu: cpuModel(),
      platform: `${process.platform}-${process.arch}`,
      node: process.version,
    },
  });
}

const runSchema = z.object({
  config: trainConfigSchema,
  preprocessing: preprocessingSchema,
  classWeights: z.array(z.number()).optional(),
  dataHash: z.string(),
  splitHash: z.string(),
});

/** What a resume takes from the run: how it was configured, how its images become numbers, its split. */
export type RunRecord = z.infer<typeof runSchema>;

/** Throws `dataError` where `run.json` is none of this version. */
export function readRun(folder: RunFolder): RunRecord {
  const parsed = runSchema.safeParse(folder.readRun());
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw dataError({ where: `${folder.runFile}, ${path.join(".")}`, expected: "a run's configuration", got: message });
  }
  return parsed.data;
}

/** The configuration a run was started with; threads, back end and data folder may be given anew. */
export function resumedConfig({ config }: RunRecord, { threads, backend, dataDir }: TrainConfig): TrainConfig {
  return { ...config, threads, backend, ...(dataDir !== undefined && { dataDir }) };
}

/** Where to go on: the checkpoint, or null for a run killed before its first. Throws `dataError` where it is of another run. */
export function resumePoint(folder: RunFolder, session: Session, dataHash: string): CheckpointState | null {
  const run = readRun(folder);
  if (run.dataHash !== dataHash) {
    throw dataError({
      where: `${folder.runFile}, data of ${session.dataset.name}`,
      expected: `the data it was trained on (${run.dataHash})`,
      got: dataHash,
      fix: "Put the same files back, or start a new run.",
    });
  }
  verifySplit(folder, session, run.splitHash);
  if (!existsSync(folder.checkpointFile)) return null;
  const state = readCheckpoint(folder.checkpointFile);
  if (state.dataHash !== dataHash) {
    throw dataError({
      where: folder.checkpointFile,
      expected: `a checkpoint of this run, trained on ${dataHash}`,
      got: `one trained on ${state.dataHash}`,
      fix: "Put the run's own checkpoint back, or start a new run.",
    });
  }
  refuseOtherConfig(folder, state, session);
  return state;
}

/** What may be another after a resume: where and on what a run computes changes none of its bytes. */
const ofTheMachine: readonly string[] = ["threads", "backend", "dataDir", "out", "requireAccuracy"];

function refuseOtherConfig(
  folder: RunFolder,
  { config, weights }: CheckpointState,
  { net, config: own }: Session,
): void {
  const then = (config ?? {}) as Readonly<Record<string, unknown>>;
  const now: Readonly<Record<string, unknown>> = own;
  const show = (value: unknown): string => JSON.stringify(value) ?? "nothing";
  const changed = [...new Set([...Object.keys(then), ...Object.keys(now)])].find(
    (key) => !ofTheMachine.includes(key) && show(then[key]) !== show(now[key]),
  );
  if (changed !== undefined) {
    throw dataError({
      where: `${folder.runFile}, config.${changed}`,
      expected: `${show(then[changed])}, as in ${folder.checkpointFile}`,
      got: show(now[changed]),
      fix: "Put the old value back, or start a new run.",
    });
  }
  const sizes = net.parameters.map(({ shape }) => elementCount(shape)).join(", ");
  const found = weights.map(({ length }) => length).join(", ");
  if (sizes !== found) {
    throw dataError({
      where: folder.checkpointFile,
      expected: `tensors of ${sizes} numbers, as this version of Heddle makes ${own.model}`,
      got: found,
    });
  }
}
