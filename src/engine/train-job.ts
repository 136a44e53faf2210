/** What an engine is asked to train. */
import type { Setting } from "../base/setting.js";
import type { Penalties, Updater } from "./rules.js";

/** Sums over the samples of an epoch so far. */
export interface Totals {
  readonly loss: number;
  readonly correct: number;
  readonly samples: number;
}

export interface TrainJob {
  /** Samples in the order of this epoch (positions in the training split). */
  readonly order: Uint32Array;
  /** First step; the totals of the steps before it. */
  readonly from: number;
  /** End after this many steps of the epoch, where it has more. */
  readonly until?: number;
  readonly totals: Totals;
  /** Number of this epoch, from 0. */
  readonly epoch: number;
  readonly profile?: boolean;
  /** Steps of the run before this epoch. */
  readonly before: number;
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
  /** Decay of the average of the weights, where the engine keeps one. */
  readonly ema?: number | undefined;
  /** Updates of the whole run, for schedules that have a curve. */
  readonly updates?: number;
}
