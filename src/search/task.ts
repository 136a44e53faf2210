/** One run of many as data: any of several processes can make it. */
import { existsSync } from "node:fs";
import { findMetric, isBetter } from "../metrics/index.js";
import { entryOf } from "../metrics/score.js";
import { readMetrics } from "../run/metrics-file.js";
import { RunFolder } from "../run/run-folder.js";
import type { TrainEvent } from "../train/events.js";
import { type Came, type Resumable, runOrResume } from "./run-or-resume.js";

export interface Task extends Omit<Resumable, "asPublished" | "onEvent" | "signal"> {
  /** By which metric of validation it is measured up to which epoch; null: not at all. */
  readonly measure: { readonly metric: string; readonly until: number } | null;
  /** It is known to have begun before, by whichever process. */
  readonly begun: boolean;
}

/** The best value of the metric, and the epoch that had it, of so many epochs. */
export interface Measured {
  readonly epochs: number;
  readonly score: number | null;
  readonly bestEpoch: number | null;
}

export interface TaskEnd {
  readonly came: Came;
  readonly measured: Measured | null;
  readonly seconds: number;
}

/** Throws HeddleError where it cannot be made. */
export async function perform(
  { folder, config, machine, until, report, measure }: Task,
  onEvent: (event: TrainEvent) => void,
  signal: AbortSignal,
): Promise<TaskEnd> {
  const began = performance.now();
  const came = await runOrResume({ folder, config, machine, until, report, onEvent, signal });
  const measured = measure && came.status !== "stopped" ? measuredOf(folder, measure) : null;
  return { came, measured, seconds: (performance.now() - began) / 1000 };
}

function measuredOf(folder: string, { metric: name, until }: NonNullable<Task["measure"]>): Measured {
  const metric = findMetric(name);
  const path = new RunFolder(folder).metrics.path;
  const lines = existsSync(path) ? readMetrics(path).lines.filter(({ kind }) => kind === "epoch") : [];
  let [score, bestEpoch]: [number | null, number | null] = [null, null];
  for (const line of lines) {
    const epoch = Number(line["epoch"]);
    const value = line["validation"] ? entryOf(line["validation"] as Record<string, unknown>, metric.name) : null;
    if (epoch <= until && isBetter(metric, (value as number | null | undefined) ?? null, score)) {
      [score, bestEpoch] = [value as number, epoch];
    }
  }
  return { epochs: Math.min(until, lines.length), score, bestEpoch };
}
