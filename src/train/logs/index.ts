/** The registry of logs, and all that a run asked for as one. */
import { randomBytes } from "node:crypto";
import { HeddleError } from "../../base/errors.js";
import { isFile } from "../../base/path-kind.js";
import { readMetrics } from "../../run/metrics-file.js";
import { readRun } from "../../run/run-file.js";
import type { RunFolder } from "../../run/run-folder.js";
import { csv } from "./csv.js";
import type { LoggedRun, LogKind, RunLog } from "./log.js";
import { tensorboard } from "./tensorboard.js";

export type Logs = Required<RunLog>;

const kinds: readonly LogKind[] = [tensorboard, csv];

/**
 * Opens what the configuration names. Throws HeddleError where one cannot be written; later on, such a one is given up with
 * a note: it is no reason to end what it tells of.
 */
export function openLogs(
  folder: RunFolder | null,
  run: Omit<LoggedRun, "id" | "metrics">,
  onNote: (text: string) => void,
): Logs {
  const logs = new Set<RunLog>();
  const asked = kinds.flatMap(({ key, open }) => {
    const path = run.session.config[key];
    return path === undefined ? [] : [{ path, open }];
  });
  for (const { path, open } of asked) {
    const known = folder && isFile(folder.metrics.path);
    const metrics = known ? readMetrics(folder.metrics.path) : { lines: [], torn: null };
    // A run without files is known to nobody later.
    const id = folder ? readRun(folder).id : randomBytes(8).toString("hex");
    logs.add(open(path, { ...run, id, metrics }));
  }
  const each = (tell: (log: RunLog) => void): void => {
    for (const log of logs) {
      try {
        tell(log);
      } catch (error) {
        if (!(error instanceof HeddleError)) throw error;
        logs.delete(log);
        onNote(`${error.message} The run goes on without it.`);
      }
    }
  };
  return {
    epoch: (line) => each((log) => log.epoch(line)),
    step: (line) => each((log) => log.step?.(line)),
    close: () => each((log) => log.close?.()),
  };
}
