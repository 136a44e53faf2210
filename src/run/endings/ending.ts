/**
 * The contract of what ends a run with all that a finished one has. One file here, one line in `index.ts`; `ended` in
 * result.json, its schema and the words of the report follow.
 */
import type { Measured } from "../../metrics/score.js";
import type { Stall } from "../../metrics/stall.js";
import type { FullConfig } from "../session.js";

/** Where a run stands. */
export interface Standing {
  /** Updates of the weights, epochs that have ended and seconds, of all its starts together. */
  readonly updates: number;
  readonly epochs: number;
  readonly seconds: number;
  /** Scores of the last epoch that ended, and of the best. */
  readonly measured: readonly Measured[];
  /** How long what `--select` names has not become better. */
  readonly stall: Stall;
}

/** What may still be made of the epoch in progress. */
export type Left = Pick<Standing, "updates" | "seconds">;

/** What one configuration asks for. */
export interface Limit {
  /** The run is over; asked before each epoch and where one was broken off. */
  reached(at: Standing): boolean;
  /** All of the epoch in progress where absent. */
  left?(at: Standing): Partial<Left>;
}

export interface EndingRule {
  /** As `ended` in result.json says it. */
  readonly name: string;
  /** How the run ended: for the schema. */
  readonly summary: string;
  /** Null where the configuration does not ask for it. */
  limit(config: FullConfig): Limit | null;
}
