/**
 * One rank: what a thread of the pool runs. It stays inside one task for a whole epoch; ranks meet at the barriers of
 * their programs, never in JavaScript.
 */
import { HeddleError } from "../base/errors.js";
import type { Backend } from "../kernels/backend.js";
import { runStatus } from "../kernels/backend.js";
import { loadBackend } from "../kernels/index.js";
import { averageRule, barrierWord, ruleScalars, stepBlock } from "../kernels/layout.js";
import { mixNumbers } from "../kernels/mixes/index.js";
import { ruleOf } from "../optim/index.js";
import { courseOf } from "../optim/schedules/index.js";
import { Arena } from "./arena.js";
import { controlWord, totalPlace } from "./control.js";
import { placeOf } from "./division.js";
import type { CallJob, FinishedCall, FinishedRank, Job, RankCall, RankFailure, RankSetup, RankTask } from "./job.js";
import { factorOf, normOf } from "./norm.js";
import type { Plan } from "./plan.js";
import { averageShare, writeStepNumbers } from "./rules.js";
import { shardOf } from "./shard.js";

/** What a thread keeps from job to job. */
interface Bench {
  readonly id: number;
  readonly plan: Plan;
  readonly arena: Arena;
  readonly backend: Backend;
  readonly programs: Map<Float64Array, number>;
  readonly poison: Int32Array;
  readonly control: Int32Array;
  readonly totals: Float64Array;
  readonly stepLosses: Float64Array;
}

class Poisoned extends Error {}

type RankReport = FinishedRank | FinishedCall | RankFailure;

let current: Bench | undefined;

function open({ id, plan, arena: shared, backend: choice }: RankSetup): Bench {
  if (current?.id === id) return current;
  if (current) for (const program of current.programs.values()) current.backend.unload(program);
  const backend = loadBackend(choice);
  const arena = new Arena(plan.dtype, shared);
  const { regions } = plan;
  current = {
    id,
    plan,
    arena,
    backend,
    programs: new Map(),
    poison: arena.int32(regions.barrier).subarray(barrierWord.poison),
    control: arena.int32(regions.control),
    totals: arena.float64(regions.totals),
    stepLosses: arena.float64(regions.stepLosses),
  };
  return current;
}

/** The number of a program that this thread has loaded, now or before. */
function loaded({ backend, arena, programs, plan }: Bench, program: Float64Array): number {
  const id = programs.get(program) ?? backend.load(program, arena.all(), plan.mapped);
  programs.set(program, id);
  return id;
}

/** Runs a program to its end. A call comes back at least every tenth of a second, so poison is seen. */
function drive(bench: Bench, program: Float64Array): number {
  const { backend, poison } = bench;
  const id = loaded(bench, program);
  for (let at = 0; ; ) {
    // Scoring has no barrier: this is where its ranks see that another one failed.
    if (Atomics.load(poison, 0) !== 0) throw new Poisoned();
    const status = backend.run(id, at);
    if (status === runStatus.poisoned) throw new Poisoned();
    if (status < 0) return status;
    at = status;
  }
}

/** What came of a job of training. */
type Trained = Pick<FinishedRank, "steps" | "halted" | "unfit">;

function train(bench: Bench, rank: number, job: Job & { kind: "train" }): Trained {
  const { plan, arena, control, totals, stepLosses } = bench;
  const { batchSize, chunk } = plan;
  const program = plan.train![rank];
  const block = arena.float64(plan.regions.stepBlocks[rank]);
  const steps = Math.ceil(job.places / batchSize);
  const end = Math.min(steps, job.until ?? steps);
  const updaters = job.updaters ?? [{ optimizer: job.optimizer, lr: job.lr, since: 0 }];
  const rules = updaters.map((updater, i) => {
    const at = stepBlock.hyperparameters + i * ruleScalars;
    const rule = known(updater.optimizer, () => ruleOf(updater.optimizer));
    return { ...updater, rule, numbers: block.subarray(at, at + ruleScalars) };
  });
  const length = { updates: job.updates ?? Number.POSITIVE_INFINITY, updatesPerEpoch: steps };
  const schedule = job.schedule ?? "constant";
  const course = known([schedule, job.lr, `${length.updates}`, steps], () => courseOf(schedule, job.lr, length));
  block[stepBlock.epoch] = job.epoch;
  for (let step = job.from; step < end; step++) {
    // Published before this step's barriers: every rank reads the same answer after them.
    if (rank === 0 && Atomics.load(control, controlWord.stopRequested) !== 0) {
      Atomics.store(control, controlWord.stopAfter, step);
    }
    const begin = step * batchSize;
    const samples = Math.min(batchSize, job.places - begin);
    const update = job.before + step;
    const rate = job.rates?.[step] ?? course.rate(update) * (job.rateFactor ?? 1);
    const momentum = course.momentum(update);
    const write = (factor: number): void => {
      for (const { rule, lr, since, numbers } of rules) {
        // All rates keep their proportion to the base rate.
        const pace = { lr: lr === job.lr || rate === 0 ? rate : rate * (lr / job.lr), momentum };
        writeStepNumbers(numbers, rule, update + 1 - since, pace, job.penalties, factor);
      }
    };
    write(1);
    const weight = weightOf(bench, begin, samples);
    block[stepBlock.scale] = 1 / weight;
    for (let done = 0; done < samples; done += chunk) {
      const rows = Math.min(chunk, samples - done);
      const [first, last] = shardOf(plan, rank, rows);
      block[stepBlock.cursor] = begin + done;
      block[stepBlock.first] = first;
      block[stepBlock.rows] = last - first;
      block[stepBlock.chunk] = rows;
      block[stepBlock.start] = done === 0 ? 1 : 0;
      block[stepBlock.finish] = done + rows === samples ? 1 : 0;
      if (drive(bench, program) === runStatus.halted) return { steps: step, halted: step, unfit: null };
    }
    const unfit = plan.settle ? settle(bench, rank, job, { step, update, write }, plan.settle[rank]) : null;
    if (unfit !== null) return { steps: step, halted: step, unfit };
    if (rank === 0) {
      stepLosses[step] = totals[totalPlace.batchLoss] / weight;
      Atomics.store(control, controlWord.stepsDone, step + 1);
    }
    if (Atomics.load(control, controlWord.stopAfter) <= step) return { steps: step + 1, halted: null, unfit: null };
  }
  return { steps: Math.max(end, job.from), halted: null, unfit: null };
}

/** What was read from settings: reading takes half a millisecond, as long as an epoch of a small set. */
const read = new Map<string, unknown>();
function known<T>(setting: unknown, make: () => T): T {
  const key = JSON.stringify(setting);
  if (read.size > 64) read.clear();
  if (!read.has(key)) read.set(key, make());
  return read.get(key) as T;
}

interface Finished {
  readonly step: number;
  /** From 0, of the run. */
  readonly update: number;
  /** Writes the step's numbers, with a gradient multiplied by this. */
  readonly write: (factor: number) => void;
}

/** After a step's last chunk (`finishing.ts`). The parameter whose gradient is not finite, before any weight has moved; else null. */
function settle(
  bench: Bench,
  rank: number,
  { penalties, ema = 0 }: Job & { kind: "train" },
  of: Finished,
  program: Float64Array,
): number | null {
  const { plan, arena } = bench;
  const { squares, regions } = plan;
  const block = arena.float64(regions.stepBlocks[rank]);
  if (squares) {
    drive(bench, squares.programs[rank]);
    const { norm, unfit } = normOf(arena.float64(squares.sums), squares.places);
    if (unfit !== null) return unfit;
    if (rank === 0) arena.float64(regions.stepNorms!)[of.step] = norm;
    of.write(factorOf(norm, penalties?.clipNorm ?? Infinity));
  }
  block[stepBlock.hyperparameters + averageRule * ruleScalars] = averageShare(ema, of.update + 1);
  block[stepBlock.rows] = 0;
  block[stepBlock.chunk] = 0;
  block[stepBlock.start] = 1;
  block[stepBlock.finish] = 1;
  drive(bench, program);
  return null;
}

/** What a minibatch counts: its samples, or the weights of their classes (of mixed ones by their shares), added in order. The same on every rank. */
function weightOf({ plan, arena }: Bench, begin: number, samples: number): number {
  const { order, labels, classWeights, partners: others, mixes: drawn } = plan.regions;
  if (!classWeights) return samples;
  const [places, classes, weights] = [arena.uint32(order), arena.uint16(labels), arena.float64(classWeights)];
  let sum = 0;
  if (!others || !drawn) {
    for (let place = begin; place < begin + samples; place++) sum += weights[classes[places[place]]];
    return sum;
  }
  const [partners, mixes] = [arena.uint32(others), arena.float64(drawn)];
  for (let place = begin; place < begin + samples; place++) {
    const share = mixes[place * mixNumbers];
    sum += share * weights[classes[places[place]]] + (1 - share) * weights[classes[partners[place]]];
  }
  return sum;
}

/** Each rank scores its part of the order, a few rows at a time, in rows of the activations that are its own. True where a stop came before the end. */
function score(bench: Bench, rank: number, { places }: Job & { kind: "score" }): boolean {
  const { plan, arena, control } = bench;
  const block = arena.float64(plan.regions.stepBlocks[rank]);
  const { scoreRows } = plan;
  const [part, parts] = placeOf(plan.division, plan.ranks, rank);
  const end = Math.floor((places * (part + 1)) / parts);
  const first = rank * scoreRows;
  for (let place = Math.floor((places * part) / parts); place < end; place += scoreRows) {
    if (Atomics.load(control, controlWord.stopRequested) !== 0) return true;
    block[stepBlock.cursor] = place - first;
    block[stepBlock.first] = first;
    block[stepBlock.rows] = Math.min(scoreRows, end - place);
    drive(bench, plan.score[rank]);
  }
  return false;
}

function runJob(bench: Bench, rank: number, job: Job): FinishedRank {
  const block = bench.arena.float64(bench.plan.regions.stepBlocks[rank]);
  block[stepBlock.waited] = 0;
  const profile = (): Float64Array | null =>
    job.kind === "train" && job.profile ? bench.backend.profile(loaded(bench, bench.plan.train![rank])) : null;
  profile();
  const start = performance.now();
  const { steps, halted, unfit, stopped } =
    job.kind === "train"
      ? { ...train(bench, rank, job), stopped: false }
      : { steps: 0, halted: null, unfit: null, stopped: score(bench, rank, job) };
  const seconds = (performance.now() - start) / 1000;
  return { ok: true, steps, halted, unfit, stopped, seconds, waited: block[stepBlock.waited], profile: profile() };
}

async function call(setup: RankSetup, { module, input }: CallJob): Promise<FinishedCall | RankFailure> {
  try {
    const { default: work } = (await import(module)) as { default: RankCall<unknown, unknown> };
    return { ok: true, result: await work(open(setup), input) };
  } catch (error) {
    return failureOf(error);
  }
}

function failureOf(error: unknown): RankFailure {
  const { name, message, stack } = error as Error;
  const kind = error instanceof HeddleError ? error.kind : null;
  return { ok: false, poisoned: false, name, kind, message, stack: stack ?? "" };
}

/** The task: never throws, so that what went wrong arrives whole. */
export default function work({ rank, setup, job }: RankTask): RankReport | Promise<RankReport> {
  if (job.kind === "call") return call(setup, job);
  let poison: Int32Array | undefined;
  try {
    const bench = open(setup);
    poison = bench.poison;
    return runJob(bench, rank, job);
  } catch (error) {
    if (error instanceof Poisoned) return { ok: false, poisoned: true };
    if (poison) Atomics.store(poison, 0, 1);
    return failureOf(error);
  }
}
