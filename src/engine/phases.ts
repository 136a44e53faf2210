/** A step between the places where ranks meet, and how much of each operation is whose. */
import type { InstructionName } from "../kernels/ops/index.js";
import type { ProgramPart } from "../kernels/program-writer.js";
import { featureCount } from "../nn/layer.js";
import { elementCount, type Net } from "../nn/net.js";
import { lessBy, multipliers } from "./costs.js";
import type { Plan } from "./plan.js";
import { shardOf } from "./shard.js";

export interface PhaseWork extends ProgramPart {
  /** By rank: the part of it that is the rank's. They sum to 1; or each is 1, where every rank does all of it. */
  readonly shares: readonly number[];
}

/** What is no work of samples and has no range: each rank does all of it. */
const repeated = new Set<InstructionName>(["batchNormMerge", "batchNormMergeBackward", "halt"]);

/** The phases of a step of one chunk, each ended by a meeting of all ranks. */
export function phasesOf(plan: Plan): PhaseWork[][] {
  const { ranks, chunk } = plan;
  const rows = Array.from({ length: ranks }, (_, rank) => {
    const [first, last] = shardOf(plan, rank, chunk);
    return (last - first) / chunk;
  });
  const byRank = plan.parts.map(betweenMeetings);
  const all = byRank[0].map((_, phase) => union(byRank.map((phases) => phases[phase])));
  return all.filter((phase) => phase.length > 0).map((phase) => phase.map((work) => shared(work, rows)));
}

function betweenMeetings(parts: readonly ProgramPart[]): ProgramPart[][] {
  const phases: ProgramPart[][] = [[]];
  for (const part of parts) {
    if (part.operation === "barrier") phases.push([]);
    else if (part.operation !== "blocks") phases[phases.length - 1].push(part);
  }
  return phases;
}

/** An operation of a phase, as each rank has it; undefined of ranks that have none of it. */
type OfAll = readonly (ProgramPart | undefined)[];

/** Operations in the order in which a rank that has all of them would do them. */
function union(ranks: readonly (readonly ProgramPart[])[]): OfAll[] {
  const all = ranks.reduce((a, b) =>
    a.length === b.length && a.every((part, i) => same(b[i], part)) ? a : merged(a, b),
  );
  const next = ranks.map(() => 0);
  return all.map((part) => ranks.map((own, rank) => (same(own[next[rank]], part) ? own[next[rank]++] : undefined)));
}

/** Both in their order, what they have in common once. */
function merged(a: readonly ProgramPart[], b: readonly ProgramPart[]): ProgramPart[] {
  const all: ProgramPart[] = [];
  for (let [i, j] = [0, 0]; i < a.length || j < b.length; ) {
    if (i < a.length && same(b[j], a[i])) {
      all.push(a[i++]);
      j++;
    } else if (i < a.length && !b.slice(j).some((part) => same(part, a[i]))) all.push(a[i++]);
    else all.push(b[j++]);
  }
  return all;
}

const same = (a: ProgramPart | undefined, b: ProgramPart): boolean =>
  a?.operation === b.operation && a.layer === b.layer;

function shared(work: OfAll, rows: readonly number[]): PhaseWork {
  const part = work.find((of) => of !== undefined)!;
  const shares = (): readonly number[] => {
    if (part.slice) return work.map((of) => of?.slice?.part ?? 0);
    if (part.range) {
      const lengths = work.map((of) => (of?.range ? of.range[1] - of.range[0] : 0));
      const all = lengths.reduce((sum, length) => sum + length, 0);
      return lengths.map((length) => (all > 0 ? length / all : 0));
    }
    // One rank's alone, or all of it on every rank.
    if (repeated.has(part.operation) || work.includes(undefined)) return work.map((of) => Number(of !== undefined));
    return rows;
  };
  return { ...part, shares: shares() };
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
  const multiplies = multipliers(plan.parts);
  const workOf = (part: PhaseWork): number => {
    // Sums of groups, a number a channel, are little.
    if (part.layer === null || repeated.has(part.operation) || part.operation === "batchNormRunning") return 0;
    if (part.slice) return part.slice.whole;
    const { multiplyAdds, place, output, parameters } = net.layers[part.layer];
    if (multiplies(part)) return (multiplyAdds * plan.chunk) / lessBy(part.operation);
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
