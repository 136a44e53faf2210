/**
 * What a run tells the world. The library never prints: the trainer emits these, renderers under `progress/` show them.
 */
import type { LoadEvent } from "../data/dataset.js";

/** A loss and an accuracy always belong to a split and to a number of samples. */
export interface Score {
  /** Mean loss per sample. */
  readonly loss: number;
  /** Share of samples whose most probable class is the right one, 0..1. */
  readonly accuracy: number;
  readonly samples: number;
}

export interface RunHeader {
  readonly run: string;
  readonly model: string;
  readonly parameters: number;
  readonly dataset: string;
  readonly backend: "native" | "reference";
  readonly isa: string;
  readonly threads: number;
  /** Why that many: "--threads", "2 cores in the affinity mask", … */
  readonly threadsReason: string;
  readonly dtype: "f32" | "f64";
  readonly batchSize: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly samples: { readonly train: number; readonly validation: number; readonly test: number };
  /** Bytes of shared memory that the run has laid out. */
  readonly arenaBytes: number;
}

export interface StepLine {
  readonly kind: "step";
  readonly epoch: number;
  readonly step: number;
  /** Mean loss of the minibatch, before the update. */
  readonly loss: number;
  readonly lr: number;
}

export interface EpochLine {
  readonly kind: "epoch";
  readonly epoch: number;
  /** Running means over the epoch, while the weights moved. */
  readonly train: Score;
  readonly validation: Score | null;
  readonly lr: number;
  /** Seconds of this epoch's training steps. */
  readonly seconds: number;
}

export type TrainEvent =
  | { readonly kind: "start"; readonly header: RunHeader; readonly resumedFrom?: { epoch: number; step: number } }
  /** Several times a second while training. `loss` and `accuracy` are running means of the epoch. */
  | {
      readonly kind: "progress";
      readonly epoch: number;
      readonly epochs: number;
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      readonly accuracy: number;
      readonly samplesPerSecond: number;
      /** Seconds to the end of the run at this rate. */
      readonly eta: number;
    }
  | StepLine
  | (EpochLine & { readonly best: boolean })
  | LoadEvent
  | { readonly kind: "done"; readonly result: TrainResult };

export interface TrainResult {
  readonly run: string;
  readonly model: string;
  readonly parameters: number;
  readonly dataset: string;
  readonly threads: number;
  readonly backend: "native" | "reference";
  readonly isa: string;
  readonly seed: number;
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly train: Score;
  readonly validation: Score | null;
  readonly test: Score | null;
  /** "blake3:…" over the weights after the last step, as a model file would hold them. */
  readonly weightsHash: string;
  /** The same over the model file written (the best weights). */
  readonly modelHash: string;
  readonly samplesPerSecond: number;
  readonly seconds: number;
}

/** How a run ended: with a result, or at a step that it can go on from. */
export type TrainOutcome =
  | { readonly status: "done"; readonly result: TrainResult }
  | { readonly status: "stopped"; readonly run: string; readonly epoch: number; readonly step: number };
