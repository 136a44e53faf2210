/**
 * What a run tells the world. The library never prints: the trainer emits these, renderers under `progress/` show them.
 */

import type { Finding } from "../base/finding.js";
import type { LoadEvent } from "../data/dataset.js";
import type { Guess } from "../metrics/guess.js";
import type { Score } from "../metrics/score.js";
import type { Threshold } from "../metrics/target.js";
import type { Ending } from "../run/documents/train.js";
import type { RunHeader } from "../run/run-file.js";

export interface StepLine {
  readonly kind: "step";
  readonly epoch: number;
  readonly step: number;
  /** Mean loss of the minibatch, before the update. */
  readonly loss: number;
  readonly lr: number;
  /** Of the gradient over all trained weights, clipped by value and not yet by norm; with `clipNorm`. */
  readonly gradientNorm?: number;
  /** Of each group of parameters, by name, where there are several. */
  readonly rates?: Readonly<Record<string, number>>;
}

export interface EpochLine {
  readonly kind: "epoch";
  readonly epoch: number;
  /** Running means over the epoch, while the weights moved. */
  readonly train: Score;
  readonly validation: Score | null;
  readonly lr: number;
  /** Of each group of parameters, by name, where there are several: the last of the epoch. */
  readonly rates?: Readonly<Record<string, number>>;
  /** The mean of what is minimized, where that is not the plain loss: smoothed targets, weighted classes. */
  readonly objective?: number;
  /** Losses of the epoch's minibatches as they are minimized, before their updates, as means over equal parts of it. */
  readonly batchLoss: readonly number[];
  /** Steps of it that were made, where the run ended within it. */
  readonly steps?: number;
  /** Seconds of this epoch's training steps. */
  readonly seconds: number;
  /** Of these, the share in which each rank computed and did not wait for others; in no document. */
  readonly load?: readonly number[] | undefined;
  /** How far the epoch moved the learned weights (the norm of the difference), where the rate falls steeply before or after it. */
  readonly moved?: number;
}

export type TrainEvent =
  | { readonly kind: "start"; readonly header: RunHeader; readonly resumedFrom?: { epoch: number; step: number } }
  /** Several times a second while training. `values` are running means of the epoch, by the metrics' names. */
  | {
      readonly kind: "progress";
      readonly epoch: number;
      readonly epochs: number;
      readonly step: number;
      readonly steps: number;
      readonly values: Score["values"];
      readonly samplesPerSecond: number;
      /** Seconds to the end of the run at this rate. */
      readonly eta: number;
    }
  | StepLine
  | (EpochLine & { readonly best: boolean })
  | LoadEvent
  | { readonly kind: "done"; readonly result: TrainResult };

/** What came of a run, however it ended; null is what it did not get to. */
export interface RunEnd {
  readonly ended: Ending;
  /** The folder; null for a run without files. */
  readonly run: string | null;
  readonly model: string;
  readonly parameters: number;
  readonly dataset: string;
  readonly threads: number;
  readonly backend: "native" | "reference";
  readonly isa: string;
  /** Why the plain back end computed though nobody asked for it; null where that is not so. */
  readonly backendNote: string | null;
  readonly seed: number;
  readonly epochs: number;
  /** Epochs that have ended, and updates of the whole run. */
  readonly epoch: number;
  readonly steps: number;
  readonly bestEpoch: number | null;
  /** The metric of validation that chose it; null without validation. */
  readonly select: string | null;
  readonly train: Score | null;
  readonly validation: Score | null;
  readonly test: Score | null;
  /** "blake3:…" over the weights after the last step, as a model file would hold them. */
  readonly weightsHash: string | null;
  /** The same over the model file written (the best weights). */
  readonly modelHash: string | null;
  /** `requireAccuracy`, and whether the test split has it; null where it was not measured. */
  readonly threshold: Threshold | null;
  readonly samplesPerSecond: number | null;
  readonly seconds: number;
  /** What the accuracy must beat; null of a run that did not get to its end. */
  readonly guess: Guess | null;
  /** What a person should know before taking the scores for anything. */
  readonly findings: readonly Finding[];
  /** Why it failed. */
  readonly error: string | null;
}

/** What came of a run that got to its end. */
export interface TrainResult extends RunEnd {
  readonly bestEpoch: number;
  readonly train: Score;
  readonly guess: Guess;
  readonly weightsHash: string;
  readonly modelHash: string;
  readonly samplesPerSecond: number;
}

/** How a run ended: with a result, or at a step that it can go on from. */
export type TrainOutcome =
  | { readonly status: "done"; readonly result: TrainResult }
  | { readonly status: "stopped"; readonly run: string | null; readonly epoch: number; readonly step: number };
