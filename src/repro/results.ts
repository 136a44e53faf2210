/** What tables take from a run that is finished. */
import type { TrainDocument } from "../run/documents/train.js";
import { readMetrics } from "../run/metrics-file.js";
import { RunFolder } from "../run/run-folder.js";

/** NaN of a run without that split. */
export const accuracyOf = (score: TrainDocument["test"]): number =>
  ((score as Readonly<Record<string, unknown>> | null)?.["accuracy"] as number | undefined) ?? Number.NaN;

/** Seconds of its training steps, all its starts together. */
export function trainingSeconds(run: string): number {
  const { lines } = readMetrics(new RunFolder(run).metrics.path);
  // Of an epoch written twice, after a resume, the later.
  const epochs = new Map(lines.filter(({ kind }) => kind === "epoch").map((line) => [line["epoch"], line]));
  return [...epochs.values()].reduce((sum, line) => sum + Number(line["seconds"] ?? 0), 0);
}
