/**
 * The optimizer contract. An optimizer is one file here and one line in `index.ts`; its loops stand beside it in plain
 * TypeScript and, under the same names, in `native/optimizer/`. A loop is elementwise over any range of the flat
 * parameters; what depends on the update alone is computed here, in double, once per update.
 */
import { z } from "zod";
import type { FloatArray } from "../base/numbers.js";
import type { Choice, Setting } from "../base/setting.js";

/** What one update does, once the options are known. */
export interface Rule {
  /** The loop that does it: a key of some optimizer's `loops`. */
  readonly loop: string;
  /** PyTorch's names of its state tensors, each shaped as the parameters and 0 at first. */
  readonly state: readonly string[];
  /**
   * The scalars that the loop takes at update t = 1, 2, … with the rate of that update; at most 8. A schedule may give
   * the momentum too: rules that have one take it in the place of their own, of Adam the first beta.
   */
  readonly scalars: (t: number, lr: number, momentum?: number) => readonly number[];
  /** Added to the gradient: this much of each weight. */
  readonly decay?: number;
  /** Taken off each weight before its step: rate times this much of it (Loshchilov and Hutter 2019). */
  readonly decoupledDecay?: number;
  /** The weights follow in a step of their own, once the directions of a whole matrix are there (`kernels/ops/orthogonal.ts`). */
  readonly orthogonal?: true;
  /** What a person should know of the options. */
  readonly note?: string | undefined;
}

/**
 * Moves the weights w by the gradient g, both in the run's format. `state` has one array for each name of the rule,
 * `scalars` those of this update. Arithmetic is in double, storing rounds.
 */
export type Loop = (w: FloatArray, g: FloatArray, state: readonly FloatArray[], scalars: readonly number[]) => void;

export interface Optimizer<Options extends z.ZodObject = z.ZodObject> extends Choice {
  readonly options: Options;
  /** Sentences that show its options, and between them use all of its loops. */
  readonly examples: readonly string[];
  rule(options: z.infer<Options>): Rule;
  /** Of an optimizer for matrices alone: what all else takes, and at which base rate. */
  companion?(options: z.infer<Options>): { readonly optimizer: Setting; readonly lr: number };
  readonly loops: Readonly<Record<string, Loop>>;
}

/** base^n for an integer n, by squaring: the same bits on every machine, which Math.pow does not promise. */
export function integerPower(base: number, n: number): number {
  let result = 1;
  for (let factor = base, left = n; left > 0; left = Math.floor(left / 2), factor *= factor) {
    if (left % 2 === 1) result *= factor;
  }
  return result;
}

/** The option of every optimizer that adds decay to the gradient. */
export const weightDecay = z
  .number()
  .min(0)
  .default(0)
  .meta({ description: "this much of each weight is added to its gradient" });
