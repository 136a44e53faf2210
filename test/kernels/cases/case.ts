import type { Call, Format, StepValues } from "../lab.js";

/** One run of one operation: its arguments, its step, and what it writes. All other buffers must stay as they are. */
export interface Case {
  readonly title: string;
  readonly call: Call;
  readonly step: StepValues;
  /** How far two back ends may differ in each buffer that is written; 0: not at all. */
  readonly outputs: Readonly<Record<string, number>>;
}

export type Cases = (format: Format) => Case[];

/** Around the edges of vectors (8 and 16), of panels (24 and 48) and of the blocks of a panel (512). */
export const sizes = [1, 2, 7, 8, 9, 15, 16, 17, 23, 24, 25, 47, 48, 49, 50, 97, 193, 511, 515];
/** Around the edges of tiles of rows. */
export const rowCounts = [0, 1, 5, 8, 9, 25];

/** The i-th of a list, going round. */
export const pick = <T>(list: readonly T[], i: number): T => list[i % list.length];
