/**
 * A search: many trainings that differ in some settings, compared by a metric of validation. Its folder:
 *
 *   search.json     the search file as it was read
 *   journal.jsonl   what has come of trials so far
 *   trials/1 …      their run folders
 *   result.json     the table, the best first
 *   search.svg      score against each setting
 *
 * The same command on the same folder goes on with a search that was broken off. The test split decides nothing.
 */
import { basename, join } from "node:path";
import { writeAtomically } from "../base/atomic-write.js";
import { dataError, runError } from "../base/errors.js";
import { aFunction, aSignal, aText, checkOptions, whole } from "../base/given.js";
import { lockFolder } from "../base/lock.js";
import { readCores } from "../base/machine.js";
import { isFile } from "../base/path-kind.js";
import { standardInput } from "../base/read-file.js";
import { pick } from "../base/registry.js";
import { sealJson } from "../base/sealed-json.js";
import { checkValue } from "../config/fields.js";
import { settings } from "../config/given.js";
import type { TrainConfig } from "../config/schema.js";
import { findDataset } from "../data/index.js";
import { coresHere } from "../engine/crew.js";
import { refusePiped } from "../run/data-place.js";
import type { SearchDocument, TrialDocument } from "../run/documents/search.js";
import type { TrainDocument } from "../run/documents/train.js";
import { RunFolder } from "../run/run-folder.js";
import { chooseThreads } from "../run/threads.js";
import type { TrainEvent } from "../train/events.js";
import { readResult } from "../train/result-file.js";
import { openFolder } from "./folder.js";
import { Journal, type JournalLine } from "./journal.js";
import { pictureOf } from "./picture.js";
import { type PlannedTrial, readPlan, type SearchPlan } from "./plan.js";
import { ahead, goOn } from "./rank.js";
import { runAll } from "./run-all.js";
import { strategies } from "./strategies/index.js";
import type { TaskEnd } from "./task.js";

export type SearchEvent =
  | { readonly kind: "search"; readonly folder: string; readonly trials: number; readonly done: number }
  | {
      readonly kind: "trial-start";
      readonly trial: number;
      readonly config: Readonly<Record<string, unknown>>;
      readonly rung: number;
    }
  /** What a run says while it goes on. */
  | { readonly kind: "trial-event"; readonly trial: number; readonly event: TrainEvent }
  | ({ readonly kind: "trial" } & JournalLine)
  | { readonly kind: "note"; readonly text: string };

export interface SearchOptions extends Partial<Pick<TrainConfig, "threads" | "backend" | "dataDir">> {
  /** The folder: absent, empty, or that of the same search; `runs/<n>-search-<file>` where absent. */
  readonly out?: string;
  /** Trials side by side, each with its share of the threads; of several processes, in each. */
  readonly parallel?: number;
  onEvent?(event: SearchEvent): void;
  readonly signal?: AbortSignal;
}

export type SearchOutcome =
  | { readonly status: "done"; readonly result: SearchDocument }
  | { readonly status: "stopped"; readonly folder: string };

const checks = {
  ...settings("threads", "backend", "dataDir"),
  out: aText,
  parallel: whole(1, 512),
  onEvent: aFunction,
  signal: aSignal,
};

/** `source`: the path of a search file, or what would stand in it. Throws HeddleError. */
export async function search(
  source: string | Readonly<Record<string, unknown>>,
  options: SearchOptions = {},
): Promise<SearchOutcome> {
  checkOptions("search", options, checks);
  const plan = await readPlan(source);
  for (const { config } of plan.trials) if (config.dataset !== undefined) refusePiped(config.dataset);
  const name =
    typeof source === "string" && source !== standardInput ? basename(source).replace(/\.\w+$/, "") : "search";
  const folder = openFolder(plan, options.out, name);
  const lock = lockFolder(folder, "a search");
  try {
    return await new Search(plan, folder, options).run();
  } finally {
    lock.release();
  }
}

class Search {
  readonly #plan: SearchPlan;
  readonly #folder: string;
  readonly #options: SearchOptions;
  readonly #journal: Journal;

  constructor(plan: SearchPlan, folder: string, options: SearchOptions) {
    [this.#plan, this.#folder, this.#options] = [plan, folder, options];
    this.#journal = new Journal(join(folder, "journal.jsonl"));
    for (const { trial, config } of this.#journal.lines) {
      const planned = plan.trials.find((each) => each.trial === trial);
      if (planned && JSON.stringify(planned.values) === JSON.stringify(config)) continue;
      // Fewer trials than before are no other search.
      if (!planned) continue;
      const where = join(folder, "journal.jsonl");
      throw dataError({ where, expected: `the settings of trial ${trial}`, got: JSON.stringify(config) });
    }
  }

  #tell(event: SearchEvent): void {
    this.#options.onEvent?.(event);
  }

  async run(): Promise<SearchOutcome> {
    const { trials, strategy } = this.#plan;
    const length = Math.max(...trials.map(epochsOf));
    const member = strategy && pick(strategies, strategy.name, { where: "strategy", what: "a strategy" });
    const { at: rungs, factor } = member?.rungs?.(strategy!, length) ?? { at: [length], factor: 1 };
    const finished = trials.filter(({ trial }) => this.#journal.of(trial, rungs[0])).length;
    this.#tell({ kind: "search", folder: this.#folder, trials: trials.length, done: finished });
    let left = trials;
    let last: readonly PlannedTrial[] = trials;
    for (const [i, rung] of rungs.entries()) {
      if (i > 0) left = this.#goOn(left, rungs[i - 1], factor);
      if (left.length === 0) break;
      last = left;
      if (!(await this.#train(left, rung, length))) return { status: "stopped", folder: this.#folder };
    }
    const result = this.#document(last);
    writeAtomically(join(this.#folder, "result.json"), [sealJson(result, 2)]);
    const picture = pictureOf(this.#plan, result);
    if (picture !== null) writeAtomically(join(this.#folder, "search.svg"), [Buffer.from(picture)]);
    if (result.best === null) {
      throw runError({
        where: this.#folder,
        expected: "a trial with a score",
        got: `${trials.length} without one, the first for: ${result.trials[0].reason ?? "no value of the metric"}`,
        fix: "Lower the learning rates, or look at the data.",
      });
    }
    return { status: "done", result };
  }

  #goOn(trials: readonly PlannedTrial[], rung: number, factor: number): PlannedTrial[] {
    const scored = trials.map((of) => ({
      of,
      trial: of.trial,
      score: this.#journal.of(of.trial, rung)?.score ?? null,
    }));
    return goOn(scored, this.#plan.metric, factor).map(({ of }) => of);
  }

  /** All of them to the rung, several side by side. False where a stop came. */
  async #train(trials: readonly PlannedTrial[], rung: number, length: number): Promise<boolean> {
    const { parallel = 1, signal } = this.#options;
    const waiting = trials.filter(({ trial }) => !this.#journal.of(trial, rung));
    await runAll({
      folder: this.#folder,
      parallel,
      signal,
      tasks: waiting.map(({ trial, config }) => ({
        folder: this.#folderOf(trial),
        config,
        machine: this.#machine(config),
        // Those of a shorter run end by themselves.
        until: rung < length ? rung : null,
        report: false,
        measure: { metric: this.#plan.metric.name, until: rung },
        begun: this.#journal.lines.some((line) => line.trial === trial),
      })),
      note: (text) => this.#tell({ kind: "note", text }),
      onStart: (i) => {
        const { trial, values } = waiting[i];
        this.#tell({ kind: "trial-start", trial, config: values, rung });
      },
      onEvent: (i, event) => this.#tell({ kind: "trial-event", trial: waiting[i].trial, event }),
      onEnd: (i, end) => this.#ended(waiting[i], rung, end),
    });
    return !signal?.aborted;
  }

  #ended({ trial, values }: PlannedTrial, rung: number, { came, measured, seconds }: TaskEnd): void {
    if (came.status === "stopped" || !measured) return;
    const { epochs, score, bestEpoch } = measured;
    const failed = came.status === "failed";
    const line = {
      trial,
      rung,
      epochs,
      config: values,
      score: failed ? null : score,
      bestEpoch: failed ? null : bestEpoch,
      reason: failed ? came.reason : score === null ? `${this.#plan.metric.name} is not defined` : null,
      seconds,
    };
    this.#journal.append(line);
    this.#tell({ kind: "trial", ...line });
  }

  #folderOf(trial: number): string {
    return join(this.#folder, "trials", `${trial}`);
  }

  /** Trials side by side share the threads. */
  #machine(config: PlannedTrial["config"]): Partial<Pick<TrainConfig, "threads" | "backend" | "dataDir">> {
    const { parallel = 1, threads: given, backend, dataDir } = this.#options;
    const asked = given ?? config.threads;
    const cores = readCores();
    const ours = { ...cores, mask: Math.min(cores.mask, coresHere()) };
    const share = Math.max(
      1,
      Math.floor(chooseThreads(asked ?? "auto", undefined, undefined, ours).threads / parallel),
    );
    const threads = parallel > 1 ? share : asked;
    return {
      ...(threads !== undefined && { threads }),
      ...(backend !== undefined && { backend }),
      ...(dataDir !== undefined && { dataDir }),
    };
  }

  /** The table: the trials of the last rung first, the best of them before all. */
  #document(last: readonly PlannedTrial[]): SearchDocument {
    const { trials, metric, strategy, seed } = this.#plan;
    const documents = trials.map((planned) => this.#trialDocument(planned));
    const isLast = (trial: number): boolean => last.some((each) => each.trial === trial);
    const table = documents.sort(
      (a, b) =>
        Number(b.score !== null) - Number(a.score !== null) ||
        Number(isLast(b.trial)) - Number(isLast(a.trial)) ||
        ahead(metric)(a, b),
    );
    const best = table.find(({ score, trial }) => score !== null && isLast(trial)) ?? null;
    return {
      schema: 1,
      folder: this.#folder,
      strategy: strategy ? strategy.name : "variants",
      seed,
      metric: metric.name,
      better: metric.better,
      trials: table,
      best,
    };
  }

  #trialDocument({ trial, name, values }: PlannedTrial): TrialDocument {
    const lines = this.#journal.lines.filter((line) => line.trial === trial);
    const line = lines.at(-1);
    const run = this.#folderOf(trial);
    const known = new RunFolder(run);
    const result: TrainDocument | null = isFile(known.resultFile) ? readResult(known) : null;
    return {
      trial,
      ...(name !== null && { name }),
      config: values,
      score: line?.score ?? null,
      epochs: line?.epochs ?? 0,
      bestEpoch: line?.bestEpoch ?? null,
      reason: line?.reason ?? null,
      validation: line?.reason ? null : (result?.validation ?? null),
      test: line?.reason ? null : (result?.test ?? null),
      seconds: lines.reduce((sum, { seconds }) => sum + seconds, 0),
      run,
    };
  }
}

/** Epochs of a trial's whole run. */
function epochsOf({ config }: PlannedTrial): number {
  const { epochs, dataset = "synthetic-digits" } = config;
  return checkValue("epochs", epochs ?? findDataset(dataset).defaults.epochs, "epochs") as number;
}
