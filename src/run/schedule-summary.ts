/** How the learning rate of a run will go, before there is one. */
import { type Setting } from "../base/setting.js";
import { completeConfig } from "../config/fields.js";
import type { LoadOptions } from "../data/dataset.js";
import { findDataset } from "../data/index.js";
import { splitSamples } from "../data/split-samples.js";
import { courseOf } from "../optim/schedules/index.js";

export interface ScheduleSummary {
  readonly updates: number;
  readonly updatesPerEpoch: number;
  /** What the lengths are of. */
  readonly dataset: string;
  /** The rate of each update, from the first. */
  readonly rates: readonly number[];
  /** Its momentum, where the schedule moves that too. */
  readonly momenta: readonly number[] | null;
}

export interface ScheduledRun extends LoadOptions {
  readonly dataset?: string | undefined;
  readonly batchSize?: number | undefined;
  readonly accumulate?: number | undefined;
  readonly epochs?: number | undefined;
  readonly lr?: number | undefined;
}

/** Throws `usageError` for a schedule that does not fit into the run. */
export async function scheduleSummary(schedule: string | Setting, run: ScheduledRun): Promise<ScheduleSummary> {
  const { dataset: name, batchSize = 64, accumulate = 1 } = run;
  const config = completeConfig({ ...(name !== undefined && { dataset: name }), schedule });
  const source = findDataset(config.dataset);
  const data = await source.load(name === undefined ? {} : run);
  const { train } = splitSamples(data, config);
  const epochs = run.epochs ?? source.defaults.epochs;
  const updatesPerEpoch = Math.ceil(train.length / Math.min(batchSize * accumulate, train.length));
  const length = { updates: epochs * updatesPerEpoch, updatesPerEpoch };
  const { rate, momentum } = courseOf(config.schedule, run.lr ?? config.lr, length);
  const all = Array.from({ length: length.updates }, (_, t) => t);
  const momenta = all.map(momentum);
  return {
    ...length,
    dataset: data.name,
    rates: all.map(rate),
    momenta: momenta.every((value) => value !== undefined) ? momenta : null,
  };
}
