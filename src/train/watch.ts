/** An epoch seen from the main thread while the ranks run it: progress, and a line per step where the run asks for them. */
import type { Engine } from "../engine/engine.js";
import type { TrainEvent } from "./events.js";
import type { RunFolder } from "./run-folder.js";
import type { Session } from "./session.js";

export interface Watched {
  readonly session: Session;
  readonly engine: Engine;
  readonly folder: RunFolder;
  /** From 0. */
  readonly epoch: number;
  /** First step of this job, and the steps of a whole epoch. */
  readonly from: number;
  readonly steps: number;
  readonly onEvent: (event: TrainEvent) => void;
}

/** Milliseconds between progress events. */
const progressInterval = 100;

export class EpochWatch {
  readonly #watched: Watched;
  readonly #start = performance.now();
  readonly #timer: NodeJS.Timeout;
  /** Steps whose lines are written. */
  #logged: number;
  /** What went wrong in a tick: nobody awaits those. */
  #failure: { readonly error: unknown } | undefined;

  constructor(watched: Watched) {
    this.#watched = watched;
    this.#logged = watched.from;
    this.#timer = setInterval(() => this.#tick(), progressInterval);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Writes the lines that are left. Throws what went wrong while the ranks ran. */
  finish(): void {
    if (this.#failure) throw this.#failure.error;
    this.#logSteps();
  }

  #tick(): void {
    try {
      this.#logSteps();
      this.#report();
    } catch (error) {
      this.#failure = { error };
      this.stop();
      this.#watched.engine.requestStop();
    }
  }

  #logSteps(): void {
    const { session, engine, folder, epoch, onEvent } = this.#watched;
    const { logSteps, lr } = session.config;
    if (!logSteps) return;
    const losses = engine.stepLosses();
    for (const done = engine.stepsDone(); this.#logged < done; this.#logged++) {
      const line = {
        kind: "step",
        epoch: epoch + 1,
        step: this.#logged + 1,
        loss: losses[this.#logged],
        lr,
      } as const;
      folder.appendMetrics(line);
      onEvent(line);
    }
  }

  #report(): void {
    const { session, engine, epoch, from, steps, onEvent } = this.#watched;
    const { config, batchSize, train } = session;
    const step = engine.stepsDone();
    if (step <= from) return;
    const seconds = (performance.now() - this.#start) / 1000;
    const totals = engine.totals();
    const stepsLeft = (config.epochs - epoch) * steps - step;
    onEvent({
      kind: "progress",
      epoch: epoch + 1,
      epochs: config.epochs,
      step,
      steps,
      loss: totals.loss / totals.samples,
      accuracy: totals.correct / totals.samples,
      samplesPerSecond: (Math.min(step * batchSize, train.length) - from * batchSize) / seconds,
      eta: (stepsLeft * seconds) / (step - from),
    });
  }
}
