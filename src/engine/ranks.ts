/**
 * The ranks: a piscina pool of exactly N threads, and the only file that knows piscina. It launches one task per rank
 * and job (a job lasts an epoch), waits for all, and turns what went wrong into one error.
 */
import { Piscina } from "piscina";
import { HeddleError, internalError, runError } from "../base/errors.js";
import { threadLimits } from "../base/thread-limits.js";
import type { BackendChoice } from "../kernels/index.js";
import { barrierWord } from "../kernels/layout.js";
import type { Arena } from "./arena.js";
import { controlWord, noStop } from "./control.js";
import type { CallJob, FinishedCall, FinishedRank, Job, RankFailure, RankSetup, RankTask } from "./job.js";
import type { Plan } from "./plan.js";

type Report = FinishedRank | FinishedCall | RankFailure;

let setups = 0;

export class Ranks {
  readonly #count: number;
  readonly #pool: Piscina<RankTask, Report>;
  #setup: RankSetup | undefined;
  #words: { poison: Int32Array; control: Int32Array } | undefined;
  readonly #onExit = (): void => this.#poison();
  /** A thread that failed before it had a task. */
  #broken: Error | undefined;

  /** Starts the threads at once: they load while the data does. */
  constructor(count: number) {
    this.#count = count;
    this.#pool = new Piscina({
      filename: new URL("./rank.js", import.meta.url).href,
      // One task per thread: N tasks submitted together land on N threads.
      minThreads: count,
      maxThreads: count,
      concurrentTasksPerWorker: 1,
      idleTimeout: Infinity,
      // Whatever the user gave to this process (an inspector, a loader) is not meant for every rank.
      execArgv: [],
      resourceLimits: threadLimits,
      recordTiming: false,
    });
    this.#pool.on("error", (error: Error) => {
      this.#broken ??= error;
      // Its task waits for a thread: the others must not wait for its task.
      this.#poison();
    });
    // A rank that waits in native code leaves only when it sees poison.
    process.on("exit", this.#onExit);
  }

  /** What the next jobs work on. */
  use(plan: Plan, arena: Arena, backend: BackendChoice): void {
    this.#setup = { id: setups++, plan, arena: arena.shared, backend };
    this.#words = {
      poison: arena.int32(plan.regions.barrier).subarray(barrierWord.poison),
      control: arena.int32(plan.regions.control),
    };
  }

  /** Runs a job on every rank. Throws `runError` with the message of the rank that failed first. */
  async run(job: Job): Promise<FinishedRank[]> {
    const setup = this.#setup!;
    const { control } = this.#words!;
    Atomics.store(control, controlWord.stopRequested, 0);
    Atomics.store(control, controlWord.stopAfter, noStop);
    const tasks = Array.from({ length: this.#count }, (_, rank) => this.#start({ rank, setup, job }));
    if (this.#broken) this.#poison();
    const reports = await Promise.all(tasks);
    this.#throwFailure(reports);
    return reports.map((report) => {
      if (report.ok && "steps" in report) return report;
      throw runError({ where: "ranks", expected: "to finish", got: "poison" });
    });
  }

  /** Runs a module's default export on one rank. Throws what it threw. */
  async call(job: CallJob): Promise<unknown> {
    const reports = await Promise.all([this.#start({ rank: 0, setup: this.#setup!, job })]);
    this.#throwFailure(reports);
    const [report] = reports;
    if (report.ok && "result" in report) return report.result;
    throw internalError("a rank answered a call with something else");
  }

  async #start(task: RankTask): Promise<Report> {
    try {
      return await this.#pool.run(task);
    } catch (error) {
      // The thread is gone (exit, out of heap): nobody but us can free the others.
      this.#poison();
      const { name, message, stack } = error as Error;
      return { ok: false, poisoned: false, name, kind: null, message, stack: stack ?? "" };
    }
  }

  #throwFailure(reports: readonly Report[]): void {
    if (this.#broken) throw rankError("a rank's thread", { kind: null, ...namesOf(this.#broken) });
    const rank = reports.findIndex((report) => !report.ok && !report.poisoned);
    const failed = reports[rank];
    if (failed && !failed.ok && !failed.poisoned) throw rankError(`rank ${rank}`, failed);
  }

  /** Steps that rank 0 has ended in this epoch. */
  stepsDone(): number {
    return this.#words ? Atomics.load(this.#words.control, controlWord.stepsDone) : 0;
  }

  /** Asks the ranks to stop after the step they are in. */
  requestStop(): void {
    if (this.#words) Atomics.store(this.#words.control, controlWord.stopRequested, 1);
  }

  async close(): Promise<void> {
    process.off("exit", this.#onExit);
    await this.#pool.destroy();
  }

  #poison(): void {
    if (this.#words) Atomics.store(this.#words.poison, 0, 1);
  }
}

const namesOf = ({ name, message, stack = "" }: Error) => ({ name, message, stack });

function rankError(
  where: string,
  { name, kind, message, stack }: Pick<RankFailure & { poisoned: false }, "name" | "kind" | "message" | "stack">,
): Error {
  if (kind !== null) return new HeddleError(kind, message);
  const error = runError({ where, expected: "to finish its work", got: `${name}: ${message}` });
  if (stack) error.stack = stack;
  return error;
}
