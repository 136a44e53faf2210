/**
 * Updates that several processes divide: of a weight whose gradient its owner computes, each process updates the units of its own
 * ranks, and all then get all of it. Every number is made as in one process, so no bit depends on the division.
 *
 * It pays where it saves more than it sends. Of a weight, (P - 1) / P of 2 x chunk operations are saved, on `ranks` cores, and
 * (P - 1) / P of four bytes received: at 100 GFLOP/s a core and 10 Gb/s as much time at 160 samples a core. Counted, never
 * measured: the plan of all processes must be one. A convolution uses a weight at many places of a sample, and so pays earlier.
 */
import type { Dtype } from "../base/numbers.js";
import { elementBytes } from "../base/numbers.js";
import { lanesOf, panelsOf } from "../kernels/panels.js";
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

/** What each process makes of a stretch of a region: where its part begins, and where the last ends, in words of 4 bytes. */
export interface Parts {
  readonly region: Region;
  readonly edges: readonly number[];
}

/** A weight as units divide it: `taps` blocks of rows in each panel, of which a unit has as many lanes in each. */
interface Divided {
  readonly taps: number;
  readonly k: number;
  readonly n: number;
}

/**
 * The stretches of a weight of which each process has one part, in their order; the parts begin at units `bounds`. One stretch
 * is the whole of a matrix; of a kernel, where two processes share a panel, each tap of that panel is one.
 */
export function stretchesOf({ taps, k, n }: Divided, bounds: readonly number[], lanes: number): number[][] {
  const [rows, last] = [k / taps, bounds.length - 1];
  const perPanel = Math.ceil(rows / lanes);
  const stretches: number[][] = [];
  for (const [i, { at, width }] of panelsOf(k, n, lanes).entries()) {
    const edges = bounds.map((unit) => Math.min(rows, Math.max(0, unit - i * perPanel) * lanes));
    for (let tap = 0; tap < taps; tap++) {
      const piece = edges.map((edge) => at + (tap * rows + edge) * width);
      const before = stretches.pop() ?? piece.map(() => piece[0]);
      // Process p's rows of both lie side by side: none of those before it have rows here, or none from it on had any there.
      const joins = piece.every((edge, p) => p === 0 || edge === piece[0] || before[p] === before[last]);
      if (joins) stretches.push(before.map((edge, p) => (p > 0 && piece[p] > piece[0] ? piece[p] : edge)));
      else stretches.push(before, piece);
    }
  }
  return stretches;
}

export class DividedUpdates {
  readonly #options: DividedOptions;
  readonly #stretches = new Map<PlannedParameter, readonly (readonly number[])[]>();

  constructor(options: DividedOptions) {
    this.#options = options;
  }

  /** The units of a weight that a rank updates; null where each process updates the whole. Who asks divides it: `parts` has it from then on. */
  unitsOf(weight: PlannedParameter, units: number, uses: number, rank: number): Range | null {
    const { division, ranks, chunk, dtype } = this.#options;
    const { processes } = division;
    const { packing } = weight.spec;
    const pays = processes > 1 && chunk * uses >= samplesPerRank * ranks;
    // A direction is made orthogonal from the whole of it.
    if (!pays || weight.orthogonal || packing.kind !== "panels") return null;
    const at = (place: number): number => Math.floor((units * place) / (processes * ranks));
    const bounds = Array.from({ length: processes + 1 }, (_, p) => at(p * ranks));
    const taps = packing.copy === "turned" ? packing.image.height * packing.image.width : 1;
    const words = elementBytes(dtype) / 4;
    const stretches = stretchesOf({ taps, k: packing.k, n: packing.n }, bounds, lanesOf(dtype));
    this.#stretches.set(
      weight,
      stretches.map((edges) => edges.map((edge) => edge * words)),
    );
    const [place] = placeOf(division, ranks, rank);
    return [at(place), at(place + 1)];
  }

  /** What is divided, of what each of these weights has there. */
  parts(of: (weight: PlannedParameter) => readonly (Region | null)[]): Parts[] {
    return [...this.#stretches].flatMap(([weight, stretches]) =>
      of(weight).flatMap((region) => (region ? stretches.map((edges) => ({ region, edges })) : [])),
    );
  }

  has(parameters: Iterable<ParameterBuffers>): boolean {
    return [...parameters].some((parameter) => this.#stretches.has(parameter as PlannedParameter));
  }
}
