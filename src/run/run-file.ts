/** `run.json`: what a run is, complete before its first step. */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { z } from "zod";
import { writeAtomically } from "../base/atomic-write.js";
import { dataError } from "../base/errors.js";
import { cpuModel } from "../base/machine.js";
import { readEditedJson, readSealedJson, type SealedFile, sealJson } from "../base/sealed-json.js";
import { type ConfigSources, type TrainConfig, trainConfigSchema } from "../config/schema.js";
import type { Engine } from "../engine/engine.js";
import { fallbackReason } from "../kernels/index.js";
import { preprocessingSchema } from "../model/model-file.js";
import { mistakesSchema } from "./as-published.js";
import { datasetPath } from "./data-place.js";
import type { RunFolder } from "./run-folder.js";
import type { Session } from "./session.js";
import { splitHash, writeSplit } from "./split-file.js";

/** What a run is, for whoever watches it. */
export interface RunHeader {
  /** The folder; null for a run without files. */
  readonly run: string | null;
  readonly model: string;
  readonly parameters: number;
  readonly dataset: string;
  readonly backend: "native" | "reference";
  readonly isa: string;
  /** Why the plain back end computes though nobody asked for it. */
  readonly backendNote?: string;
  readonly threads: number;
  /** Why that many: "--threads", "2 cores in the affinity mask", … */
  readonly threadsReason: string;
  readonly dtype: "f32" | "f64";
  readonly batchSize: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly samples: { readonly train: number; readonly validation: number; readonly test: number };
  /** Bytes of shared memory that the run has laid out. */
  readonly arenaBytes: number;
}

export function headerOf(
  { config, net, dataset, minibatch, train, validation, test }: Session,
  { backend, threads, arenaBytes }: Engine,
  known: Pick<RunHeader, "run" | "threadsReason" | "stepsPerEpoch">,
): RunHeader {
  const note = fallbackReason(config.backend);
  return {
    run: known.run,
    model: config.model,
    parameters: net.parameterCount,
    dataset: dataset.name,
    backend: backend.name,
    isa: backend.isa,
    ...(note !== null && { backendNote: note }),
    threads,
    threadsReason: known.threadsReason,
    dtype: config.dtype,
    batchSize: minibatch,
    epochs: config.epochs,
    stepsPerEpoch: known.stepsPerEpoch,
    samples: { train: train.length, validation: validation.length, test: test.length },
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
  const run = {
    schema: 1,
    // A resume may change the rest of this file; by this, other files know whose they are.
    id: randomBytes(8).toString("hex"),
    config: session.config,
    // Absolute, beside what was typed.
    datasetPath: datasetPath(session.config.dataset),
    sources,
    dataHash,
    splitHash: splitHash(session),
    preprocessing: session.preprocessing,
    ...(session.mistakes && { asPublished: session.mistakes }),
    ...(session.loss.classWeights && { classWeights: session.loss.classWeights }),
    ...(session.config.targetNoise > 0 && { changedTargets: session.changedTargets }),
    ...(session.dataset.incomplete && { incomplete: session.dataset.incomplete }),
    findings: session.findings,
    ...header,
    started: new Date().toISOString(),
    machine: {
      host: hostname(),
      cpu: cpuModel(),
      platform: `${process.platform}-${process.arch}`,
      node: process.version,
    },
  };
  writeAtomically(folder.runFile, [sealJson(run, 2)]);
}

/** What a resume changed, after so many updates. */
const changesSchema = z.object({
  updates: z.number().int().min(0),
  from: z.record(z.string(), z.unknown()),
  to: z.record(z.string(), z.unknown()),
});
export type RunChanges = z.infer<typeof changesSchema>;

/** Writes the settings that a resume changed into `run.json`, and what they were. */
export function recordChanges(folder: RunFolder, changes: RunChanges, given: ConfigSources): void {
  const run = readSealedJson(folder.runFile, runFile);
  const before = (run["changes"] as RunChanges[] | undefined) ?? [];
  const { to } = changes;
  writeAtomically(folder.runFile, [
    sealJson(
      {
        ...run,
        config: { ...(run["config"] as TrainConfig), ...to },
        sources: { ...(run["sources"] as ConfigSources), ...sourcesOf(to, given) },
        ...("epochs" in to && { epochs: to["epochs"] }),
        changes: [...before, changes],
      },
      2,
    ),
  ]);
}

const sourcesOf = (settings: object, given: ConfigSources): ConfigSources =>
  Object.fromEntries(Object.keys(settings).map((key) => [key, given[key as keyof ConfigSources] ?? "program"]));

const runSchema = z.object({
  id: z.string(),
  config: trainConfigSchema,
  datasetPath: z.string().optional(),
  preprocessing: preprocessingSchema,
  asPublished: mistakesSchema.optional(),
  classWeights: z.array(z.number()).optional(),
  dataHash: z.string(),
  splitHash: z.string(),
  isa: z.string(),
  stepsPerEpoch: z.number(),
  changes: z.array(changesSchema).default([]),
});

/** What a resume takes from the run: how it was configured, how its images become numbers, its split. */
export type RunRecord = z.infer<typeof runSchema>;

const runFile: SealedFile = {
  what: "the description of a run",
  fix: "A run keeps what it was started with: put the old file back, or start a new run.",
};

export const readRun = ({ runFile }: RunFolder): RunRecord => readRunFile(runFile);

/**
 * Throws `dataError` where the file is not as this version wrote it. `checked: false` takes one that somebody edited, whose
 * checksum no longer fits: what is in it still has to be a run's description.
 */
export function readRunFile(path: string, { checked = true } = {}): RunRecord {
  const parsed = runSchema.safeParse((checked ? readSealedJson : readEditedJson)(path, runFile));
  if (parsed.success) return parsed.data;
  const [{ path: place, message }] = parsed.error.issues;
  throw dataError({ where: `${path}, ${place.join(".")}`, expected: "a run's configuration", got: message });
}
