/** An epoch seen from the main thread while the ranks run it: progress, and a line per step where the run asks for them. */

import type { Engine, Totals } from "../engine/engine.js";
import type { Score } from "../metrics/score.js";
import type { Left } from "../run/endings/ending.js";
import { ratesOf } from "../run/parameter-groups.js";
import type { RunFolder } from "../run/run-folder.js";
import type { Session } from "../run/session.js";
import type { TrainEvent } from "./events.js";

export interface Watched {
  readonly session: Session;
  readonly engine: Engine;
  readonly folder: RunFolder | null;
  /** From 0. */
  readonly epoch: number;
  /** First step of this job, and the steps of a whole epoch. */
  readonly from: number;
  readonly steps: number;
  /** What a schedule that follows validation makes of the rate in this epoch. */
  readonly rateFactor: number;
  /** What the run's limits leave from here on. */
  readonly left: Left;
  readonly onEvent: (event: TrainEvent) => void;
}

/** What ranks add up while they train, as means: the values of a running score. */
const runningValues = ({ loss, correct, samples }: Totals): Score["values"] => ({
  loss: loss / samples,
  accuracy: correct / samples,
});

/** The score of an epoch on the samples that it trained on, while the weights moved. */
export const runningScore = (totals: Totals, epoch: number, augmented: boolean): Score => ({
  ...{ split: "train", epoch, weights: "running", averaged: false, augmented },
  samples: totals.samples,
  values: runningValues(totals),
});

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
    const { session, engine, folder, epoch, rateFactor, onEvent } = this.#watched;
    if (!session.config.logSteps) return;
    const [losses, norms] = [engine.stepLosses(), engine.stepNorms()];
    for (const done = engine.stepsDone(); this.#logged < done; this.#logged++) {
      const lr = session.rate(epoch * session.steps + this.#logged) * rateFactor;
      const line = {
        kind: "step",
        epoch: epoch + 1,
        step: this.#logged + 1,
        loss: losses[this.#logged],
        lr,
        ...(norms && { gradientNorm: norms[this.#logged] }),
        ...ratesOf(session, epoch + 1, lr),
      } as const;
      folder?.metrics.append(line);
      onEvent(line);
    }
  }

  #report(): void {
    const { session, engine, epoch, from, steps, left, onEvent } = this.#watched;
    const { config, batchSize, train } = session;
    const step = engine.stepsDone();
    if (step <= from) return;
    const seconds = (performance.now() - this.#start) / 1000;
    const totals = engine.totals();
    const stepsLeft = Math.min((config.epochs - epoch) * steps - step, left.updates - (step - from));
    onEvent({
      kind: "progress",
      epoch: epoch + 1,
      epochs: config.epochs,
      step,
      steps,
      values: runningValues(totals),
      samplesPerSecond: (Math.min(step * batchSize, train.length) - from * batchSize) / seconds,
      eta: Math.min((stepsLeft * seconds) / (step - from), Math.max(0, left.seconds - seconds)),
    });
  }
}
