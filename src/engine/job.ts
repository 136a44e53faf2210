/** What a rank is asked to do, and what it answers. Plain data: it crosses threads. */
import type { BackendChoice } from "../kernels/index.js";
import type { Arena } from "./arena.js";
import type { Plan } from "./plan.js";

export interface RankSetup {
  /** A rank that has seen this number before has its programs loaded. */
  readonly id: number;
  readonly plan: Plan;
  readonly arena: Arena["shared"];
  readonly backend: BackendChoice;
}

export type Job =
  | {
      /** Steps `from` to the end of the epoch, over the first `places` samples of the order. */
      readonly kind: "train";
      readonly from: number;
      readonly places: number;
      /** Number of this epoch, from 0: what draws that belong to an epoch are keyed by. */
      readonly epoch: number;
      /** Steps of the run before this epoch's first: the optimizer's time. */
      readonly before: number;
      /** Ask for the seconds of each operation. */
      readonly profile?: boolean;
      readonly optimizer: string;
      readonly lr: number;
      readonly momentum: number;
    }
  | {
      /** Loss and prediction of the first `places` samples of the order. */
      readonly kind: "score";
      readonly places: number;
    };

export interface RankTask {
  readonly rank: number;
  readonly setup: RankSetup;
  readonly job: Job;
}

export type RankReport =
  | {
      readonly ok: true;
      /** Steps done in this epoch (train). */
      readonly steps: number;
      /** The step whose minibatch gave a loss that is not finite; its update was not made. */
      readonly halted: number | null;
      /** Seconds of this job, and those of them spent waiting for other ranks. */
      readonly seconds: number;
      readonly waited: number;
      /** Seconds of each operation of the rank's program, where a profile was asked for. */
      readonly profile: Float64Array | null;
    }
  /** `poisoned`: another rank failed, this one left. */
  | { readonly ok: false; readonly poisoned: true }
  | {
      readonly ok: false;
      readonly poisoned: false;
      readonly name: string;
      readonly message: string;
      readonly stack: string;
    };
