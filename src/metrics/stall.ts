/**
 * How long a metric has not become better: what `--patience` and reduce-on-plateau count, in one way. An epoch counts as
 * better where its value beats the last one that did by more than `minDelta`, so small gains add up; an equal value does
 * not, nor does one that is not defined.
 */
import { isBetter } from "./index.js";
import type { Metric } from "./metric.js";

export interface Stall {
  /** The last value that counted as better; null where none has. */
  readonly reference: number | null;
  /** Epochs in a row since then. */
  readonly epochs: number;
}

export const noStall: Stall = { reference: null, epochs: 0 };

export const stallAfter = (before: Stall, metric: Metric, value: number | null, minDelta: number): Stall =>
  isBetter(metric, value, before.reference, minDelta)
    ? { reference: value, epochs: 0 }
    : { ...before, epochs: before.epochs + 1 };
