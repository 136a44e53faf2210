/** How a chunk of samples is divided among ranks. */
import { placeOf } from "./division.js";
import type { Plan } from "./plan.js";

/** The rows of a chunk that are a rank's, [first, last): whole groups where there are groups. */
export function shardOf(
  { ranks, groups, division }: Plan,
  rank: number,
  rows: number,
): readonly [first: number, last: number] {
  const [place, places] = placeOf(division, ranks, rank);
  const pieces = groups || rows;
  const edge = (of: number): number => Math.floor((rows * Math.floor((pieces * of) / places)) / pieces);
  return pieces === 0 ? [0, 0] : [edge(place), edge(place + 1)];
}
