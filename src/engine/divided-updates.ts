/**
 * Updates that several processes divide: of a weight whose gradient its owner computes, each process updates the units of its own
 * ranks, and all then get all of it. Every number is made as in one process, so no bit depends on the division.
 *
 * It pays where it saves more than it sends. Of a weight, (P - 1) / P of 2 x chunk operations are saved, on `ranks` cores, and
 * (P - 1) / P of four bytes received: at 100 GFLOP/s a core and 10 Gb/s as much time at 160 samples a core. Counted, never
 * measured: the plan of all processes must be one.
 */

import type { Dtype } from "../base/numbers.js";
import { elementBytes } from "../base/numbers.js";
import { lanesOf, unitPlace } from "../kernels/panels.js";
import type { Range, Region } from "../kernels/signature.js";
import type { ParameterBuffers } from "../nn/lowering.js";
import { type Division, placeOf } from "./division.js";
import type { PlannedParameter } from "./memory.js";

const samplesPerRank = 160;

export interface DividedOptions {
  readonly division: Division;
  readonly ranks: number;
  readonly chunk: number;
  readonly dtype: Dtype;
}

/** What each process makes of a region: where its part begins, and where the last ends, in words of 4 bytes. */
export interface Parts {
  readonly region: Region;
  readonly edges: readonly number[];
}

export class DividedUpdates {
  readonly #options: DividedOptions;
  readonly #edges = new Map<PlannedParameter, readonly number[]>();

  constructor(options: DividedOptions) {
    this.#options = options;
  }

  /** The units of a weight that a rank updates; null where each process updates the whole. Who asks divides it: `parts` has it from then on. */
  unitsOf(weight: PlannedParameter, units: number, rank: number): Range | null {
    const { division, ranks, chunk, dtype } = this.#options;
    const { processes } = division;
    const { packing } = weight.spec;
    const pays = processes > 1 && chunk >= samplesPerRank * ranks;
    // A direction is made orthogonal from the whole of it.
    if (!pays || weight.orthogonal || packing.kind !== "panels") return null;
    const at = (place: number): number => Math.floor((units * place) / (processes * ranks));
    const words = elementBytes(dtype) / 4;
    const edgeOf = (p: number): number => words * unitPlace(at(p * ranks), packing, lanesOf(dtype));
    this.#edges.set(
      weight,
      Array.from({ length: processes + 1 }, (_, p) => edgeOf(p)),
    );
    const [place] = placeOf(division, ranks, rank);
    return [at(place), at(place + 1)];
  }

  /** What is divided, of what each of these weights has there. */
  parts(of: (weight: PlannedParameter) => readonly (Region | null)[]): Parts[] {
    return [...this.#edges].flatMap(([weight, edges]) =>
      of(weight).flatMap((region) => (region ? [{ region, edges }] : [])),
    );
  }

  has(parameters: Iterable<ParameterBuffers>): boolean {
    return [...parameters].some((parameter) => this.#edges.has(parameter as PlannedParameter));
  }
}
