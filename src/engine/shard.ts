/** How a chunk of samples is divided among ranks. */
import type { Plan } from "./plan.js";

/** The rows of a chunk that are a rank's, [first, last): whole groups where there are groups. */
export function shardOf({ ranks, groups }: Plan, rank: number, rows: number): readonly [first: number, last: number] {
  const pieces = groups || rows;
  const edge = (of: number): number => Math.floor((rows * Math.floor((pieces * of) / ranks)) / pieces);
  return pieces === 0 ? [0, 0] : [edge(rank), edge(rank + 1)];
}
