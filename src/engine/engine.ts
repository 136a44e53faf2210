/**
 * The engine as the rest of the program sees it: a net on N ranks, with its data and parameters in one arena. The main
 * thread writes into the arena only while no job runs.
 */
import { internalError } from "../base/errors.js";
import { readCores, readMemory } from "../base/machine.js";
import type { FloatArray } from "../base/numbers.js";
import { splitsOf } from "../data/samples.js";
import type { Backend } from "../kernels/backend.js";
import { type BackendChoice, loadBackend } from "../kernels/index.js";
import { Answers } from "../metrics/answers.js";
import { Arena } from "./arena.js";
import { statesOf } from "./assignment.js";
import { copySplits, writeOrder, writeParameters, writePreprocessing } from "./contents.js";
import { controlWord, totalPlace } from "./control.js";
import { type Crew, Together } from "./crew.js";
import type { FinishedRank } from "./job.js";
import type { EngineOptions } from "./options.js";
import { type ScoreOutcome, scoreParts } from "./parts.js";
import { makePlan, type Plan } from "./plan.js";
import { type NumberRange, rangeOf } from "./range.js";
import { Ranks } from "./ranks.js";
import { checkThreads, keptBytes, presentSamples, stillToCome, untouchedBytes } from "./room.js";
import { type Placed, readTensors, writeTensors } from "./tensors.js";
import type { Totals, TrainJob } from "./train-job.js";

export type { EngineOptions } from "./options.js";
export type { Totals, TrainJob } from "./train-job.js";

interface State {
  readonly options: EngineOptions;
  readonly plan: Plan;
  readonly arena: Arena;
  /** Which samples' images are there; null where all are. */
  readonly present: Uint8Array | null;
  readonly labels: Uint16Array;
}

export class Engine {
  readonly backend: Backend;
  readonly threads: number;
  readonly #choice: BackendChoice;
  readonly #ranks: Ranks;
  readonly #together: Together | null;
  #state: State | undefined;

  /** Starts the ranks' threads at once, so that they load while the caller reads its data. `crew`: other processes that train along. */
  constructor(threads: number, choice: BackendChoice, crew: Crew | null = null) {
    checkThreads(threads);
    this.backend = loadBackend(choice);
    this.threads = threads;
    this.#choice = this.backend.name;
    this.#ranks = new Ranks(threads);
    this.#together = crew && new Together(crew, this.backend);
  }

  get #ready(): State {
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
    const splits = splitsOf(dataset);
    const cores = readCores();
    const mapped = this.backend.name === "native" ? (dataset.mapped ?? null) : null;
    const samples = splits.reduce((sum, { count }) => sum + count, 0);
    const plan = makePlan({
      ...options,
      mapped,
      perImage: preprocessing.kind === "per-image",
      maximum: preprocessing.maximum,
      ranks: this.threads,
      ...(this.#together && { division: this.#together.division }),
      // A rank that spins keeps the one it waits for from running, unless each has a core.
      spin: this.threads <= Math.min(cores.mask, cores.quota ?? Infinity),
      samples,
      probabilities: options.probabilities ?? false,
    });
    const present = presentSamples(options.used, samples);
    const arena = Arena.allocate(options.dtype, plan.bytes, readMemory().available, this.backend, {
      untouched: untouchedBytes(plan, present),
      threads: this.threads,
      beside: stillToCome(this.threads, dataset) + (options.optimizer ? keptBytes(plan) : 0),
    });
    copySplits(arena, plan, splits, present);
    writePreprocessing(arena, plan, preprocessing);
    if (plan.regions.classWeights) arena.float64(plan.regions.classWeights).set(options.loss.classWeights!);
    this.#ranks.use(plan, arena, this.#choice);
    this.#state = { options, plan, arena, present, labels: arena.uint16(plan.regions.labels) };
    this.#together?.configured(options.epoch ?? 1);
  }

  /** Writes the tensors of the model, in model order and PyTorch's layout. */
  setParameters(tensors: readonly FloatArray[]): void {
    const { plan, arena } = this.#ready;
    writeParameters(arena, plan, tensors, this.backend);
    this.#together?.changed();
  }

  /** Reads the tensors of the model, running statistics too, into `into`, or into new arrays. */
  parameters(into?: FloatArray[]): FloatArray[] {
    const { plan, arena } = this.#ready;
    const placed = plan.parameters.map(({ spec, w }) => ({ spec, at: w }));
    return readTensors(arena, placed, into);
  }

  /** Reads the optimizers' state, one list of tensors per kind (`statesOf`), into `into`, or into new arrays. */
  optimizerState(into: readonly FloatArray[][] = []): FloatArray[][] {
    return this.#states.map((placed, kind) => readTensors(this.#ready.arena, placed, into[kind]));
  }

  setOptimizerState(kinds: readonly (readonly FloatArray[])[]): void {
    this.#together?.changed();
    for (const [kind, placed] of this.#states.entries()) writeTensors(this.#ready.arena, placed, kinds[kind]);
  }

  get #states(): Placed[][] {
    return statesOf(this.#ready.plan).map((having, kind) =>
      having.map(({ spec, state }) => ({ spec, at: state[kind] })),
    );
  }

  /** Reads the averages of the model's tensors; none where none are kept. */
  averages(): FloatArray[] {
    return readTensors(this.#ready.arena, this.#averages);
  }

  setAverages(tensors: readonly FloatArray[]): void {
    writeTensors(this.#ready.arena, this.#averages, tensors);
    this.#together?.changed();
  }

  get #averages(): Placed[] {
    return this.#ready.plan.parameters.flatMap(({ spec, average }) => (average ? [{ spec, at: average }] : []));
  }

  /** Trains to the end of an epoch, or to a stop. */
  async train(job: TrainJob): Promise<FinishedRank[]> {
    const work = (): Promise<FinishedRank[]> => this.#train(job);
    return this.#together ? this.#together.train(job, this.#ready, work) : work();
  }

  #train({ order, totals, ...job }: TrainJob): Promise<FinishedRank[]> {
    const { plan, arena } = this.#ready;
    this.#checkOrder(order);
    writeOrder(arena, plan, this.#ready.options, { order, epoch: job.epoch });
    const sums = arena.float64(plan.regions.totals);
    sums[totalPlace.loss] = totals.loss;
    sums[totalPlace.correct] = totals.correct;
    sums[totalPlace.samples] = totals.samples;
    Atomics.store(arena.int32(plan.regions.control), controlWord.stepsDone, job.from);
    return this.#ranks.run({ kind: "train", places: order.length, ...job });
  }

  #checkOrder(order: Uint32Array): void {
    const { present } = this.#ready;
    const absent = present ? order.find((sample) => present[sample] === 0) : undefined;
    if (absent !== undefined) throw internalError(`sample ${absent} was not said to be used`);
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
  /** The norm of the gradient of each step of this epoch that is done, clipped by value; null where it is not measured. */
  stepNorms(): Float64Array | null {
    const { plan, arena } = this.#ready;
    return plan.regions.stepNorms && arena.float64(plan.regions.stepNorms);
  }
  requestStop(): void {
    this.#ranks.requestStop();
  }

  /** Losses and predictions with the weights as they are; `order` counts the test split after the training split. */
  async score(order: Uint32Array): Promise<ScoreOutcome> {
    return (await this.#scored(order))!;
  }

  /** The same, or null where the signal was given before the end. */
  async scoreUnless(signal: AbortSignal | undefined, order: Uint32Array): Promise<ScoreOutcome | null> {
    if (signal?.aborted) return null;
    const stop = (): void => this.requestStop();
    signal?.addEventListener("abort", stop);
    try {
      return await this.#scored(order);
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Null where it was stopped. */
  #scored(order: Uint32Array): Promise<ScoreOutcome | null> {
    const { options, plan, arena } = this.#ready;
    return scoreParts(order, options, {
      write: (units) => writePreprocessing(arena, plan, units),
      score: async (part) => {
        const reports = await this.#score(part);
        return reports.some(({ stopped }) => stopped) ? null : this.#outcome(part, reports);
      },
    });
  }

  #score(order: Uint32Array): Promise<FinishedRank[]> {
    const { plan, arena } = this.#ready;
    this.#checkOrder(order);
    const work = (): Promise<FinishedRank[]> => {
      arena.uint32(plan.regions.order).set(order);
      return this.#ranks.run({ kind: "score", places: order.length });
    };
    return this.#together ? this.#together.score(order, this.#ready, work) : work();
  }

  #outcome(order: Uint32Array, reports: readonly FinishedRank[]): ScoreOutcome {
    const { plan, arena, labels, options } = this.#ready;
    const { regions } = plan;
    const losses = arena.float64(regions.loss).slice(0, order.length);
    const wrong = losses.findIndex((loss) => !Number.isFinite(loss));
    const probabilities = regions.probabilities && arena.numbers(regions.probabilities).slice();
    return {
      answers: new Answers({
        classes: options.net.spec.classes,
        labels: Uint16Array.from(order, (sample) => labels[sample]),
        predicted: arena.int32(regions.predicted).slice(0, order.length),
        losses,
        logits: regions.logits && arena.numbers(regions.logits).slice(0, order.length * options.net.spec.classes),
      }),
      firstNonFinite: wrong < 0 ? null : wrong,
      probabilities,
      seconds: Math.max(...reports.map(({ seconds }) => seconds)),
    };
  }

  /** Runs the default export of a module (a `RankCall`) on one rank's thread while the caller's stays free. */
  async call<I, O>(module: URL, input: I): Promise<O> {
    this.#together?.changed();
    return (await this.#ranks.call({ kind: "call", module: module.href, input })) as O;
  }

  /** The first layer whose output of the last samples holds a number that is not finite; null where all are. */
  firstNonFiniteLayer(): number | null {
    const { plan, arena } = this.#ready;
    const wrong = plan.stages.find(({ output }) => !arena.numbers(output.region).every(Number.isFinite));
    return wrong?.layers[0] ?? null;
  }

  /** What each stage put out in the last minibatch, of so many samples; of a long one, in its last chunk. */
  outputRanges(samples: number): ({ readonly layers: readonly number[] } & NumberRange)[] {
    const { plan, arena } = this.#ready;
    const rows = Math.min(samples, plan.chunk);
    return plan.stages.map(({ layers, output: { region, features, ld } }) => {
      const values = arena.numbers(region);
      return { layers, ...rangeOf(values, (i) => i % ld < features, rows * ld) };
    });
  }

  async close(): Promise<void> {
    await this.#together?.close();
    await this.#ranks.close();
  }
}
