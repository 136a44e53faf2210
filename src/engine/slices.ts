/**
 * How ranks divide the sums of groups where they do not divide the groups themselves: a group's sum is one chain over its
 * samples in order, but each number of it is a chain of its own. So a sum is cut into units of work, and the slices of all
 * groups are numbered group by group, unit by unit; a rank has a stretch of them, in each of several sums that wait for it.
 */
import type { ProgramWriter } from "../kernels/program-writer.js";
import type { Range } from "../kernels/signature.js";

/** The sum of one operation over a group: what each of its units costs, in numbers that all sums of a pass share. */
export type SliceWork = readonly number[];

export interface SlicePart {
  readonly slices: Range;
  /** What it is of the whole sum, all groups together. */
  readonly part: number;
  /** What the whole sum costs, in the numbers that were given. */
  readonly whole: number;
}

/** Of sums laid end to end, the part of `place` of `places`: equal in work but for one unit. */
export function sliceSums(sums: readonly SliceWork[], groups: number, place: number, places: number): SlicePart[] {
  const whole = sums.map((units) => groups * units.reduce((sum, work) => sum + work, 0));
  const all = whole.reduce((sum, work) => sum + work, 0);
  const [from, to] = [place, place + 1].map((of) => (of === places ? Number.POSITIVE_INFINITY : (all * of) / places));
  let before = 0;
  return sums.map((units, i) => {
    const first = cutAt(units, groups, from - before);
    const last = cutAt(units, groups, to - before);
    before += whole[i];
    const part = last.before - first.before;
    return { slices: [first.slice, last.slice], part: whole[i] > 0 ? part / whole[i] : 0, whole: whole[i] };
  });
}

/** The slice whose middle is the first beyond `work`, and what the slices before it cost. */
function cutAt(units: SliceWork, groups: number, work: number): { readonly slice: number; readonly before: number } {
  const ofGroup = units.reduce((sum, unit) => sum + unit, 0);
  if (work >= groups * ofGroup) return { slice: groups * units.length, before: groups * ofGroup };
  if (work <= 0) return { slice: 0, before: 0 };
  const group = Math.floor(work / ofGroup);
  let [unit, before] = [0, group * ofGroup];
  while (unit < units.length && before + units[unit] / 2 <= work) before += units[unit++];
  return { slice: group * units.length + unit, before };
}

/** What of such sums a rank's program has. */
export class Slices {
  readonly #groups: number;
  readonly #place: readonly [place: number, places: number];
  /** Samples of a block of their loops. */
  #size = 0;
  /** In their order, what the sums of a pass cost; null where none is divided. */
  #asked: SliceWork[] | null = null;
  /** What of them is this rank's, once all are known. */
  #given: readonly SlicePart[] | null = null;

  constructor(groups: number, place: readonly [place: number, places: number]) {
    [this.#groups, this.#place] = [groups, place];
  }

  /** Adds what `write` adds, in slices of groups that are one block of at most `size`; `ask` calls it and adds nothing. */
  divide(size: number, write: () => void, ask: () => void): void {
    const asked: SliceWork[] = [];
    [this.#size, this.#asked] = [size, asked];
    ask();
    [this.#asked, this.#given] = [[], sliceSums(asked, this.#groups, ...this.#place)];
    write();
    [this.#asked, this.#given] = [null, null];
  }

  /** The slices of a sum that costs so much, for the operation that comes next; null where none is divided. */
  asked(work: SliceWork): Range | null {
    if (!this.#asked) return null;
    const at = this.#asked.push(work) - 1;
    return this.#given?.[at].slices ?? [0, 0];
  }

  /** Adds an operation; of a sum that is divided in a loop over the groups of its slices. `add` is told its part. */
  add(writer: ProgramWriter, add: (part: SlicePart | null) => void): void {
    const sum = (this.#given && this.#asked?.length) || 0;
    if (sum === 0) {
      add(null);
      return;
    }
    const given = this.#given![sum - 1];
    const { slices } = given;
    if (slices[0] >= slices[1]) return;
    const units = this.#asked![sum - 1].length;
    const [firstGroup, lastGroup] = [Math.floor(slices[0] / units), Math.ceil(slices[1] / units)];
    writer.blocks({ firstGroup, lastGroup, groups: this.#groups, size: this.#size }, () => add(given));
  }
}
