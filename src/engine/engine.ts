/**
 * The engine as the rest of the program sees it: a net on N ranks, with its data and parameters in one arena. The main
 * thread writes into the arena only while no job runs.
 */
import type { Augmentation } from "../data/augment/augmentation.js";
import type { Dataset, Split } from "../data/dataset.js";
import type { Preprocessing } from "../data/preprocessing.js";
import type { Backend } from "../kernels/backend.js";
import { type BackendChoice, loadBackend } from "../kernels/index.js";
import type { TrainedLoss } from "../nn/losses.js";
import { elementCount, type Net } from "../nn/net.js";
import type { Optimizer } from "../optim/optimizer.js";
import { readCores, readMemory } from "../system.js";
import { Arena, type Dtype, type FloatArray } from "./arena.js";
import { writeParameters, writePreprocessing } from "./contents.js";
import { controlWord, totalPlace } from "./control.js";
import { lanesOf, pack, unpack } from "./packing.js";
import type { PlannedParameter } from "./memory.js";
import { makePlan, type Plan } from "./plan.js";
import { type FinishedRank, Ranks } from "./ranks.js";

export interface EngineOptions {
  readonly net: Net;
  readonly dtype: Dtype;
  readonly batchSize: number;
  /** Null for an engine that only scores. */
  readonly optimizer: Optimizer | null;
  readonly loss: TrainedLoss;
  readonly preprocessing: Preprocessing;
  readonly dataset: Pick<Dataset, "train" | "test">;
  /** What is done to the images that are trained on; scoring sees them as they are. */
  readonly augmentation?: Augmentation | null;
  /** The longest order that a job will get. */
  readonly places: number;
  readonly probabilities?: boolean;
  /** Seed of the draws of dropout and noise. */
  readonly seed?: number;
  /** No algorithm that rounds otherwise than a layer's definition. */
  readonly exact?: boolean;
}

/** Sums over the samples of an epoch so far. */
export interface Totals {
  readonly loss: number;
  readonly correct: number;
  readonly samples: number;
}

export interface TrainJob {
  /** Samples in the order of this epoch (positions in the training split). */
  readonly order: Uint32Array;
  /** First step; the totals of the steps before it. */
  readonly from: number;
  readonly totals: Totals;
  /** Number of this epoch, from 0. */
  readonly epoch: number;
  readonly profile?: boolean;
  /** Steps of the run before this epoch. */
  readonly before: number;
  readonly optimizer: string;
  readonly lr: number;
  readonly momentum: number;
}

export interface ScoreOutcome {
  readonly loss: number;
  readonly accuracy: number;
  readonly samples: number;
  /** The first place in the order whose loss is NaN or infinite; null where there is none. */
  readonly firstNonFinite: number | null;
  /** Predicted class of each place in the order. */
  readonly predicted: Int32Array;
  /** [places][classes], where the plan keeps them. */
  readonly probabilities: FloatArray | null;
  /** Seconds in the ranks. */
  readonly seconds: number;
}

/** Where a split's samples stand in the arena: training first, then test. */
export const testOffset = (dataset: Pick<Dataset, "train">): number => dataset.train.count;

export class Engine {
  readonly backend: Backend;
  readonly threads: number;
  readonly #choice: BackendChoice;
  readonly #ranks: Ranks;
  #state: { options: EngineOptions; plan: Plan; arena: Arena; labels: Uint16Array } | undefined;

  /** Starts the ranks' threads at once, so that they load while the caller reads its data. */
  constructor(threads: number, choice: BackendChoice) {
    this.backend = loadBackend(choice);
    this.threads = threads;
    this.#choice = this.backend.name;
    this.#ranks = new Ranks(threads);
  }

  get #ready(): { options: EngineOptions; plan: Plan; arena: Arena; labels: Uint16Array } {
    return this.#state!;
  }
  get arenaBytes(): number {
    return this.#ready.plan.bytes;
  }
  get plan(): Plan {
    return this.#ready.plan;
  }

  /** Plans, allocates, and copies the data in. Throws `runError` where memory does not suffice. */
  configure(options: EngineOptions): void {
    const { dataset, preprocessing } = options;
    const splits = [dataset.train, ...(dataset.test ? [dataset.test] : [])];
    const cores = readCores();
    const plan = makePlan({
      ...options,
      perImage: preprocessing.kind === "per-image",
      maximum: preprocessing.maximum,
      ranks: this.threads,
      // A rank that spins keeps the one it waits for from running, unless each has a core.
      spin: this.threads <= Math.min(cores.mask, cores.quota ?? Infinity),
      samples: splits.reduce((sum, { count }) => sum + count, 0),
      probabilities: options.probabilities ?? false,
    });
    const arena = Arena.allocate(options.dtype, plan.bytes, readMemory().available, this.backend);
    copySplits(arena, plan, splits);
    writePreprocessing(arena, plan, preprocessing);
    if (plan.regions.classWeights) arena.float64(plan.regions.classWeights).set(options.loss.classWeights!);
    this.#ranks.use(plan, arena, this.#choice);
    this.#state = { options, plan, arena, labels: arena.uint16(plan.regions.labels) };
  }

  /** Writes the tensors of the model, in model order and PyTorch's layout. */
  setParameters(tensors: readonly FloatArray[]): void {
    const { plan, arena } = this.#ready;
    writeParameters(arena, plan, tensors, this.backend);
  }

  /** Reads the tensors of the model, running statistics too, into `into`, or into new arrays. */
  parameters(into: FloatArray[] = this.#newTensors()): FloatArray[] {
    const { plan, arena } = this.#ready;
    const lanes = lanesOf(plan.dtype);
    for (const [i, { spec, w }] of plan.parameters.entries()) unpack(spec.packing, lanes, arena.numbers(w), into[i]);
    return into;
  }

  /** Reads the optimizer's state, one list of tensors per kind, into `into`, or into new arrays. */
  optimizerState(into: readonly FloatArray[][] = []): FloatArray[][] {
    const { plan, arena, options } = this.#ready;
    const lanes = lanesOf(plan.dtype);
    const learned = this.#learned;
    return (options.optimizer?.state ?? []).map((_, kind) => {
      const tensors = into[kind] ?? this.#newTensors(learned);
      for (const [i, { spec, state }] of learned.entries()) {
        unpack(spec.packing, lanes, arena.numbers(state[kind]), tensors[i]);
      }
      return tensors;
    });
  }

  setOptimizerState(kinds: readonly (readonly FloatArray[])[]): void {
    const { plan, arena } = this.#ready;
    const lanes = lanesOf(plan.dtype);
    for (const [kind, tensors] of kinds.entries()) {
      for (const [i, { spec, state }] of this.#learned.entries()) {
        pack(spec.packing, lanes, tensors[i], arena.numbers(state[kind]), null);
      }
    }
  }

  get #learned(): readonly PlannedParameter[] {
    return this.#ready.plan.parameters.filter(({ spec }) => spec.learned !== false);
  }

  #newTensors(parameters: readonly PlannedParameter[] = this.#ready.plan.parameters): FloatArray[] {
    const type = this.#ready.plan.dtype === "f32" ? Float32Array : Float64Array;
    return parameters.map(({ spec }) => new type(elementCount(spec.shape)));
  }

  /** Trains to the end of an epoch, or to a stop. */
  async train({ order, totals, ...job }: TrainJob): Promise<FinishedRank[]> {
    const { plan, arena } = this.#ready;
    arena.uint32(plan.regions.order).set(order);
    const sums = arena.float64(plan.regions.totals);
    sums[totalPlace.loss] = totals.loss;
    sums[totalPlace.correct] = totals.correct;
    sums[totalPlace.samples] = totals.samples;
    Atomics.store(arena.int32(plan.regions.control), controlWord.stepsDone, job.from);
    return this.#ranks.run({ kind: "train", places: order.length, ...job });
  }

  /** Sums of the epoch so far; a moment old while ranks run. */
  totals(): Totals {
    const { plan, arena } = this.#ready;
    const sums = arena.float64(plan.regions.totals);
    return { loss: sums[totalPlace.loss], correct: sums[totalPlace.correct], samples: sums[totalPlace.samples] };
  }
  stepsDone(): number {
    return this.#ranks.stepsDone();
  }
  /** Mean minibatch loss of each step of this epoch that is done. */
  stepLosses(): Float64Array {
    return this.#ready.arena.float64(this.#ready.plan.regions.stepLosses);
  }
  requestStop(): void {
    this.#ranks.requestStop();
  }

  /** Losses and predictions with the weights as they are; `order` counts the test split after the training split. */
  async score(order: Uint32Array): Promise<ScoreOutcome> {
    const { plan, arena, labels } = this.#ready;
    const { regions } = plan;
    arena.uint32(regions.order).set(order);
    const reports = await this.#ranks.run({ kind: "score", places: order.length });
    const losses = arena.float64(regions.loss);
    const predicted = arena.int32(regions.predicted).slice(0, order.length);
    let loss = 0;
    let correct = 0;
    let firstNonFinite: number | null = null;
    for (let place = 0; place < order.length; place++) {
      loss += losses[place];
      if (firstNonFinite === null && !Number.isFinite(losses[place])) firstNonFinite = place;
      if (predicted[place] === labels[order[place]]) correct++;
    }
    return {
      loss: loss / order.length,
      accuracy: correct / order.length,
      samples: order.length,
      firstNonFinite,
      predicted,
      probabilities: regions.probabilities && arena.numbers(regions.probabilities).slice(),
      seconds: Math.max(...reports.map(({ seconds }) => seconds)),
    };
  }

  /** The first layer whose output of the last samples holds a number that is not finite; null where all are. */
  firstNonFiniteLayer(): number | null {
    const { plan, arena } = this.#ready;
    const wrong = plan.stages.find(({ output }) => !arena.numbers(output.region).every(Number.isFinite));
    return wrong?.layers[0] ?? null;
  }

  async close(): Promise<void> {
    await this.#ranks.close();
  }
}

function copySplits(arena: Arena, plan: Plan, splits: readonly Split[]): void {
  const images = arena.bytes(plan.regions.images);
  const labels = arena.uint16(plan.regions.labels);
  let sample = 0;
  for (const split of splits) {
    images.set(split.images, sample * plan.pixels);
    labels.set(split.labels, sample);
    sample += split.count;
  }
}
