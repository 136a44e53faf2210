/** The norm of the gradient from the sums of its squares: added in one order, so every rank gets the same bits. */
import type { SquarePlaces } from "./finishing.js";

export interface GradientNorm {
  readonly norm: number;
  /** The first parameter, by its place in the net, whose gradient is not finite, or too long for a number; null where none is. */
  readonly unfit: number | null;
}

export function normOf(sums: Float64Array, places: readonly SquarePlaces[]): GradientNorm {
  let total = 0;
  let unfit: number | null = null;
  for (const { parameter, from, to } of places) {
    let squares = 0;
    for (let i = from; i < to; i++) squares += sums[i];
    total += squares;
    if (!Number.isFinite(total)) unfit ??= parameter;
  }
  return { norm: Math.sqrt(total), unfit };
}

/** What a gradient of that norm is multiplied by, so that it is no longer than `most`. */
export const factorOf = (norm: number, most: number): number => (norm > most ? most / norm : 1);
