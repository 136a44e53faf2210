/** One row of a table: a training for each seed, and what they come to beside the published number. */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { examineRun } from "../doctor/index.js";
import { packModel } from "../export/pack/pack.js";
import { predict } from "../inference/predict.js";
import { meanOf } from "../metrics/student.js";
import { wilson } from "../metrics/wilson.js";
import { AsPublished } from "../run/as-published.js";
import type { ReproRow } from "../run/documents/repro.js";
import type { TrainDocument } from "../run/documents/train.js";
import { runOrResume } from "../search/run-or-resume.js";
import type { Mode, Row, Settings, TableExperiment } from "./experiment.js";
import { quickEpochs } from "./experiment.js";
import { type Extent, slug } from "./folder.js";
import type { Machine, ReproOptions } from "./options.js";
import { accuracyOf, trainingSeconds } from "./results.js";

export interface RowOf {
  readonly experiment: TableExperiment;
  readonly row: Row;
  readonly mode: Mode | null;
  readonly extent: Extent;
  readonly folder: string;
  readonly machine: Machine;
  readonly options: ReproOptions;
}

export const rowTitle = ({ row, mode }: Pick<RowOf, "row" | "mode">): string =>
  mode === null ? row.name : `${row.name}, ${mode === "fixed" ? "fixed" : "as published"}`;

export function epochsOf({ epochs, cut }: Row, extent: Extent): number {
  if (extent.quick) return Math.min(quickEpochs, epochs);
  if (extent.epochs === "full") return epochs;
  return extent.epochs === "cut" ? (cut ?? epochs) : extent.epochs;
}

/** All that a row trains with but its seed. */
export function settingsOf({ experiment, row, extent }: Pick<RowOf, "experiment" | "row" | "extent">): Settings & {
  readonly epochs: number;
} {
  const epochs = epochsOf(row, extent);
  return { ...experiment.common, ...row.settings(epochs), ...(extent.quick && experiment.quick), epochs };
}

const rowFolder = (folder: string, name: string, mode: Mode | null): string =>
  join(folder, mode === null ? slug(name) : `${slug(name)}-${mode}`);

interface Run {
  readonly folder: string;
  readonly result: TrainDocument;
  /** In training steps, all starts of the run together. */
  readonly seconds: number;
}

/** Null where a stop came first. Throws HeddleError but for numbers that left the finite: those are a result. */
export async function runRow(of: RowOf): Promise<ReproRow | null> {
  const { row, mode, folder, options } = of;
  const settings = settingsOf(of);
  const first = settings.seed ?? 0;
  const runs: Run[] = [];
  for (let i = 0; i < (options.seeds ?? 1); i++) {
    const seed = first + i;
    const run = join(rowFolder(folder, row.name, mode), `seed-${seed}`);
    options.onEvent?.({ kind: "note", text: `${rowTitle(of)}, seed ${seed}: ${run}` });
    const from = row.from && join(rowFolder(folder, row.from, mode), `seed-${seed}`, "model.safetensors");
    const came = await runOrResume({
      folder: run,
      config: { ...settings, seed, ...(from !== undefined && { init: from }) },
      machine: of.machine,
      until: null,
      ...(mode === "as-published" && { asPublished: new AsPublished(of.experiment.asPublished!) }),
      report: options.report ?? true,
      onEvent: (event) => options.onEvent?.(event),
      signal: options.signal,
    });
    if (came.status === "failed") return { ...frame(of), seeds: i + 1, reason: came.reason, runs: [run] };
    if (came.status !== "done") return null;
    runs.push({ folder: run, result: came.result, seconds: trainingSeconds(run) });
  }
  return measured(of, runs);
}

/** A row without numbers of ours. */
function frame({ row, mode, extent }: RowOf): ReproRow {
  return {
    name: row.name,
    mode,
    published: row.published,
    ours: null,
    interval: null,
    difference: null,
    differenceInterval: null,
    deviation: null,
    train: null,
    epochs: epochsOf(row, extent),
    publishedEpochs: row.epochs,
    seeds: 0,
    seconds: null,
    epochSeconds: null,
    publishedEpochSeconds: row.publishedEpochSeconds ?? null,
    prediction: null,
    findings: [],
    reason: null,
    note: row.note,
    runs: [],
  };
}

async function measured(of: RowOf, runs: readonly Run[]): Promise<ReproRow> {
  const { row, machine } = of;
  const [{ folder, result }] = runs;
  const { mean, deviation, interval: several } = meanOf(runs.map((run) => accuracyOf(run.result.test)));
  const one = wilson(mean, Number(result.test?.samples ?? 0));
  const interval = several ?? (one && ([one.low, one.high] as const));
  const { published } = row;
  const less = (value: number): number => value - published!;
  const seconds = meanOf(runs.map((run) => run.seconds)).mean;
  return {
    ...frame(of),
    ours: mean,
    interval: interval && [interval[0], interval[1]],
    deviation,
    ...(published !== null && {
      difference: less(mean),
      differenceInterval: interval && [less(interval[0]), less(interval[1])],
    }),
    train: meanOf(runs.map((run) => accuracyOf(run.result.train))).mean,
    seeds: runs.length,
    seconds,
    epochSeconds: seconds / Math.max(1, result.epoch),
    prediction: row.handedIn ? await handedIn(folder, machine) : null,
    findings: await findingsOf(folder, of),
    runs: runs.map((run) => run.folder),
  };
}

/** From bytes to probabilities of all test images in one call, as the course's judge times it; and what is handed in to it. */
async function handedIn(run: string, machine: Machine): Promise<ReproRow["prediction"]> {
  const { predictions, seconds } = await predict({ path: run, split: "test", ...machine });
  const pack = join(dirname(run), `${basename(run)}-pack`);
  // Written whole or not at all: one that is there is of this run.
  if (!existsSync(pack)) await packModel({ path: run, out: pack });
  return { images: predictions.length, seconds, pack };
}

/** What the doctor says of the first run, where the source's mistakes are of training. */
async function findingsOf(run: string, { mode, machine }: RowOf): Promise<string[]> {
  if (mode === null) return [];
  const findings = await examineRun(run, machine);
  return findings.filter(({ severity }) => severity !== "note").map(({ id }) => id);
}
