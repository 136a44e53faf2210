/** Trains a run again by what its folder says, and compares: the same data and configuration must give the same bytes. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataError, runError, usageError } from "../base/errors.js";
import { aFunction, aSignal, aText, checkOptions } from "../base/given.js";
import { shellPath } from "../base/shell-word.js";
import { settings } from "../config/given.js";
import type { TrainConfig, TrainConfigInput } from "../config/schema.js";
import { arithmeticOf } from "../kernels/index.js";
import { entryOf } from "../metrics/score.js";
import { AsPublished } from "../run/as-published.js";
import { endings } from "../run/endings/index.js";
import { type MetricsLine, readMetrics } from "../run/metrics-file.js";
import { readRun } from "../run/run-file.js";
import { RunFolder, refuseUnlessRun } from "../run/run-folder.js";
import { changesNothing } from "./changes.js";
import type { TrainEvent } from "./events.js";
import { resultDocument } from "./result.js";
import { readResult } from "./result-file.js";
import { train } from "./trainer.js";

export interface VerifyOptions extends Partial<Pick<TrainConfig, "threads" | "backend" | "dataDir">> {
  readonly onEvent?: (event: TrainEvent) => void;
  readonly signal?: AbortSignal;
}

/** A thing compared: as the run has it, and as it came out now. */
export interface Compared {
  readonly name: string;
  readonly was: string | number | null;
  readonly is: string | number | null;
}

export interface RunVerification {
  readonly run: string;
  readonly same: boolean;
  readonly compared: readonly Compared[];
  /** The first epoch whose line in `metrics.jsonl` has other losses; null where none has. */
  readonly firstDifference: number | null;
  /** What explains a difference, a sentence each. */
  readonly notes: readonly string[];
}

const checks = { ...settings("threads", "backend", "dataDir"), onEvent: aFunction, signal: aSignal };

/** Throws HeddleError: where the run is not finished, or its data are not there. The run's folder is only read. */
export async function verifyRun(run: string, options: VerifyOptions = {}): Promise<RunVerification> {
  aText(run, "verifyRun, run");
  checkOptions("verifyRun", options, checks);
  refuseUnlessRun(run);
  const folder = new RunFolder(run);
  const record = readRun(folder);
  const result = readResult(folder);
  if (!endings.some(({ name }) => name === result.ended)) {
    const fix = `heddle train --resume ${shellPath(run)} takes it to its end.`;
    throw dataError({ where: folder.resultFile, expected: "a finished run", got: `one that ${result.ended}`, fix });
  }
  if (!changesNothing(record)) {
    const got = "one that --resume-with changed on its way";
    throw usageError({
      where: folder.runFile,
      expected: "a run of one configuration",
      got,
      fix: "Nothing was trained.",
    });
  }
  const parent = mkdtempSync(join(tmpdir(), "heddle-verify-"));
  try {
    const { threads = "auto", backend = "auto", dataDir = record.config.dataDir, onEvent, signal } = options;
    const out = join(parent, "run");
    const outcome = await train({
      config: {
        ...withoutExtras(record.config),
        maxSteps: result.steps,
        threads,
        backend,
        out,
        logSteps: false,
        ...(dataDir !== undefined && { dataDir }),
      },
      ...(record.asPublished && { asPublished: new AsPublished(record.asPublished) }),
      ...(onEvent && { onEvent }),
      ...(signal && { signal }),
    });
    if (outcome.status !== "done") throw runError({ where: run, expected: "to train to the end", got: "a stop" });
    const again = new RunFolder(out);
    const now = resultDocument(outcome.result);
    const { dataHash, splitHash, isa } = readRun(again);
    const compared: Compared[] = [
      { name: "data", was: record.dataHash, is: dataHash },
      { name: "split", was: record.splitHash, is: splitHash },
      ...(["weightsHash", "modelHash", "bestEpoch"] as const).map((name) => ({
        name,
        was: result[name],
        is: now[name],
      })),
      ...(["train", "validation", "test"] as const).map((name) => ({
        name: `${name}.loss`,
        was: lossOf(result[name]),
        is: lossOf(now[name]),
      })),
    ];
    const other = arithmeticOf(record.isa) !== arithmeticOf(isa);
    return {
      run,
      same: compared.every(({ was, is }) => was === is),
      compared,
      firstDifference: firstDifference(linesOf(folder), linesOf(again)),
      notes: other ? [`The run computed with ${record.isa}, this one with ${isa}: they round differently.`] : [],
    };
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

const lossOf = (score: object | null): number | null =>
  (score && (entryOf(score as Record<string, unknown>, "loss") as number | undefined)) ?? null;

/** The lines of epochs; of an epoch written twice, after a resume, the later. */
function linesOf({ metrics }: RunFolder): ReadonlyMap<number, MetricsLine> {
  const lines = readMetrics(metrics.path).lines.filter(({ kind }) => kind === "epoch");
  return new Map(lines.map((line) => [line["epoch"] as number, line]));
}

function firstDifference(was: ReadonlyMap<number, MetricsLine>, is: ReadonlyMap<number, MetricsLine>): number | null {
  const losses = (line: MetricsLine | undefined): string =>
    JSON.stringify(["train", "validation"].map((name) => lossOf((line?.[name] as object | null | undefined) ?? null)));
  const differing = [...is].filter(([epoch, line]) => losses(line) !== losses(was.get(epoch)));
  return differing.length > 0 ? Math.min(...differing.map(([epoch]) => epoch)) : null;
}

/**
 * What a run asked for beside its weights: a threshold, logs of its own. And what ended it, which a resume may have given
 * anew, and a clock never repeats: it is trained to the same update.
 */
const extras: ReadonlySet<string> = new Set([
  "requireAccuracy",
  "tensorboard",
  "csv",
  "maxSteps",
  "maxTime",
  "patience",
  "minDelta",
  "stopAt",
] satisfies (keyof TrainConfig)[]);
const withoutExtras = (config: TrainConfig): TrainConfigInput =>
  Object.fromEntries(Object.entries(config).filter(([key]) => !extras.has(key)));
