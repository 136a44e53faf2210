/** Many runs, several side by side: in this process, or divided over all that were started together (`apart.ts`). */
import { currentCrew } from "../engine/crew.js";
import type { TrainEvent } from "../train/events.js";
import { meetApart, runApart } from "./apart.js";
import { Bench, guarded } from "./bench.js";
import type { Task, TaskEnd } from "./task.js";

export interface Runs {
  readonly tasks: readonly Task[];
  /** Holds their folders, and a lock. */
  readonly folder: string;
  /** So many side by side in each process. */
  readonly parallel: number;
  readonly signal: AbortSignal | undefined;
  readonly note: (text: string) => void;
  readonly onStart?: (task: number) => void;
  readonly onEvent: (task: number, event: TrainEvent) => void;
  /** As they end, in any order; those that were stopped too. */
  readonly onEnd: (task: number, end: TaskEnd) => void;
}

/** Returns when all have ended, or were stopped by the signal. The first failure stops the others and is thrown. */
export async function runAll(runs: Runs): Promise<void> {
  if (runs.tasks.length === 0) return;
  const crew = currentCrew();
  if (!crew) await runHere(runs, runs.parallel);
  else if (paysApart(runs.tasks, crew.processes) && (await meetApart(crew, runs))) await runApart(crew, runs);
  else await runHere(runs, 1);
}

/**
 * Runs side by side wait for nobody; but where there are fewer than half as many as processes, all make each together. With
 * `dataFromRoot` no other process can begin by itself.
 */
const paysApart = (tasks: readonly Task[], processes: number): boolean =>
  tasks.length > 1 && 2 * tasks.length >= processes && tasks.every(({ config }) => config.dataFromRoot !== true);

async function runHere(runs: Runs, parallel: number): Promise<void> {
  const { tasks, signal, onStart } = runs;
  let failure: { error: unknown } | null = null;
  const fail = (error: unknown): void => {
    failure ??= { error };
    bench.stop();
  };
  const bench: Bench = new Bench({
    onEvent: runs.onEvent,
    onEnd: (task, end) => guarded(() => runs.onEnd(task, end), fail),
    onError: (_, error) => fail(error),
  });
  const stop = (): void => bench.stop();
  signal?.addEventListener("abort", stop);
  let begun = 0;
  try {
    for (;;) {
      while (begun < tasks.length && bench.busy < parallel && !failure && !signal?.aborted) {
        onStart?.(begun);
        bench.start(begun, tasks[begun]);
        begun++;
      }
      if (bench.busy === 0) break;
      await bench.next();
    }
  } finally {
    signal?.removeEventListener("abort", stop);
  }
  if (failure) throw (failure as { error: unknown }).error;
}
