/** `run.json`: what a run is, complete before its first step; and how a resume reads it back. */
import { hostname } from "node:os";
import { existsSync } from "node:fs";
import { z } from "zod";
import { type ConfigSources, type TrainConfig, trainConfigSchema } from "../config/schema.js";
import { dataError } from "../errors.js";
import { cpuModel } from "../system.js";
import { type CheckpointState, readCheckpoint } from "./checkpoint.js";
import type { RunHeader } from "./events.js";
import type { RunFolder } from "./run-folder.js";
import type { Session } from "./session.js";

export function describeRun(session: Session, header: RunHeader, dataHash: string, sources: ConfigSources): unknown {
  return {
    schema: 1,
    config: session.config,
    sources,
    dataHash,
    ...header,
    started: new Date().toISOString(),
    machine: {
      host: hostname(),
      cpu: cpuModel(),
      platform: `${process.platform}-${process.arch}`,
      node: process.version,
    },
  };
}

const runSchema = z.object({ config: trainConfigSchema });

/** The configuration a run was started with; threads, back end and data folder may be given anew. */
export function readRunConfig(folder: RunFolder, given: TrainConfig): TrainConfig {
  const parsed = runSchema.safeParse(folder.readRun());
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw dataError({ where: `${folder.runFile}, ${path.join(".")}`, expected: "a run's configuration", got: message });
  }
  const { threads, backend, dataDir } = given;
  return { ...parsed.data.config, threads, backend, ...(dataDir !== undefined && { dataDir }) };
}

/** Where to go on: the checkpoint, or null for a run killed before its first. Throws `dataError` where data differ. */
export function resumePoint(folder: RunFolder, session: Session, dataHash: string): CheckpointState | null {
  if (!existsSync(folder.checkpointFile)) return null;
  const state = readCheckpoint(folder.checkpointFile);
  if (state.dataHash !== dataHash) {
    throw dataError({
      where: `${folder.checkpointFile}, data of ${session.dataset.name}`,
      expected: `the data it was trained on (${state.dataHash})`,
      got: dataHash,
      fix: "Put the same files back, or start a new run.",
    });
  }
  return state;
}
