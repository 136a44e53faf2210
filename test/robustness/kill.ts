/** kill -9 on an observed line of metrics.jsonl. The bench of ten kills (`bench/kill.mjs`) uses it too. */
import { existsSync, mkdirSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import type { Outcome } from "../cli/heddle.js";
import { type StartOptions, start } from "./program.js";

/** The lines of a run's metrics so far, whole ones only, after the first, which says their form. */
export function metricsOf(run: string): string[] {
  const path = join(run, "metrics.jsonl");
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(1, -1) : [];
}

/** The same without what may differ between equal runs: how long it took. */
export const comparable = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replace(/"seconds":[^,}]*/, '"seconds":0'));

export interface Killed extends Outcome {
  /** Lines there when it was dead; fewer than asked for where it ended by itself before. */
  readonly lines: readonly string[];
}

/** Starts Heddle, and kills it as soon as the metrics in the folder `run` have that many lines. */
export async function killAtLine(
  args: readonly string[],
  { run, line, ...options }: StartOptions & { readonly run: string; readonly line: number },
): Promise<Killed> {
  // An empty folder is one that --out takes, and one that can be watched from the beginning.
  mkdirSync(run, { recursive: true });
  const watcher = watch(run);
  const { child, ended } = start(args, options);
  watcher.on("change", () => {
    if (metricsOf(run).length >= line) child.kill("SIGKILL");
  });
  const outcome = await ended;
  watcher.close();
  return { ...outcome, lines: metricsOf(run) };
}
