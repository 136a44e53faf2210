/** How a chunk of samples is divided among ranks. */
import { placeOf } from "./division.js";
import type { Plan } from "./plan.js";

/** The rows of a chunk that are a rank's, [first, last): whole groups where ranks take those. */
export function shardOf(
  { ranks, groups, sliced, division }: Pick<Plan, "ranks" | "groups" | "sliced" | "division">,
  rank: number,
  rows: number,
): readonly [first: number, last: number] {
  const [place, places] = placeOf(division, ranks, rank);
  const pieces = (!sliced && groups) || rows;
  const edge = (of: number): number => Math.floor((rows * Math.floor((pieces * of) / places)) / pieces);
  return pieces === 0 ? [0, 0] : [edge(place), edge(place + 1)];
}
