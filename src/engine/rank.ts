/**
 * One rank: what a thread of the pool runs. It stays inside one task for a whole epoch; ranks meet at the barriers of
 * their programs, never in JavaScript.
 */
import type { Backend } from "../kernels/backend.js";
import { runStatus } from "../kernels/backend.js";
import { loadBackend } from "../kernels/index.js";
import { findOptimizer } from "../optim/index.js";
import { Arena } from "./arena.js";
import { barrierWord, controlWord, totalPlace } from "./control.js";
import type { Job, RankReport, RankSetup, RankTask } from "./job.js";
import { type Plan, shardOf } from "./plan.js";
import { stepBlock } from "./step.js";

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
function loaded({ backend, arena, programs }: Bench, program: Float64Array): number {
  const id = programs.get(program) ?? backend.load(program, arena.all());
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

function train(bench: Bench, rank: number, job: Job & { kind: "train" }): { steps: number; halted: number | null } {
  const { plan, arena, control, totals, stepLosses } = bench;
  const { batchSize, chunk } = plan;
  const program = plan.train![rank];
  const block = arena.float64(plan.regions.stepBlocks[rank]);
  const optimizer = findOptimizer(job.optimizer);
  const steps = Math.ceil(job.places / batchSize);
  block[stepBlock.epoch] = job.epoch;
  for (let step = job.from; step < steps; step++) {
    // Published before this step's barriers: every rank reads the same answer after them.
    if (rank === 0 && Atomics.load(control, controlWord.stopRequested) !== 0) {
      Atomics.store(control, controlWord.stopAfter, step);
    }
    const begin = step * batchSize;
    const samples = Math.min(batchSize, job.places - begin);
    optimizer.scalars(job.before + step + 1, job).forEach((scalar, i) => {
      block[stepBlock.hyper + i] = scalar;
    });
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
      if (drive(bench, program) === runStatus.halted) return { steps: step, halted: step };
    }
    if (rank === 0) {
      stepLosses[step] = totals[totalPlace.batchLoss] / weight;
      Atomics.store(control, controlWord.stepsDone, step + 1);
    }
    if (Atomics.load(control, controlWord.stopAfter) <= step) return { steps: step + 1, halted: null };
  }
  return { steps, halted: null };
}

/** What a minibatch counts: its samples, or the weights of their classes, added in order. The same on every rank. */
function weightOf({ plan, arena }: Bench, begin: number, samples: number): number {
  const { order, labels, classWeights } = plan.regions;
  if (!classWeights) return samples;
  const [places, classes, weights] = [arena.uint32(order), arena.uint16(labels), arena.float64(classWeights)];
  let sum = 0;
  for (let place = begin; place < begin + samples; place++) sum += weights[classes[places[place]]];
  return sum;
}

/** Each rank scores its part of the order, a few rows at a time, in rows of the activations that are its own. */
function score(bench: Bench, rank: number, { places }: Job & { kind: "score" }): void {
  const { plan, arena } = bench;
  const block = arena.float64(plan.regions.stepBlocks[rank]);
  const { scoreRows } = plan;
  const end = Math.floor((places * (rank + 1)) / plan.ranks);
  const first = rank * scoreRows;
  for (let place = Math.floor((places * rank) / plan.ranks); place < end; place += scoreRows) {
    block[stepBlock.cursor] = place - first;
    block[stepBlock.first] = first;
    block[stepBlock.rows] = Math.min(scoreRows, end - place);
    drive(bench, plan.score[rank]);
  }
}

/** The task: never throws, so that what went wrong arrives whole. */
export default function work({ rank, setup, job }: RankTask): RankReport {
  let poison: Int32Array | undefined;
  try {
    const bench = open(setup);
    poison = bench.poison;
    const block = bench.arena.float64(setup.plan.regions.stepBlocks[rank]);
    block[stepBlock.waited] = 0;
    const profile = (): Float64Array | null =>
      job.kind === "train" && job.profile ? bench.backend.profile(loaded(bench, bench.plan.train![rank])) : null;
    profile();
    const start = performance.now();
    const { steps, halted } =
      job.kind === "train" ? train(bench, rank, job) : (score(bench, rank, job), { steps: 0, halted: null });
    const seconds = (performance.now() - start) / 1000;
    return { ok: true, steps, halted, seconds, waited: block[stepBlock.waited], profile: profile() };
  } catch (error) {
    if (error instanceof Poisoned) return { ok: false, poisoned: true };
    if (poison) Atomics.store(poison, 0, 1);
    const { name, message, stack } = error as Error;
    return { ok: false, poisoned: false, name, message, stack: stack ?? "" };
  }
}
