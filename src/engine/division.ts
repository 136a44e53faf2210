/**
 * Where a training runs in several processes: every process has as many ranks, and the samples of a minibatch are divided
 * among the ranks of all of them. Each process makes the whole of most updates from what all have exchanged, and so has the same
 * weights without receiving any; some are divided (`divided-updates.ts`).
 */
import type { Plan } from "./plan.js";

export interface Division {
  readonly processes: number;
  /** Which of them this is. */
  readonly process: number;
}

export const alone: Division = { processes: 1, process: 0 };

/** A rank's number among those of all processes, and how many those are. */
export function placeOf({ processes, process }: Division, ranks: number, rank: number): readonly [number, number] {
  return [process * ranks + rank, processes * ranks];
}

/** Where each process's part of `count` things begins, and where the last one ends: that of its ranks. */
export function partsOf({ division, ranks }: Pick<Plan, "division" | "ranks">, count: number): number[] {
  const { processes } = division;
  return Array.from({ length: processes + 1 }, (_, p) => Math.floor((count * p * ranks) / (processes * ranks)));
}
