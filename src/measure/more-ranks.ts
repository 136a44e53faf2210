/**
 * What more ranks would reach, from the times of a step's operations on one and from the plan that so many would have. Between
 * two meetings each rank does its part of each operation, and the slowest is waited for:
 *
 *   step = sum over phases of (max over ranks of sum over operations of (time on one rank x part + foreign bytes / bandwidth)
 *        + latency of a meeting)
 *
 * Foreign is what other ranks have written, which one rank alone finds in its caches: the weights of a layer whose samples are
 * divided, each updated by its owner, the activations of one whose weights are, and of a product in tiles some of both.
 */

import { checkOptions, list, whole } from "../base/given.js";
import { elementBytes } from "../base/numbers.js";
import { bySamples, type PassName, passesOf } from "../engine/costs.js";
import { type PhaseWork, phasesOf } from "../engine/phases.js";
import { featureCount } from "../nn/layer.js";
import { elementCount, type Net } from "../nn/net.js";
import { measureMachine } from "./machine.js";
import { benchStep, type StepOptions, type StepResult, stepChecks } from "./step.js";
import { kept, stepPlan } from "./step-plan.js";

export interface RanksPrediction {
  readonly ranks: number;
  /** Against one rank. */
  readonly speedup: number;
  /** Milliseconds of a step. */
  readonly ms: number;
  /** What takes most of what keeps it from `ranks` times as fast; "none" where that is less than a fiftieth of the step. */
  readonly limit: string;
  /** The smallest batch, doubled from this one, at which it is four fifths of `ranks`; null: none up to 64 times. */
  readonly batch: number | null;
}

export interface RanksOptions extends Omit<StepOptions, "seconds" | "threads" | "layers"> {
  readonly ranks: readonly number[];
  /** Billions of bytes a second that a rank reads of what lies in no cache of its own. */
  readonly bandwidth: number;
  /** How many times the peak of one core so many have when all run; so many where absent. */
  readonly growth?: (ranks: number) => number;
}

/** Milliseconds of a meeting, for each doubling of the ranks: a line of the cache goes from core to core and back. */
const latency = 0.4e-3;
const mostDoublings = 6;
const enough = 0.8;

/** Times a step on one rank, and says what more would reach. Throws HeddleError. */
export async function benchMoreRanks(
  given: Omit<StepOptions, "threads" | "layers"> & Pick<RanksOptions, "ranks">,
): Promise<{
  readonly result: StepResult;
  /** Billions of bytes a second. */
  readonly bandwidth: number;
  readonly predicted: readonly RanksPrediction[];
}> {
  checkOptions("benchMoreRanks", given, { ...stepChecks, ranks: list(whole(1, 512)) }, ["ranks"]);
  const { ranks, ...step } = given;
  const result = await benchStep({ ...step, threads: 1, layers: true });
  // Of what a copy moves, half is read.
  const bandwidth = measureMachine(step.backend).memoryBandwidth / 2;
  return { result, bandwidth, predicted: predictRanks({ ...step, threads: 1, ranks, bandwidth }, result) };
}

/** `operations`, `msPerStep`: of the step on one rank. */
export function predictRanks(
  options: RanksOptions & { readonly threads: 1 },
  { msPerStep, operations }: Pick<StepResult, "msPerStep" | "operations">,
): RanksPrediction[] {
  const planOf = kept((batchSize, ranks) => stepPlan({ ...options, batchSize }, ranks));
  const measured = phasesOf(planOf(options.batchSize, 1).plan).flat();
  const timed = (operations ?? []).filter(({ operation }) => operation !== "barrier" && operation !== "blocks");
  const sum = timed.reduce((total, { ms }) => total + ms, 0);
  // What lies between operations goes with them.
  const times = timed.map(({ ms }) => (ms * msPerStep.best) / sum);
  const costAt = (batchSize: number, ranks: number): Cost => {
    const { net, plan } = planOf(batchSize, ranks);
    const phases = phasesOf(plan);
    const whole = wholeTimes(phases.flat(), measured, times, batchSize / options.batchSize);
    return costOf(options, { net, phases, ranks, batchSize }, whole);
  };
  const batches = Array.from({ length: mostDoublings + 1 }, (_, i) => options.batchSize * 2 ** i);
  return options.ranks.map((ranks) => {
    const { ms, lost } = costAt(options.batchSize, ranks);
    const [[limit, most]] = [...lost].sort((a, b) => b[1] - a[1]);
    const reached = (batchSize: number): number => costAt(batchSize, 1).ms / costAt(batchSize, ranks).ms / ranks;
    return {
      ranks,
      speedup: costAt(options.batchSize, 1).ms / ms,
      ms,
      limit: most > 0.02 * ms ? limit : "none",
      batch: batches.find((batchSize) => reached(batchSize) >= enough) ?? null,
    };
  });
}

/**
 * Milliseconds of each operation on one rank, at `growth` times the batch that was measured. Another batch may have another
 * plan, with operations that were not: these share what their layer took in their pass.
 */
function wholeTimes(
  work: readonly PhaseWork[],
  measured: readonly PhaseWork[],
  times: readonly number[],
  growth: number,
): number[] {
  const passOf = new Map([...passesFor(measured), ...passesFor(work)]);
  const keyOf = ({ operation, layer }: PhaseWork): string => `${bySamples(operation)} ${layer}`;
  const known = added(measured.map(keyOf), times);
  const count = added(work.map(keyOf));
  const groupOf = (part: PhaseWork): string => `${passOf.get(part)} ${part.layer}`;
  const ofGroup = added(measured.map(groupOf), times);
  const size = added(work.map(groupOf));
  const other = new Set(work.filter((part) => !known.has(keyOf(part))).map(groupOf));
  return work.map((part) => {
    const [key, group] = [keyOf(part), groupOf(part)];
    const ms = other.has(group)
      ? (ofGroup.get(group) ?? 0) / (size.get(group) ?? 1)
      : (known.get(key) ?? 0) / (count.get(key) ?? 1);
    // A dense layer's owner makes the gradient too, over all samples; what else an update does is the same for any batch.
    const fixed = passOf.get(part) === "update" && part.operation !== "denseUpdate";
    return ms * (fixed ? 1 : growth);
  });
}

const passesFor = (work: readonly PhaseWork[]): [PhaseWork, PassName][] =>
  passesOf(work).map((pass, i) => [work[i], pass]);

/** Sums by key; how many there are where no values are given. */
function added(keys: readonly string[], values?: readonly number[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [i, key] of keys.entries()) sums.set(key, (sums.get(key) ?? 0) + (values?.[i] ?? 1));
  return sums;
}

interface Step {
  readonly net: Net;
  readonly phases: readonly (readonly PhaseWork[])[];
  readonly ranks: number;
  readonly batchSize: number;
}

interface Cost {
  readonly ms: number;
  /** Milliseconds more than its part of one rank's step, by what takes them. */
  readonly lost: ReadonlyMap<string, number>;
}

/** `whole`: milliseconds of each operation on one rank, in the order of the phases. */
function costOf({ bandwidth, growth, dtype }: RanksOptions, step: Step, whole: readonly number[]): Cost {
  const { phases, ranks, net } = step;
  const slower = ranks / (growth?.(ranks) ?? ranks);
  const lost = new Map<string, number>([["none", 0]]);
  const lose = (what: string, ms: number): void => void lost.set(what, (lost.get(what) ?? 0) + ms);
  let [total, at] = [0, 0];
  for (const phase of phases) {
    const sums = Array.from({ length: ranks }, () => 0);
    for (const work of phase) {
      const all = whole[at++] * slower;
      const foreign = elementBytes(dtype) * (1 - 1 / ranks);
      const fetching = (numbers: number): number => ((numbers * foreign) / bandwidth) * 1e-6;
      const [read, sliced] = [fetching(wholeReads(work, step)), fetching(slicedReads(work, step))];
      const parts = work.shares.map((share) => (share > 0 ? (all + sliced) * share + read : 0));
      for (const [rank, ms] of parts.entries()) sums[rank] += ms;
      lose(reasonOf(work, net), parts.reduce((sum, ms) => sum + ms, 0) / ranks - all / ranks);
    }
    const longest = Math.max(...sums);
    const busy = sums.filter((ms) => ms > longest / 2).length;
    const idle = busy < ranks ? `only ${busy} of ${ranks} ranks have work` : "parts are not alike";
    lose(idle, longest - sums.reduce((sum, ms) => sum + ms, 0) / ranks);
    // One rank alone meets nobody.
    const meeting = latency * Math.log2(ranks);
    lose("meetings of all ranks", meeting);
    total += longest + meeting;
  }
  return { ms: total, lost };
}

/** Why the parts of an operation are more than the whole. */
function reasonOf({ operation, layer, shares, range, slice }: PhaseWork, net: Net): string {
  const of = layer === null ? operation : `layer ${net.layers[layer].place.name}, ${operation}`;
  if (shares.every((share) => share === 1)) return `${of}: every rank does it`;
  if (slice?.reads !== undefined) return `${of}: every rank reads rows and weights of others`;
  return `${of}: every rank reads its ${range ? "inputs" : "weights"}`;
}

/**
 * Numbers that all slices of groups' sums together read, of samples that mostly were other ranks': inputs and gradients, each
 * twice, since ranks that share a group read some of them alike.
 */
function slicedReads({ layer, slice }: PhaseWork, { net, batchSize }: Step): number {
  if (layer === null || !slice || slice.reads !== undefined) return 0;
  const { place, output } = net.layers[layer];
  return 2 * batchSize * (featureCount(place.input) + featureCount(output));
}

/** Numbers that an operation reads on every rank, however little of it is the rank's. */
function wholeReads({ operation, layer, range, slice }: PhaseWork, { net, batchSize }: Step): number {
  if (slice?.reads !== undefined) return slice.reads;
  if (layer === null) return 0;
  const { place, parameters } = net.layers[layer];
  const inputs = place.inputs.reduce((sum, shape) => sum + featureCount(shape), 0);
  if (operation === "denseUpdate") return batchSize * inputs;
  if (range) return 0;
  const read = ["dense", "denseInputGradient", "conv", "convInputGradient", "winograd", "winogradInputGradient"];
  return read.includes(operation) ? parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0) : 0;
}
