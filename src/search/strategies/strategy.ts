/**
 * The contract of a search strategy: which trials there are, and how long each is trained. One file here and one line in
 * `index.ts`; the options are keys of the search file (`trials: 20`, `firstRung: 1`).
 */
import type { z } from "zod";
import type { Choice } from "../../base/setting.js";
import type { Space, Values } from "../space.js";

export interface Strategy<Options extends z.ZodObject = z.ZodObject> extends Choice {
  readonly options: Options;
  /** The settings of the trials in order. Trial i is a function of (space, seed, i): no result of another decides it. */
  trials(space: Space, options: z.infer<Options>, seed: number): Iterable<Values>;
  /**
   * Epochs after which all trials that are still in are compared, ascending, and the share of them that goes on (1 /
   * `factor`); `epochs` is the length of a whole run. Absent: every trial is trained to its end.
   */
  readonly rungs?: (
    options: z.infer<Options>,
    epochs: number,
  ) => { readonly at: readonly number[]; readonly factor: number };
}
