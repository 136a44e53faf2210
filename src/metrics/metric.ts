/**
 * The metric contract: one number said of a model's answers on a split. A metric is one file here and one line in
 * `index.ts`; tables, lines, bars, events, checkpoints and JSON follow the registry.
 */
import type { Member } from "../base/registry.js";
import type { Answers } from "./answers.js";

export interface Metric extends Member {
  /** As JSON has it, a dot for each level: "accuracy", "topK.5". */
  readonly name: string;
  /** As tables have it: "top-5 accuracy". */
  readonly title: string;
  /** `share`: 0 to 1, printed in percent · `loss`: nats or squares, 0 is best · `count` · `score`: at most 1. */
  readonly unit: "share" | "loss" | "count" | "score";
  readonly better: "higher" | "lower";
  /** Measured after every epoch, not only when it is asked for. */
  readonly everyEpoch?: true;
  /** A share of samples, whose interval is Wilson's. */
  readonly proportion?: true;
  /** Another metric under a second name: in documents alone. */
  readonly alias?: true;
  /** Reads `logits`, which are then kept for every sample. */
  readonly needsLogits?: true;
  /** Null where it is not defined: of no samples, of a class that nobody has. */
  of(answers: Answers): number | null;
}
