/** Grid against random search over the same settings, as many trials each (Bergstra and Bengio 2012). */
import { join } from "node:path";
import type { ReproDocument } from "../run/documents/repro.js";
import { search } from "../search/search.js";
import type { Contest } from "./experiment.js";
import { quickEpochs } from "./experiment.js";
import type { Extent } from "./folder.js";
import type { Machine, ReproOptions } from "./options.js";

interface ContestOf {
  readonly folder: string;
  readonly extent: Extent;
  readonly machine: Machine;
  readonly options: ReproOptions;
}

/** Trials of each with `--quick`. */
const quickTrials = 2;

/** Null where a stop came first. */
export async function runContest(
  { base, space }: Contest,
  { folder, extent, machine, options }: ContestOf,
): Promise<ReproDocument["contest"]> {
  const shortened = extent.quick ? { ...base, subset: 500, validation: 200, epochs: quickEpochs } : base;
  const results: NonNullable<ReproDocument["contest"]> = [];
  let trials = extent.quick ? quickTrials : undefined;
  for (const strategy of ["grid", "random"]) {
    const source = { base: shortened, space, strategy, ...(trials !== undefined && { trials }) };
    const out = join(folder, `contest-${strategy}`);
    const outcome = await search(source, {
      ...machine,
      out,
      ...(options.signal && { signal: options.signal }),
      onEvent: (event) => {
        if (event.kind === "search") options.onEvent?.({ kind: "note", text: `${strategy} search: ${out}` });
      },
    });
    if (outcome.status === "stopped") return null;
    const { best, trials: done } = outcome.result;
    trials ??= done.length;
    results.push({ strategy, trials: done.length, best: best?.score ?? null, folder: out });
  }
  return results;
}
