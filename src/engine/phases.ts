/** A step between the places where ranks meet, and how much of each operation is whose. */
import type { InstructionName } from "../kernels/ops/index.js";
import type { ProgramPart } from "../kernels/program-writer.js";
import { featureCount } from "../nn/layer.js";
import { elementCount, type Net } from "../nn/net.js";
import { multipliers } from "./costs.js";
import type { Plan } from "./plan.js";
import { shardOf } from "./shard.js";

export interface PhaseWork extends ProgramPart {
  /** Its place in the program of one rank alone. */
  readonly at: number;
  /** By rank: the part of it that is the rank's. They sum to 1; or each is 1, where every rank does all of it. */
  readonly shares: readonly number[];
}

/** What is no work of samples and has no range: each rank does all of it. */
const repeated = new Set<InstructionName>(["batchNormMerge", "batchNormMergeBackward", "halt"]);
const isMeeting = ({ operation }: ProgramPart): boolean => operation === "barrier";

/** The phases of a step of one chunk, each ended by a meeting of all ranks. */
export function phasesOf(plan: Plan): PhaseWork[][] {
  const { parts, ranks, chunk } = plan;
  const byRank = <T>(of: (rank: number) => T): T[] => Array.from({ length: ranks }, (_, rank) => of(rank));
  const rows = byRank((rank) => {
    const [first, last] = shardOf(plan, rank, chunk);
    return (last - first) / chunk;
  });
  const ranges = parts.map(rangesOf);
  const sharesOf = (part: ProgramPart): readonly number[] => {
    if (part.operation === "sumLoss") return byRank((rank) => Number(rank === 0));
    if (repeated.has(part.operation)) return byRank(() => 1);
    if (!part.range) return rows;
    const lengths = ranges.map((of) => of.get(keyOf(part)) ?? 0);
    const all = lengths.reduce((sum, length) => sum + length, 0);
    return lengths.map((length) => (all > 0 ? length / all : 0));
  };
  const phases: PhaseWork[][] = [[]];
  let at = 0;
  for (const part of wholeProgram(parts)) {
    if (isMeeting(part)) phases.push([]);
    else {
      if (part.operation !== "blocks") phases[phases.length - 1].push({ ...part, at, shares: sharesOf(part) });
      at++;
    }
  }
  return phases.filter((phase) => phase.length > 0);
}

export interface PhaseLoad {
  /** Positions in the net of the layers that are worked at, in order. */
  readonly layers: readonly number[];
  /** Ranks that have more than nothing to do. */
  readonly busy: number;
  /** The largest part of a rank against the mean of all: 1 where all have as much. */
  readonly largest: number;
}

/** How evenly a plan loads its ranks, counted in multiply-adds, and in numbers read and written where nothing is multiplied. */
export function loadsOf(plan: Plan, net: Net): PhaseLoad[] {
  const multiplies = multipliers(plan.parts[0]);
  const workOf = (part: PhaseWork): number => {
    // What each rank repeats is little: sums of groups.
    if (part.layer === null || repeated.has(part.operation)) return 0;
    const { multiplyAdds, place, output, parameters } = net.layers[part.layer];
    if (multiplies(part)) return multiplyAdds * plan.chunk;
    if (part.range) return parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0);
    return plan.chunk * (featureCount(place.input) + featureCount(output));
  };
  return phasesOf(plan).flatMap((phase) => {
    const loads = Array.from({ length: plan.ranks }, (_, rank) =>
      phase.reduce((sum, work) => sum + workOf(work) * work.shares[rank], 0),
    );
    const all = loads.reduce((sum, load) => sum + load, 0);
    if (all === 0) return [];
    const layers = new Set(phase.flatMap(({ layer }) => (layer === null ? [] : [layer])));
    return [
      {
        layers: [...layers].sort((a, b) => a - b),
        busy: loads.filter((load) => load > 0).length,
        largest: (Math.max(...loads) * plan.ranks) / all,
      },
    ];
  });
}

/** An operation that has a range is in a layer's program once. */
const keyOf = ({ operation, layer }: ProgramPart): string => `${operation} ${layer}`;

const rangesOf = (parts: readonly ProgramPart[]): Map<string, number> =>
  new Map(parts.flatMap((part) => (part.range ? [[keyOf(part), part.range[1] - part.range[0]]] : [])));

/** All that some rank does: the last rank has a part of whatever is divided, the first alone sums losses. */
function wholeProgram(parts: Plan["parts"]): readonly ProgramPart[] {
  const [first, last] = [parts[0], parts[parts.length - 1]];
  if (first === last) return first;
  const sum = first.findIndex(({ operation }) => operation === "sumLoss");
  const before = first.slice(0, sum).filter(isMeeting).length;
  let seen = 0;
  return last.flatMap((part) => (isMeeting(part) && seen++ === before ? [first[sum], part] : [part]));
}
