/**
 * The schedule contract. A schedule is one file here and one line in `index.ts`: how the learning rate goes from update to
 * update. What it counts are updates of the weights, not minibatches or epochs.
 */
import type { z } from "zod";
import type { Choice } from "../../base/setting.js";

/** How long a run is, in updates. */
export interface RunLength {
  readonly updates: number;
  readonly updatesPerEpoch: number;
}

/** What a schedule knows that follows a metric of validation. */
export interface Followed {
  /** The last value that counted as better; null where none has. */
  readonly reference: number | null;
  /** Epochs in a row since then, and epochs to come that do not count. */
  readonly epochs: number;
  readonly cooling: number;
  /** What the rate is multiplied by. */
  readonly factor: number;
}

/** Before the first epoch has ended. */
export const followsNothing: Followed = { reference: null, epochs: 0, cooling: 0, factor: 1 };

/** Whether a value is better than another by more than `by`, in the metric's own direction; one that is not defined never is. */
export type Beats = (value: number | null, than: number | null, by: number) => boolean;

export interface Schedule<Options extends z.ZodObject = z.ZodObject> extends Choice {
  readonly options: Options;
  /** The rate of update t = 0 … updates - 1 as a multiple of the base rate. */
  factor(t: number, length: RunLength, options: z.infer<Options>): number;
  /** The momentum of that update, for optimizers that have one; where absent it stays as it was given. */
  momentum?(t: number, length: RunLength, options: z.infer<Options>): number;
  /** Where the rate follows validation too: what is known after an epoch that gave `value`. */
  follow?(before: Followed, value: number | null, beats: Beats, options: z.infer<Options>): Followed;
}
