/** Loops of a rank's program: what is added in one pass, and how many samples go through it at a time. */
import { wholeGroups } from "../kernels/layout.js";
import type { ProgramWriter } from "../kernels/program-writer.js";
import { placeOf } from "./division.js";
import type { PassOptions } from "./program.js";
import type { Extent } from "./stages.js";

/**
 * How often something runs: as `Extent` says, or for each of the `groups` of samples. Neighbors of one kind share a loop, so
 * a block of samples goes through all of them while it is in the cache.
 */
export type Turn = Extent | "groups";

/** Of a chunk's groups, those of a rank; `groups` 0 where ranks take single samples. */
export interface GroupRange {
  readonly firstGroup: number;
  readonly lastGroup: number;
  readonly groups: number;
}

export function groupRangeOf({ rank, ranks, division, groups, sliced, training }: PassOptions): GroupRange {
  const [place, places] = placeOf(division, ranks, rank);
  const shares = training && groups > 0 && !sliced;
  const of = (share: number): number => (shares ? Math.floor((groups * share) / places) : 0);
  return { firstGroup: of(place), lastGroup: of(place + 1), groups: shares ? groups : 0 };
}

export class Turns {
  readonly #block: PassOptions["block"];
  readonly #range: GroupRange;
  #work: { readonly turn: Turn; readonly write: () => void }[] = [];

  constructor(options: PassOptions) {
    [this.#block, this.#range] = [options.block, groupRangeOf(options)];
  }

  add(turn: Turn, write: () => void): void {
    this.#work.push({ turn, write });
  }

  /** Writes all that was added. */
  flush(writer: ProgramWriter): void {
    const whole = { firstGroup: 0, lastGroup: 0, groups: 0 };
    for (let i = 0; i < this.#work.length; ) {
      const { turn } = this.#work[i];
      const run: (() => void)[] = [];
      for (; i < this.#work.length && this.#work[i].turn === turn; i++) run.push(this.#work[i].write);
      const body = (): void => {
        for (const write of run) write();
      };
      // A loop over groups is one in which no group is larger than a block.
      if (turn === "shards") body();
      else if (turn === "wide") writer.blocks({ ...whole, size: this.#block.wide }, body);
      else writer.blocks({ ...this.#range, size: turn === "blocks" ? this.#block.blocks : wholeGroups }, body);
    }
    this.#work = [];
  }
}
