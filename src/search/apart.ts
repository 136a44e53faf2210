/**
 * Runs side by side in several processes. Each makes whole runs with its own ranks, in the one folder that all see. The first
 * process says who makes which, in the order of the tasks, to whoever is free; what comes of them is the same wherever they are
 * made, so nothing depends on who was. Processes meet a few times a second: orders go one way, news the other.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ErrorKind, HeddleError, runError } from "../base/errors.js";
import { lockName } from "../base/lock.js";
import { isFile } from "../base/path-kind.js";
import { type ApartOrder, apart, type Crew } from "../engine/crew.js";
import { readRun } from "../run/run-file.js";
import { RunFolder } from "../run/run-folder.js";
import type { TrainEvent } from "../train/events.js";
import { Bench, guarded, type Listener } from "./bench.js";
import { DataOfAll } from "./data-of-all.js";
import type { Runs } from "./run-all.js";
import type { Task, TaskEnd } from "./task.js";

/** Milliseconds between meetings, and for which a shared folder may show what is past. */
const [between, patience] = [50, 10_000];

interface Orders {
  readonly start: readonly {
    readonly process: number;
    readonly task: number;
    readonly of: Task;
    readonly begun: boolean;
  }[];
  readonly stop: boolean;
  /** All have ended: each returns to what it did before. */
  readonly over: boolean;
}

type News =
  | { readonly kind: "event"; readonly task: number; readonly event: TrainEvent }
  /** The hash of the data that it has read. */
  | { readonly kind: "data"; readonly task: number; readonly hash: string }
  | { readonly kind: "end"; readonly task: number; readonly end: TaskEnd }
  /** As it was thrown, or, from another process, what is `told` of it. */
  | { readonly kind: "error"; readonly task: number; readonly error: unknown };

interface Told {
  readonly kind: ErrorKind | null;
  readonly message: string;
}
const told = (error: unknown): Told => ({
  kind: error instanceof HeddleError ? error.kind : null,
  message: error instanceof Error ? error.message : String(error),
});

/** In the first process: whether all see the folder that holds the runs; the others wait for orders then. */
export async function meetApart(crew: Crew, { folder, note }: Runs): Promise<boolean> {
  await crew.tell({ kind: "apart", folder, lock: lockOf(folder) ?? "" });
  const all = await crew.gather(true);
  const blind = all.indexOf(false);
  if (blind < 0) return true;
  const who = `process ${blind} on ${crew.hosts[blind]}`;
  note(`${folder} is not the same for ${who}: the runs follow each other, each in all processes.`);
  return false;
}

const lockOf = (folder: string): string | null => {
  try {
    return readFileSync(join(folder, lockName), "utf8");
  } catch {
    return null;
  }
};

async function comes(isThere: () => boolean, milliseconds: number): Promise<boolean> {
  for (const end = performance.now() + milliseconds; ; await sleep(between)) {
    if (isThere()) return true;
    if (performance.now() > end) return false;
  }
}

/** In the first process. */
export function runApart(crew: Crew, runs: Runs): Promise<void> {
  return apart(() => lead(crew, runs));
}

async function lead(crew: Crew, { tasks, parallel, signal, ...runs }: Runs): Promise<void> {
  const failures = new Map<number, unknown>();
  const running = new Map<number, number>();
  const data = new DataOfAll(crew);
  const hear = (process: number, news: News): void => {
    const { task } = news;
    guarded(
      () => {
        if (news.kind === "event") return runs.onEvent(task, news.event);
        if (news.kind === "data") return data.compare(process, tasks[task], news.hash);
        running.delete(task);
        if (news.kind === "error") throw errorOf(crew, process, news);
        runs.onEnd(task, news.end);
      },
      (error) => failures.set(task, failures.get(task) ?? error),
    );
  };
  const own = new Bench(teller(tasks, (news) => hear(0, news)));
  let begun = 0;
  const order = (): Orders => {
    const stop = failures.size > 0 || signal?.aborted === true;
    const start: Orders["start"][number][] = [];
    for (let turn = 0; turn < parallel && !stop; turn++) {
      for (let process = 0; process < crew.processes && begun < tasks.length; process++) {
        if ([...running.values()].filter((at) => at === process).length > turn) continue;
        const task = begun++;
        const of = tasks[task];
        running.set(task, process);
        runs.onStart?.(task);
        const begins = of.begun || hasBegun(of);
        if (process === 0) own.start(task, of, () => seen(of, begins));
        else start.push({ process, task, of, begun: begins });
      }
    }
    if (stop) own.stop();
    return { start, stop, over: running.size === 0 && (stop || begun === tasks.length) };
  };
  for (;;) {
    const orders = order();
    const [, ...others] = (await crew.gather(orders)) as [Orders, ...(readonly News[])[]];
    for (const [i, news] of others.entries()) for (const each of news) hear(i + 1, each);
    if (orders.over) break;
    await own.next(between);
  }
  // Of several the first in the order of the tasks, as if they had followed each other.
  if (failures.size > 0) throw failures.get(Math.min(...failures.keys())) as Error;
}

/** What happens at a bench as news. */
function teller(tasks: { readonly [task: number]: Task }, tell: (news: News) => void): Listener {
  return {
    onEvent: (task, event) => {
      tell({ kind: "event", task, event });
      if (event.kind === "start") tell({ kind: "data", task, hash: readRunHash(tasks[task]) });
    },
    onEnd: (task, end) => tell({ kind: "end", task, end }),
    onError: (task, error) => tell({ kind: "error", task, error }),
  };
}

const readRunHash = ({ folder }: Task): string => readRun(new RunFolder(folder)).dataHash;

const hasBegun = ({ folder }: Task): boolean => isFile(new RunFolder(folder).runFile);

/** Of the first process as it was thrown; of another with its number and machine. */
function errorOf(crew: Crew, process: number, { error }: News & { kind: "error" }): unknown {
  if (process === 0) return error;
  const { kind, message } = error as Told;
  return new HeddleError(kind ?? "run", `process ${process} on ${crew.hosts[process]}: ${message}`);
}

/** In the others. */
export async function goApart(crew: Crew, { folder, lock }: ApartOrder): Promise<void> {
  const all = await crew.gather(await comes(() => lockOf(folder) === lock, patience / 4));
  if (!all.includes(false)) await apart(() => follow(crew));
}

async function follow(crew: Crew): Promise<void> {
  let news: News[] = [];
  const tasks: Record<number, Task> = {};
  const tell = (one: News): void => {
    // Nothing is drawn of other processes' runs.
    if (one.kind === "event" && one.event.kind === "progress") return;
    news.push(one.kind === "error" ? { ...one, error: told(one.error) } : one);
  };
  const bench = new Bench(teller(tasks, tell));
  for (;;) {
    const mine = news;
    news = [];
    const [{ start, stop, over }] = (await crew.gather(mine)) as [Orders];
    for (const { process, task, of, begun } of start) {
      if (process !== crew.process) continue;
      tasks[task] = of;
      bench.start(task, of, () => seen(of, begun));
    }
    if (stop) bench.stop();
    if (over) return;
    await bench.next(between);
  }
}

/** A shared folder may show for seconds what is past: a run that has begun must not seem a new one. */
async function seen(task: Task, begun: boolean): Promise<void> {
  if (!begun || (await comes(() => hasBegun(task), patience))) return;
  throw runError({ where: task.folder, expected: "the run that has begun there", got: "none" });
}
