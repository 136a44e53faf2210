/** What a rank is asked to do, and what it answers. Plain data: it crosses threads. */
import type { ErrorKind } from "../base/errors.js";
import type { Setting } from "../base/setting.js";
import type { Backend } from "../kernels/backend.js";
import type { BackendChoice } from "../kernels/index.js";
import type { Arena, SharedBlock } from "./arena.js";
import type { Plan } from "./plan.js";
import type { Penalties, Updater } from "./rules.js";

export interface RankSetup {
  /** A rank that has seen this number before has its programs loaded. */
  readonly id: number;
  readonly plan: Plan;
  readonly arena: SharedBlock;
  readonly backend: BackendChoice;
}

export type Job =
  | {
      /** Steps `from` to the end of the epoch, over the first `places` samples of the order. */
      readonly kind: "train";
      readonly from: number;
      /** End after this many steps of the epoch, where it has more. */
      readonly until?: number;
      readonly places: number;
      /** Number of this epoch, from 0: what draws that belong to an epoch are keyed by. */
      readonly epoch: number;
      /** Steps of the run before this epoch's first: the optimizer's time. */
      readonly before: number;
      /** Ask for the seconds of each operation. */
      readonly profile?: boolean;
      readonly optimizer: string | Setting;
      /** Where the plan assigns several rules: what each is, by its number; `optimizer` then is none of them. */
      readonly updaters?: readonly Updater[] | undefined;
      /** The rate of each update of this epoch, in the place of base rate and schedule. */
      readonly rates?: readonly number[];
      /** The base rate, and how it goes from update to update; constant where absent. */
      readonly lr: number;
      readonly schedule?: string | Setting | undefined;
      /** What its rates are multiplied by; 1 where absent. */
      readonly rateFactor?: number;
      readonly penalties?: Penalties | undefined;
      /** Decay of the average of the weights, where the plan has one. */
      readonly ema?: number | undefined;
      /** Updates of the whole run, for schedules that have a curve. */
      readonly updates?: number;
    }
  | {
      /** Loss and prediction of the first `places` samples of the order. */
      readonly kind: "score";
      readonly places: number;
    };

/** Work over the arena that belongs to no step, for one rank while the others have none: the default export of a module. */
export interface CallJob {
  readonly kind: "call";
  /** Address of the module. */
  readonly module: string;
  /** Plain data. */
  readonly input: unknown;
}

/** What such a module exports. */
export type RankCall<I, O> = (bench: CallBench, input: I) => O | Promise<O>;

export interface CallBench {
  readonly plan: Plan;
  readonly arena: Arena;
  readonly backend: Backend;
}

export interface RankTask {
  readonly rank: number;
  readonly setup: RankSetup;
  readonly job: Job | CallJob;
}

export interface FinishedRank {
  readonly ok: true;
  /** Steps done in this epoch (train). */
  readonly steps: number;
  /** The step whose minibatch gave a loss that is not finite, or a gradient whose norm is not; its update was not made. */
  readonly halted: number | null;
  /** Of such a gradient, the first parameter by its place in the net. */
  readonly unfit: number | null;
  /** A stop was asked for before the last place was scored. */
  readonly stopped: boolean;
  /** Seconds of this job, and those of them spent waiting for other ranks. */
  readonly seconds: number;
  readonly waited: number;
  /** Seconds of each operation of the rank's program, where a profile was asked for. */
  readonly profile: Float64Array | null;
}

export interface FinishedCall {
  readonly ok: true;
  readonly result: unknown;
}

export type RankFailure =
  /** `poisoned`: another rank failed, this one left. */
  | { readonly ok: false; readonly poisoned: true }
  | {
      readonly ok: false;
      readonly poisoned: false;
      readonly name: string;
      /** Of an error of our own. */
      readonly kind: ErrorKind | null;
      readonly message: string;
      readonly stack: string;
    };
