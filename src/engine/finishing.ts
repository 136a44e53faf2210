/**
 * What follows an update, or what an update waits for, over the packed parameters as rows of numbers: each rank has its share
 * of them, whose size no sum depends on.
 *
 *   measure   the squares of the gradient, in blocks of 1,024 numbers; then every rank adds them up in one order
 *   settle    the update that waited for the norm; matrices moved along a direction that is made orthogonal (`orthogonal.ts`);
 *             weights of a unit shortened to the norm they may have; the copies that follow from weights; the average
 *
 * For an update that waits, the training program lays the gradient down beside the weights instead (`keep`).
 */
import { averageRule, panelVectors, ruleWord } from "../kernels/layout.js";
import { squareBlock, squareSums } from "../kernels/ops/flat.js";
import type { ProgramWriter } from "../kernels/program-writer.js";
import type { Range, Region } from "../kernels/signature.js";
import type { Layout } from "./arena.js";
import type { PlannedParameter } from "./memory.js";
import { type Orthogonal, planOrthogonal, writeOrthogonal } from "./orthogonal.js";

/** What of it a run wants. */
export interface Finishing {
  /** The update waits for the norm of the whole gradient. */
  readonly waits: boolean;
  /** The largest norm that the weights of a unit may have. */
  readonly maxNorm?: number | undefined;
  /** An average of all parameters is kept, running statistics too. */
  readonly averages: boolean;
}

export const nothingMore: Finishing = { waits: false, averages: false };

/** Where the squares of each trained parameter's gradient stand in `sums`, and which parameter of the net it is. */
export interface SquarePlaces {
  readonly parameter: number;
  readonly from: number;
  readonly to: number;
}

/** The programs of each rank; null where a run wants none. */
export interface FinishingPrograms {
  /** The squares of a gradient that lies ready, block by block: where they are summed, and by what. */
  readonly squares: {
    readonly sums: Region;
    readonly places: readonly SquarePlaces[];
    readonly programs: readonly Float64Array[];
  } | null;
  /** What follows a step's last chunk, run in a step without samples. */
  readonly settle: readonly Float64Array[] | null;
}

export interface FinishingOptions {
  readonly parameters: readonly PlannedParameter[];
  readonly layout: Layout;
  readonly lanes: number;
  readonly ranks: number;
  /** Of a number. */
  readonly bytes: number;
  readonly numbersOf: (region: Region) => number;
  readonly writerOf: (rank: number) => ProgramWriter;
  readonly meeting: (writer: ProgramWriter) => () => void;
  /** Writes the copies that follow from a rank's weights. */
  readonly refresh: (writer: ProgramWriter, rank: number) => void;
}

export function finishingPrograms(finishing: Finishing, options: FinishingOptions): FinishingPrograms {
  const { layout, ranks, writerOf, meeting, refresh } = options;
  const ofEachRank = (write: (work: Work) => void): Float64Array[] =>
    Array.from({ length: ranks }, (_, rank) => {
      const writer = writerOf(rank);
      const share = (count: number): Range => [
        Math.floor((count * rank) / ranks),
        Math.floor((count * (rank + 1)) / ranks),
      ];
      write({ ...options, writer, rank, share, meet: meeting(writer), refresh: () => refresh(writer, rank) });
      return writer.finish();
    });
  const { waits, maxNorm, averages } = finishing;
  const matrices = planOrthogonal(options);
  if (!waits && !averages && maxNorm === undefined && !matrices) return { squares: null, settle: null };
  const settle = ofEachRank((work) => writeSettle(work, finishing, matrices));
  if (!waits) return { squares: null, settle };
  const places = squarePlaces(options);
  const sums = layout.region((places.at(-1)?.to ?? 0) * 8);
  return { squares: { sums, places, programs: ofEachRank((work) => writeMeasure(work, sums, places)) }, settle };
}

/** What one rank's program is written with. */
interface Work extends Pick<FinishingOptions, "parameters" | "lanes" | "numbersOf"> {
  readonly writer: ProgramWriter;
  readonly rank: number;
  readonly share: (count: number) => Range;
  readonly meet: () => void;
  readonly refresh: () => void;
}

/** Places of all sums, in the order of the parameters. */
function squarePlaces({ parameters, numbersOf }: FinishingOptions): SquarePlaces[] {
  const places: SquarePlaces[] = [];
  for (const [parameter, { gradient }] of parameters.entries()) {
    if (!gradient) continue;
    const from = places.at(-1)?.to ?? 0;
    places.push({ parameter, from, to: from + Math.ceil(numbersOf(gradient) / squareBlock) * squareSums });
  }
  return places;
}

function writeMeasure(
  { writer, parameters, share, meet, numbersOf }: Work,
  sums: Region,
  places: readonly SquarePlaces[],
): void {
  for (const { parameter, from, to } of places) {
    const { gradient, optimizer } = parameters[parameter];
    const region = { offset: sums.offset + from * 8, bytes: (to - from) * 8 };
    const blocks = share((to - from) / squareSums);
    writer.add("squareSum", { g: gradient!, sums: region, n: numbersOf(gradient!), blocks, optimizer });
  }
  meet();
}

function writeSettle(
  { writer, rank, parameters, share, meet, refresh, lanes, numbersOf }: Work,
  { waits, maxNorm, averages }: Finishing,
  matrices: Orthogonal | null,
): void {
  const vectorsOf = (region: Region): Range => share(numbersOf(region) / lanes);
  for (const { w, gradient: g, state, optimizer } of waits ? parameters : []) {
    if (g) writer.add("flatUpdate", { w, g, state, vectors: vectorsOf(w), optimizer });
  }
  if (matrices) {
    if (waits) meet();
    writeOrthogonal(matrices, { writer, rank, meet });
  }
  if (maxNorm !== undefined) {
    if (waits || matrices) meet();
    for (const { spec, w, trained } of parameters) {
      if (spec.packing.kind !== "panels" || !trained) continue;
      const { k, n } = spec.packing;
      writer.add("maxNorm", { w, k, n, panels: share(Math.ceil(n / (panelVectors * lanes))), most: maxNorm });
    }
  }
  if (waits || matrices || maxNorm !== undefined) {
    meet();
    refresh();
    meet();
  }
  // Nobody writes a weight again before all ranks have met.
  for (const { w, average } of averages ? parameters : []) {
    if (average) writer.add("average", { w, average, vectors: vectorsOf(w), optimizer: ruleWord(0, averageRule) });
  }
}
