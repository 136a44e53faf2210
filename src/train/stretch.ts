/** Steps of the epoch in progress, watched while the ranks make them: to its end, or to what a stop or a limit leaves of it. */
import type { Engine } from "../engine/engine.js";
import type { FinishedRank } from "../engine/job.js";
import type { Left } from "../run/endings/ending.js";
import type { RunFolder } from "../run/run-folder.js";
import type { Session } from "../run/session.js";
import { penaltiesOf } from "./configure.js";
import type { TrainEvent } from "./events.js";
import type { Progress } from "./progress.js";
import { EpochWatch } from "./watch.js";

/** Milliseconds: Node's timers go no further; who trains that long in one epoch is asked again then. */
const longestTimer = 0x7fffffff;

export interface StretchOf {
  readonly session: Session;
  readonly engine: Engine;
  readonly folder: RunFolder | null;
  readonly progress: Progress;
  /** Samples in the order of the epoch. */
  readonly order: Uint32Array;
  /** What the run's limits leave. */
  readonly left: Left;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: (event: TrainEvent) => void;
}

export interface Trained {
  /** Steps of the epoch that are done now. */
  readonly step: number;
  /** The step whose loss, or the norm of whose gradient, was not finite, from 0; null where all were. */
  readonly halted: number | null;
  /** Of such a gradient, the first parameter of the net. */
  readonly unfit: number | null;
  readonly seconds: number;
  readonly ranks: readonly FinishedRank[];
}

export async function trainStretch(of: StretchOf): Promise<Trained> {
  const { session, engine, progress, left, signal } = of;
  const { config, steps } = session;
  const { epoch, step: from, totalSteps, lossSum: loss, correct, samples } = progress;
  const rateFactor = progress.followed.factor;
  const start = performance.now();
  const watch = new EpochWatch({ ...of, epoch, from, steps, rateFactor });
  const stop = (): void => engine.requestStop();
  let timer: NodeJS.Timeout | undefined;
  try {
    const running = engine.train({
      order: of.order,
      from,
      until: Math.min(steps, from + left.updates),
      epoch,
      before: totalSteps - from,
      totals: { loss, correct, samples },
      optimizer: config.optimizer,
      updaters: session.groupsAt(epoch + 1).updaters,
      lr: config.lr,
      schedule: config.schedule,
      rateFactor,
      penalties: penaltiesOf(config),
      ema: config.ema,
      updates: config.epochs * steps,
    });
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop);
    if (left.seconds < Infinity) timer = setTimeout(stop, Math.min(left.seconds * 1000, longestTimer));
    const ranks = await running;
    watch.finish();
    const { steps: step, halted, unfit } = ranks[0];
    return { step, halted, unfit, seconds: (performance.now() - start) / 1000, ranks };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
    watch.stop();
  }
}
