/** What a run folder says of its run by itself: without its model, without its data. */
import { z } from "zod";
import { dataError } from "../base/errors.js";
import { isFile } from "../base/path-kind.js";
import { readSealedJson } from "../base/sealed-json.js";
import { trainConfigSchema } from "../config/schema.js";
import type { TrainDocument } from "../run/documents/train.js";
import { type MetricsLine, readMetrics } from "../run/metrics-file.js";
import { RunFolder, refuseUnlessRun } from "../run/run-folder.js";
import { readResult } from "../train/result-file.js";

const counts = z.object({ train: z.number(), validation: z.number(), test: z.number() });
const finding = z.object({
  id: z.string(),
  severity: z.enum(["note", "warning", "error"]),
  evidence: z.string(),
  fix: z.string(),
});

/** Of `run.json`, what a report tells. */
const recordSchema = z.object({
  config: trainConfigSchema,
  sources: z.record(z.string(), z.string()),
  dataHash: z.string(),
  splitHash: z.string(),
  findings: z.array(finding).default([]),
  model: z.string(),
  parameters: z.number(),
  dataset: z.string(),
  backend: z.string(),
  isa: z.string(),
  threads: z.number(),
  threadsReason: z.string(),
  dtype: z.enum(["f32", "f64"]),
  batchSize: z.number(),
  epochs: z.number(),
  stepsPerEpoch: z.number(),
  samples: counts,
  started: z.string(),
  machine: z.record(z.string(), z.string()),
});

export type RunRecord = z.infer<typeof recordSchema>;

export interface RunFacts {
  /** The folder, as it was named. */
  readonly run: string;
  readonly record: RunRecord;
  readonly lines: readonly MetricsLine[];
  /** How it ended; null while it goes on, and after it was killed. */
  readonly result: TrainDocument | null;
  /** What could not be read, and why: a sentence each. */
  readonly notes: readonly string[];
}

/** Throws `dataError` where the folder is no run's, or a file in it is damaged. */
export function readFacts(run: string): RunFacts {
  refuseUnlessRun(run);
  const folder = new RunFolder(run);
  const notes: string[] = [];
  const record = readRecord(folder);
  let lines: readonly MetricsLine[] = [];
  if (isFile(folder.metrics.path)) {
    const metrics = readMetrics(folder.metrics.path);
    lines = metrics.lines;
    if (metrics.torn !== null) notes.push(`Line ${metrics.torn} of metrics.jsonl was written by half and is left out.`);
  } else notes.push("metrics.jsonl is not there: no curves.");
  const result = isFile(folder.resultFile) ? readResult(folder) : null;
  return { run, record, lines, result, notes };
}

function readRecord({ runFile }: RunFolder): RunRecord {
  const fix = "A run keeps what it was started with: put the old file back.";
  const parsed = recordSchema.safeParse(readSealedJson(runFile, { what: "the description of a run", fix }));
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw dataError({ where: `${runFile}, ${path.join(".")}`, expected: "the description of a run", got: message, fix });
}
