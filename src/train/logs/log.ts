/**
 * The log contract: a log is written beside a run for another program to read. One file each; `index.ts` lists them. The
 * run's own record is `metrics.jsonl`: what a log holds follows from it and from the weights.
 */
import type { Engine } from "../../engine/engine.js";
import type { Metrics } from "../../run/metrics-file.js";
import type { Session } from "../../run/session.js";
import type { EpochLine, StepLine } from "../events.js";

/** A run that begins or goes on. */
export interface LoggedRun {
  readonly session: Session;
  /** Holds the weights; to be read while no job runs. */
  readonly engine: Pick<Engine, "parameters">;
  /** Tells this run from every other one. */
  readonly id: string;
  /** Where it goes on: the epoch it is in, from 1, and the steps of it already done; absent where it begins. */
  readonly resumedFrom?: { readonly epoch: number; readonly step: number } | undefined;
  /** Its lines so far. */
  readonly metrics: Metrics;
}

export interface RunLog {
  /** Before the checkpoint that ends the epoch: what a log has too much after a kill, a resume takes back. */
  epoch(line: EpochLine): void;
  step?(line: StepLine): void;
  close?(): void;
}

export interface LogKind {
  /** The setting that asks for it, and says where it goes. */
  readonly key: "tensorboard" | "csv";
  /** Throws HeddleError where it cannot be written. */
  readonly open: (path: string, run: LoggedRun) => RunLog;
}
