/**
 * The trainer: epochs of steps on the ranks, validation between them, the best weights kept, a checkpoint after each
 * epoch and at a stop. It decides; the engine computes; whoever listens to its events prints.
 */
import type { ConfigSources, TrainConfig } from "../config/schema.js";
import { Engine, testOffset } from "../engine/engine.js";
import type { FloatArray } from "../engine/arena.js";
import { runError } from "../errors.js";
import { type ModelMetadata, weightsHash, writeModel } from "../model/model-file.js";
import { shuffle } from "../random.js";
import { chooseThreads } from "../system.js";
import { type CheckpointState, writeCheckpoint } from "./checkpoint.js";
import type { Score, TrainEvent, TrainResult } from "./events.js";
import { createRunFolder, openRunFolder, type RunFolder } from "./run-folder.js";
import { describeRun, readRunConfig, resumePoint } from "./run-description.js";
import { checkConfig, dataHash, metadataOf, openSession, type Session, startingWeights } from "./session.js";

export interface TrainOptions {
  readonly config: TrainConfig;
  readonly sources: ConfigSources;
  /** A run folder: go on with it. Its own configuration holds; of `config` only threads, backend and dataDir count. */
  readonly resume?: string;
  onEvent(event: TrainEvent): void;
  /** Aborted: finish the step, write the checkpoint, return "stopped". */
  readonly signal?: AbortSignal;
}

export type TrainOutcome =
  | { readonly status: "done"; readonly result: TrainResult }
  | { readonly status: "stopped"; readonly run: string; readonly epoch: number; readonly step: number };

/** Milliseconds between progress events. */
const progressInterval = 100;

/** Throws HeddleError; what the run folder holds by then stays valid. */
export async function train(options: TrainOptions): Promise<TrainOutcome> {
  const started = performance.now();
  const folder = options.resume === undefined ? undefined : openRunFolder(options.resume);
  const config = folder ? readRunConfig(folder, options.config) : options.config;
  checkConfig(config);
  const { threads, reason, note } = chooseThreads(config.threads, options.sources.threads);
  const engine = new Engine(threads, config.backend);
  try {
    if (note) options.onEvent({ kind: "note", text: note });
    const session = await openSession(config);
    const training = new Training(session, engine, options, started);
    return await training.run(folder, reason);
  } finally {
    folder?.close();
    await engine.close();
  }
}

/** A checkpoint without what the run itself knows. */
type Progress = Omit<CheckpointState, "dtype" | "config" | "dataHash" | "metricsLength" | "weights" | "optimizerState">;

const fresh: Progress = {
  epoch: 0,
  step: 0,
  lossSum: 0,
  correct: 0,
  samples: 0,
  totalSteps: 0,
  best: null,
  last: null,
  trainSeconds: 0,
  bestWeights: null,
};

class Training {
  readonly #session: Session;
  readonly #engine: Engine;
  readonly #options: TrainOptions;
  readonly #started: number;
  readonly #dataHash: string;
  readonly #metadata: ModelMetadata;
  readonly #steps: number;
  #progress: Progress = fresh;
  #folder!: RunFolder;

  constructor(session: Session, engine: Engine, options: TrainOptions, started: number) {
    this.#session = session;
    this.#engine = engine;
    this.#options = options;
    this.#started = started;
    this.#dataHash = dataHash(session.dataset);
    this.#metadata = metadataOf(session, this.#dataHash);
    this.#steps = Math.ceil(session.train.length / session.batchSize);
  }

  async run(resumed: RunFolder | undefined, threadsReason: string): Promise<TrainOutcome> {
    const { net, loss, optimizer, preprocessing, dataset, config, batchSize, train, validation } = this.#session;
    const start = startingWeights(this.#session);
    const places = Math.max(train.length, validation.length, dataset.test?.count ?? 0);
    this.#engine.configure({ net, dtype: config.dtype, batchSize, optimizer, loss, preprocessing, dataset, places });
    this.#folder = resumed ?? createRunFolder({ out: config.out, dataset: dataset.name, model: config.model });
    const header = {
      run: this.#folder.path,
      model: config.model,
      parameters: net.parameterCount,
      dataset: dataset.name,
      backend: this.#engine.backend.name,
      isa: this.#engine.backend.isa,
      threads: this.#engine.threads,
      threadsReason,
      dtype: config.dtype,
      batchSize,
      epochs: config.epochs,
      stepsPerEpoch: this.#steps,
      samples: { train: train.length, validation: validation.length, test: dataset.test?.count ?? 0 },
      arenaBytes: this.#engine.arenaBytes,
    };
    try {
      const point = resumed && resumePoint(resumed, this.#session, this.#dataHash);
      if (point) this.#restore(point);
      else {
        resumed?.truncateMetrics(0);
        this.#engine.setParameters(start.tensors);
        if (!resumed) this.#folder.writeRun(describeRun(this.#session, header, this.#dataHash, this.#options.sources));
      }
      const { epoch, step } = this.#progress;
      this.#options.onEvent({ kind: "start", header, ...(resumed && { resumedFrom: { epoch: epoch + 1, step } }) });
      for (const text of start.notes) this.#options.onEvent({ kind: "note", text });
      while (this.#progress.epoch < config.epochs) {
        const finished = await this.#epoch();
        if (!finished || (this.#options.signal?.aborted && this.#progress.epoch < config.epochs))
          return this.#stopped();
      }
      return { status: "done", result: await this.#finish() };
    } finally {
      this.#folder.close();
    }
  }

  #restore(state: CheckpointState): void {
    const { weights, optimizerState, metricsLength, ...rest } = state;
    this.#folder.truncateMetrics(metricsLength);
    this.#engine.setParameters(weights);
    this.#engine.setOptimizerState(optimizerState);
    this.#progress = rest;
  }

  /** One epoch, or the rest of one. False where it was stopped before its end. */
  async #epoch(): Promise<boolean> {
    const { config, train, optimizer } = this.#session;
    const { epoch, step: from, totalSteps, lossSum, correct, samples } = this.#progress;
    const order = train.slice();
    if (config.shuffle) shuffle(order, config.seed, epoch);
    const start = performance.now();
    const watch = this.#watch(from, start);
    const stop = (): void => this.#engine.requestStop();
    let steps: number;
    try {
      const running = this.#engine.train({
        order,
        from,
        before: totalSteps - from,
        totals: { loss: lossSum, correct, samples },
        optimizer: optimizer.name,
        lr: config.lr,
        momentum: config.momentum,
      });
      if (this.#options.signal?.aborted) stop();
      this.#options.signal?.addEventListener("abort", stop);
      const [report] = await running;
      if (report.halted !== null) throw this.#nonFinite(report.halted);
      steps = report.steps;
    } finally {
      this.#options.signal?.removeEventListener("abort", stop);
      watch.end();
    }
    const seconds = (performance.now() - start) / 1000;
    const totals = this.#engine.totals();
    this.#progress = {
      ...this.#progress,
      step: steps,
      lossSum: totals.loss,
      correct: totals.correct,
      samples: totals.samples,
      totalSteps: totalSteps - from + steps,
      trainSeconds: this.#progress.trainSeconds + seconds,
    };
    if (steps < this.#steps) {
      this.#checkpoint();
      return false;
    }
    await this.#endEpoch(seconds);
    return true;
  }

  /** Validates, keeps the best, writes the epoch's line, model and checkpoint. */
  async #endEpoch(seconds: number): Promise<void> {
    const { validation, config, net } = this.#session;
    const { epoch, best, lossSum, correct, samples } = this.#progress;
    const running: Score = { loss: lossSum / samples, accuracy: correct / samples, samples };
    const validated = validation.length > 0 ? scoreOf(await this.#engine.score(validation)) : null;
    const weights = this.#engine.parameters();
    // The lowest validation loss wins, the earlier on ties; without validation, the last.
    const isBest = !validated || !best?.validation || validated.loss < best.validation.loss;
    this.#progress = {
      ...this.#progress,
      epoch: epoch + 1,
      step: 0,
      lossSum: 0,
      correct: 0,
      samples: 0,
      last: { train: running, validation: validated },
      ...(isBest && { best: { epoch: epoch + 1, train: running, validation: validated }, bestWeights: weights }),
    };
    const line = {
      kind: "epoch",
      epoch: epoch + 1,
      train: running,
      validation: validated,
      lr: config.lr,
      seconds,
    } as const;
    this.#folder.appendMetrics(line);
    if (isBest) writeModel(this.#folder.modelFile, this.#metadata, net.parameters, weights);
    this.#checkpoint(weights);
    this.#options.onEvent({ ...line, best: isBest });
  }

  #checkpoint(weights: FloatArray[] = this.#engine.parameters()): void {
    const { config } = this.#session;
    writeCheckpoint(this.#folder.checkpointFile, {
      ...this.#progress,
      dtype: config.dtype,
      config,
      dataHash: this.#dataHash,
      metricsLength: this.#folder.syncMetrics(),
      weights,
      optimizerState: this.#engine.optimizerState(),
    });
  }

  #stopped(): TrainOutcome {
    const { epoch, step } = this.#progress;
    return { status: "stopped", run: this.#folder.path, epoch: epoch + 1, step };
  }

  /** Measures the test split, once, on the best weights. */
  async #finish(): Promise<TrainResult> {
    const { dataset, config, net, train } = this.#session;
    const { best, bestWeights, trainSeconds } = this.#progress;
    const last = this.#engine.parameters();
    const kept = bestWeights ?? last;
    let test: Score | null = null;
    if (dataset.test) {
      this.#engine.setParameters(kept);
      const offset = testOffset(dataset);
      test = scoreOf(await this.#engine.score(Uint32Array.from({ length: dataset.test.count }, (_, i) => offset + i)));
    }
    const result: TrainResult = {
      run: this.#folder.path,
      model: config.model,
      parameters: net.parameterCount,
      dataset: dataset.name,
      threads: this.#engine.threads,
      backend: this.#engine.backend.name,
      isa: this.#engine.backend.isa,
      seed: config.seed,
      epochs: config.epochs,
      bestEpoch: best!.epoch,
      train: best!.train!,
      validation: best!.validation,
      test,
      weightsHash: weightsHash(last),
      modelHash: weightsHash(kept),
      samplesPerSecond: (train.length * config.epochs) / trainSeconds,
      seconds: (performance.now() - this.#started) / 1000,
    };
    this.#options.onEvent({ kind: "done", result });
    return result;
  }

  /** Progress events and step lines while an epoch runs. */
  #watch(from: number, start: number): { end(): void } {
    const { config, batchSize, train } = this.#session;
    const { epoch } = this.#progress;
    let logged = from;
    const logSteps = (): void => {
      if (!config.logSteps) return;
      const losses = this.#engine.stepLosses();
      for (const done = this.#engine.stepsDone(); logged < done; logged++) {
        const line = { kind: "step", epoch: epoch + 1, step: logged + 1, loss: losses[logged], lr: config.lr } as const;
        this.#folder.appendMetrics(line);
        this.#options.onEvent(line);
      }
    };
    const tick = (): void => {
      logSteps();
      const step = this.#engine.stepsDone();
      const seconds = (performance.now() - start) / 1000;
      if (step <= from) return;
      const totals = this.#engine.totals();
      const stepsLeft = (config.epochs - epoch) * this.#steps - step;
      this.#options.onEvent({
        kind: "progress",
        epoch: epoch + 1,
        epochs: config.epochs,
        step,
        steps: this.#steps,
        loss: totals.loss / totals.samples,
        accuracy: totals.correct / totals.samples,
        samplesPerSecond: (Math.min(step * batchSize, train.length) - from * batchSize) / seconds,
        eta: (stepsLeft * seconds) / (step - from),
      });
    };
    const timer = setInterval(tick, progressInterval);
    return {
      end() {
        clearInterval(timer);
        logSteps();
      },
    };
  }

  #nonFinite(step: number): Error {
    const { net } = this.#session;
    const index = this.#engine.firstNonFiniteLayer();
    const layer = index === null ? "in the loss itself" : `first in layer ${index} (${net.layers[index].spec.type})`;
    return runError({
      where: `epoch ${this.#progress.epoch + 1}, step ${step + 1}`,
      expected: "a finite loss",
      got: `NaN or infinity, ${layer}`,
      fix: "Lower --lr, or look at --standardize. The last checkpoint stands.",
    });
  }
}

const scoreOf = ({ loss, accuracy, samples }: Score): Score => ({ loss, accuracy, samples });
