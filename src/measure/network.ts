/**
 * What several machines would reach, from the time of a step on one of them and from the bytes that the plan says are exchanged.
 *
 *   step on N machines = (data, passes, loss) x rows of the busiest rank / its rows on one machine
 *                      + updates, those that are divided by N + bytes to a machine x 8 / bits a second + latency of exchanges
 *
 * Nothing is taken to overlap, as nothing does; links go both ways at full rate, and what all send reaches a machine at its own.
 */
import { above0, checkOptions, list, whole } from "../base/given.js";
import { passesOf } from "../engine/costs.js";
import { exchangedBytes } from "../engine/exchange.js";
import { shardOf } from "../engine/shard.js";
import type { OperationTime } from "./operations.js";
import { benchStep, type StepOptions, type StepResult, stepChecks } from "./step.js";
import { kept, stepPlan } from "./step-plan.js";

export interface NetworkOptions extends Omit<StepOptions, "seconds" | "threads" | "layers"> {
  /** Of each machine, where the step was measured. */
  readonly threads: number;
  readonly nodes: readonly number[];
  /** Rates of a link, in Gb/s. */
  readonly gigabits: readonly number[];
}

export interface NetworkPrediction {
  readonly nodes: number;
  readonly gigabits: number;
  /** Against one machine, at the same batch. */
  readonly speedup: number;
  /** Milliseconds of a step: computing, and exchanging. */
  readonly compute: number;
  readonly exchange: number;
  /** What takes most of what keeps it from N times as fast. */
  readonly limit: "network" | "update" | "samples" | "none";
  /** The smallest batch, doubled from this one, whose exchange takes at most a tenth of the step; null: none up to 64 times. */
  readonly hiddenFrom: number | null;
}

/** Seconds that an exchange takes beside its bytes: what TCP over a switch needs, for each doubling of the machines. */
const latency = 30e-6;
/** An exchange is hidden below this share of a step. */
const hiddenShare = 0.1;
const mostDoublings = 6;

/** Times a step on this machine, and says what several would reach. Throws HeddleError. */
export async function benchNetwork(
  given: Omit<StepOptions, "layers"> & Pick<NetworkOptions, "nodes" | "gigabits">,
): Promise<{ readonly result: StepResult; readonly network: readonly NetworkPrediction[] }> {
  checkOptions("benchNetwork", given, { ...stepChecks, nodes: list(whole(2, 4096)), gigabits: list(above0(1e6)) }, [
    "nodes",
    "gigabits",
  ]);
  const { nodes, gigabits, ...step } = given;
  const result = await benchStep({ ...step, layers: true });
  return { result, network: predictNetwork({ ...step, nodes, gigabits, threads: result.threads }, result) };
}

export function predictNetwork(
  options: NetworkOptions,
  { msPerStep, operations }: Pick<StepResult, "msPerStep" | "operations">,
): NetworkPrediction[] {
  const times = timesOf(operations ?? [], msPerStep.best);
  const stepAt = planner(options, times);
  const one = stepAt(options.batchSize, 1).compute;
  return options.nodes.flatMap((nodes) =>
    options.gigabits.map((gigabits) => {
      const costAt = (batchSize: number) => {
        const { bytes, exchanges, ...step } = stepAt(batchSize, nodes);
        const exchange = ((bytes * 8) / (gigabits * 1e9) + exchanges * latency * Math.log2(nodes)) * 1000;
        return { ...step, exchange, share: exchange / (step.compute + exchange) };
      };
      const { compute, exchange, samples, update } = costAt(options.batchSize);
      const batches = Array.from({ length: mostDoublings + 1 }, (_, i) => options.batchSize * 2 ** i);
      // What each takes more than its part of one machine's step.
      const lost = {
        network: exchange,
        update: update - times.update / nodes,
        samples: samples - times.samples / nodes,
      };
      const [limit, most] = Object.entries(lost).sort((a, b) => b[1] - a[1])[0] as ["network", number];
      return {
        ...{ nodes, gigabits, speedup: one / (compute + exchange), compute, exchange },
        limit: most > 0.02 * (compute + exchange) ? limit : ("none" as const),
        hiddenFrom: batches.find((batchSize) => costAt(batchSize).share <= hiddenShare) ?? null,
      };
    }),
  );
}

interface Times {
  /** Milliseconds of a step on one machine that grow with its samples; of updates that are divided; of others. */
  readonly samples: number;
  readonly divided: number;
  readonly update: number;
}

/** The first rank's operations, stretched to the whole step: what is between them goes with them. */
function timesOf(operations: readonly OperationTime[], step: number): Times {
  const passes = passesOf(operations.map(({ operation }) => ({ operation, layer: 0 }) as never));
  const sum = (which: (operation: string, i: number) => boolean): number =>
    operations.reduce((total, { operation, ms }, i) => (which(operation, i) ? total + ms : total), 0);
  // Of groups' sums no products are made.
  const isOwners = (operation: string, i: number): boolean =>
    operation === "denseUpdate" || (operation === "convUpdate" && operations[i].peakShare !== null);
  const all = sum((_, i) => passes[i] !== "wait");
  const scale = all > 0 ? step / all : 0;
  const update = scale * sum((_, i) => passes[i] === "update");
  return { samples: step - update, update, divided: scale * sum(isOwners) };
}

/** What a step of so many samples takes on so many machines, by the plan that they would have. */
function planner(options: NetworkOptions, times: Times) {
  const { threads, batchSize: measured } = options;
  const planOf = kept((batchSize, nodes) => {
    const { plan } = stepPlan({ ...options, batchSize }, threads, { processes: nodes, process: 0 });
    const rows = Math.max(
      ...Array.from({ length: nodes * threads }, (_, place) => {
        const division = { processes: nodes, process: Math.floor(place / threads) };
        const [first, last] = shardOf({ ...plan, division }, place % threads, plan.chunk);
        return last - first;
      }),
    );
    return { plan, rows };
  });
  const rowsOfOne = planOf(measured, 1).rows / planOf(measured, 1).plan.chunk;
  return (batchSize: number, nodes: number) => {
    const { plan, rows } = planOf(batchSize, nodes);
    const growth = batchSize / measured;
    const samples = times.samples * growth * (rows / plan.chunk / rowsOfOne);
    // The gradient of an owner goes over all samples; what else an update does is not more of it for more samples.
    const owned = times.divided * growth * (plan.dividedState.length > 0 ? 1 / nodes : 1);
    const update = owned + (times.update - times.divided);
    return {
      ...{ samples, update, compute: samples + update },
      bytes: (exchangedBytes(plan, batchSize) * (nodes - 1)) / nodes,
      exchanges: nodes === 1 ? 0 : plan.parts[0].filter(({ operation }) => operation === "exchange").length,
    };
  };
}
