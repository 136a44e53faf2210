/** A run in a folder of its own that may have begun before: finished, it is read; begun, it goes on; else it starts. */
import { rmSync } from "node:fs";
import { HeddleError } from "../base/errors.js";
import { isFile, kindOf } from "../base/path-kind.js";
import type { TrainConfigInput } from "../config/schema.js";
import { train } from "../report/after-training.js";
import type { AsPublished } from "../run/as-published.js";
import type { TrainDocument } from "../run/documents/train.js";
import { RunFolder } from "../run/run-folder.js";
import type { TrainEvent } from "../train/events.js";
import { isNonFinite } from "../train/non-finite.js";
import { resultDocument } from "../train/result.js";
import { readResult } from "../train/result-file.js";

export interface Resumable {
  readonly folder: string;
  readonly config: TrainConfigInput;
  /** Of the machine: counts for a run that goes on, too. */
  readonly machine: Pick<TrainConfigInput, "threads" | "backend" | "dataDir">;
  /** Pause after this epoch, with a checkpoint; null: to the end. */
  readonly until: number | null;
  readonly report: boolean;
  /** Mistakes of a source document; of a run that goes on its own hold. */
  readonly asPublished?: AsPublished | undefined;
  readonly onEvent?: ((event: TrainEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type Came =
  | { readonly status: "done"; readonly result: TrainDocument }
  /** After `until`. */
  | { readonly status: "paused" }
  /** By the signal. */
  | { readonly status: "stopped" }
  /** Its numbers left the finite. */
  | { readonly status: "failed"; readonly reason: string };

/** Throws HeddleError for every other failure. */
export async function runOrResume(of: Resumable): Promise<Came> {
  const { folder, config, machine, until, report, onEvent, signal } = of;
  const known = new RunFolder(folder);
  if (isFile(known.resultFile)) {
    const result = readResult(known);
    if (!["interrupted", "failed"].includes(result.ended)) return { status: "done", result };
  }
  const begun = isFile(known.runFile);
  // Before run.json there is no run: whatever a killed process left there.
  if (!begun && kindOf(folder) === "folder") rmSync(folder, { recursive: true });
  const pause = new AbortController();
  const both = signal ? AbortSignal.any([signal, pause.signal]) : pause.signal;
  const listen = (event: TrainEvent): void => {
    onEvent?.(event);
    const at = event.kind === "start" ? (event.resumedFrom?.epoch ?? 1) - 1 : event.kind === "epoch" ? event.epoch : 0;
    if (until !== null && at >= until) pause.abort();
  };
  try {
    const settings = begun ? machine : { ...config, ...machine, out: folder };
    const outcome = await train({
      config: settings,
      ...(begun && { resume: folder }),
      ...(of.asPublished && { asPublished: of.asPublished }),
      report,
      onEvent: listen,
      signal: both,
    });
    if (outcome.status === "done") return { status: "done", result: resultDocument(outcome.result) };
    return { status: signal?.aborted ? "stopped" : "paused" };
  } catch (error) {
    if (error instanceof HeddleError && isNonFinite(error)) return { status: "failed", reason: error.message };
    throw error;
  }
}
