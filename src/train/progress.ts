/** What of a run grows while it goes on, beside the tensors in the arena. */

import type { Totals } from "../engine/engine.js";
import { isBetter } from "../metrics/index.js";
import type { Measured } from "../metrics/score.js";
import { noStall, type Stall, stallAfter } from "../metrics/stall.js";
import { type Beats, type Followed, followsNothing } from "../optim/schedules/schedule.js";
import type { Session } from "../run/session.js";

export interface Progress {
  /** The epoch in progress, from 0; equal to the number of epochs once all are done. */
  readonly epoch: number;
  /** Steps done in this epoch. */
  readonly step: number;
  /** Partial sums of this epoch: losses and right answers over the samples seen. */
  readonly lossSum: number;
  readonly correct: number;
  readonly samples: number;
  /** Steps done in the whole run: the optimizer's time. */
  readonly totalSteps: number;
  /** The model kept as the best so far. */
  readonly best: ({ readonly epoch: number } & Measured) | null;
  /** Scores of the last epoch that ended. */
  readonly last: Measured | null;
  /** How long what decides the best has not become better. */
  readonly stall: Stall;
  /** What the schedule knows of validation, where it follows it. */
  readonly followed: Followed;
  /** Seconds of training so far, and those of them in the epoch in progress. */
  readonly trainSeconds: number;
  readonly epochSeconds: number;
  /** Seconds of all starts of the run, loading and measuring included. */
  readonly seconds: number;
  /** Losses of this epoch's minibatches so far, in sums over equal parts of it (`batch-losses.ts`). */
  readonly batchLosses: readonly number[];
}

const freshEpoch = { step: 0, lossSum: 0, correct: 0, samples: 0, epochSeconds: 0, batchLosses: [] } as const;

/** Before the first step. */
export const freshProgress: Progress = {
  epoch: 0,
  totalSteps: 0,
  best: null,
  last: null,
  stall: noStall,
  followed: followsNothing,
  trainSeconds: 0,
  seconds: 0,
  ...freshEpoch,
};

export interface Stretch {
  /** The step of the epoch that it ended after. */
  readonly step: number;
  readonly totals: Totals;
  readonly seconds: number;
  readonly batchLosses: readonly number[];
}

/** After some steps of the epoch in progress. */
export function afterSteps(before: Progress, { step, totals, seconds, batchLosses }: Stretch): Progress {
  return {
    ...before,
    step,
    lossSum: totals.loss,
    correct: totals.correct,
    samples: totals.samples,
    totalSteps: before.totalSteps - before.step + step,
    trainSeconds: before.trainSeconds + seconds,
    epochSeconds: before.epochSeconds + seconds,
    batchLosses,
  };
}

/**
 * Once the epoch in progress has been measured, and whether its weights are the best so far: the best value of the metric wins,
 * the earlier on ties; without validation, the last.
 */
export function withMeasured(
  before: Progress,
  measured: Measured,
  { select, follow, config: { minDelta } }: Pick<Session, "select" | "follow" | "config">,
): { readonly progress: Progress; readonly isBest: boolean } {
  const { validation } = measured;
  const kept = before.best?.validation;
  const value = validation?.values[select.name] ?? null;
  const isBest = !validation || !kept || isBetter(select, value, kept.values[select.name] ?? null);
  const stall = stallAfter(before.stall, select, value, minDelta);
  const best = isBest ? { epoch: before.epoch + 1, ...measured } : before.best;
  const beats: Beats = (one, than, by) => isBetter(select, one, than, by);
  const followed = follow?.(before.followed, value, beats) ?? before.followed;
  return { progress: { ...before, last: measured, stall, followed, best }, isBest };
}

/** At the beginning of the next. */
export const nextEpoch = (before: Progress): Progress => ({ ...before, ...freshEpoch, epoch: before.epoch + 1 });
