/** The numbers of a step by which weights are updated: a rule's own scalars, then what is done to the gradient before. */

import type { Setting } from "../base/setting.js";
import { penalty, ruleScalars } from "../kernels/layout.js";
import { integerPower, type Rule } from "../optim/optimizer.js";

/** What is done to the averaged gradient before the optimizer sees it, beside the optimizer's own decay: in this order. */
export interface Penalties {
  /** Each number of the gradient is cut to [-clipValue, clipValue], before anything else. */
  readonly clipValue?: number | undefined;
  /** A gradient that is longer, over all trained weights, is shortened to this length. */
  readonly clipNorm?: number | undefined;
  /** This much of each weight's sign is added. */
  readonly l1?: number | undefined;
}

/** One of several rules of a run. */
export interface Updater {
  readonly optimizer: Setting;
  /** Its own base rate. */
  readonly lr: number;
  /** Updates of the run before its weights began to move: each counts its own. */
  readonly since: number;
}

/**
 * What the average takes of the weights at update t = 1, 2, …: (1 - d) / (1 - d^t) for a decay d, so that it is the debiased one
 * (Kingma and Ba 2015, section 3), all of the weights at the first.
 */
export const averageShare = (decay: number, t: number): number => (1 - decay) / (1 - integerPower(decay, t));

/**
 * Writes the numbers of update t = 1, 2, … to `numbers`. `factor`: what the gradient is multiplied by, after it was clipped.
 * Without penalties their places are 0, and the optimizer takes the gradient as it is.
 */
export function writeStepNumbers(
  numbers: Float64Array,
  rule: Rule,
  t: number,
  { lr, momentum }: { readonly lr: number; readonly momentum?: number | undefined },
  { clipValue = Infinity, l1 = 0 }: Penalties = {},
  factor = 1,
): void {
  const scalars = rule.scalars(t, lr, momentum);
  // A loop: a step of a small net takes 10 us, and `set` and `fill` a tenth of that.
  for (let i = 0; i < ruleScalars; i++) numbers[i] = i < scalars.length ? scalars[i] : 0;
  const { decay = 0, decoupledDecay = 0 } = rule;
  if (decay > 0 || decoupledDecay > 0 || l1 > 0 || factor !== 1 || clipValue < Infinity) {
    numbers.set([1, clipValue, factor, decay, l1, 1 - lr * decoupledDecay], penalty.active);
  }
}
