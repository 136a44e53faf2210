/**
 * The trainer: epochs of steps on the ranks, validation between them, the best weights kept, a checkpoint after each
 * epoch and at a stop. It decides; the engine computes; whoever listens to its events prints.
 */
import { existsSync } from "node:fs";
import { dataHash } from "../data/data-hash.js";
import type { FloatArray } from "../engine/arena.js";
import { Engine, testOffset } from "../engine/engine.js";
import type { FinishedRank } from "../engine/ranks.js";
import { type ModelMetadata, weightsHash, writeModel } from "../model/model-file.js";
import { identity, shuffle } from "../random.js";
import { chooseThreads } from "../system.js";
import { type CheckpointState, freshProgress, type Progress, writeCheckpoint } from "./checkpoint.js";
import type { Score, TrainEvent, TrainOutcome, TrainResult } from "./events.js";
import { checkConfig } from "./check-config.js";
import { firstNonFinite, nonFiniteError } from "./non-finite.js";
import { completeOptions, type GivenOptions, type TrainOptions } from "./options.js";
import { createRunFolder, openRunFolder, type RunFolder } from "./run-folder.js";
import { headerOf, readRun, recordRun, resumedConfig, resumePoint } from "./run-description.js";
import { metadataOf, openSession, type Session, startingWeights, worthRanks } from "./session.js";
import { EpochWatch } from "./watch.js";

/** Throws HeddleError; what the run folder holds by then stays valid. */
export async function train(given: TrainOptions = {}): Promise<TrainOutcome> {
  const started = performance.now();
  const options = completeOptions(given);
  const folder = options.resume === undefined ? undefined : openRunFolder(options.resume);
  const run = folder && readRun(folder);
  const config = run ? resumedConfig(run, options.config) : options.config;
  const { sources } = options;
  checkConfig(config, sources);
  const onEvent = (event: TrainEvent): void => options.onEvent(event);
  const session = await openSession(config, { sources, found: run, onEvent });
  const { threads, reason, note } = chooseThreads(config.threads, options.sources.threads, worthRanks(session));
  if (note) options.onEvent({ kind: "note", text: note });
  const engine = new Engine(threads, config.backend);
  try {
    const training = new Training(session, engine, options, started);
    return await training.run(folder, reason);
  } finally {
    folder?.close();
    await engine.close();
  }
}

class Training {
  readonly #session: Session;
  readonly #engine: Engine;
  readonly #options: GivenOptions;
  readonly #started: number;
  readonly #dataHash: string;
  readonly #metadata: ModelMetadata;
  readonly #steps: number;
  #progress: Progress = freshProgress;
  // Copies that nothing holds on to any more: each epoch's go where a former epoch's were, and memory stays as it is.
  #spare: FloatArray[] | undefined;
  #moments: FloatArray[][] | undefined;
  readonly #order: Uint32Array;
  #folder!: RunFolder;

  constructor(session: Session, engine: Engine, options: GivenOptions, started: number) {
    this.#session = session;
    this.#engine = engine;
    this.#options = options;
    this.#started = started;
    this.#dataHash = dataHash(session.dataset);
    this.#metadata = metadataOf(session, this.#dataHash);
    this.#order = new Uint32Array(session.train.length);
    this.#steps = Math.ceil(session.train.length / session.batchSize);
  }

  async run(resumed: RunFolder | undefined, threadsReason: string): Promise<TrainOutcome> {
    const { net, loss, optimizer, preprocessing, dataset, taught, config, batchSize } = this.#session;
    const { augmentation, train, validation, modelLabel, notes } = this.#session;
    const places = Math.max(train.length, validation.length, dataset.test?.count ?? 0);
    const { dtype, seed, exactConv: exact } = config;
    const trained = { net, dtype, batchSize, optimizer, loss, preprocessing, dataset: taught, places, seed, exact };
    this.#engine.configure({ ...trained, augmentation });
    const point = resumed && resumePoint(resumed, this.#session, this.#dataHash);
    const start = point ? null : startingWeights(this.#session);
    this.#folder = resumed ?? createRunFolder({ out: config.out, dataset: dataset.name, model: modelLabel });
    const header = headerOf(this.#session, this.#engine, {
      run: this.#folder.path,
      threadsReason,
      stepsPerEpoch: this.#steps,
    });
    try {
      if (point) this.#restore(point);
      if (start) {
        resumed?.truncateMetrics(0);
        this.#engine.setParameters(start.tensors);
        if (!resumed) recordRun(this.#folder, this.#session, header, this.#dataHash, this.#options.sources);
      }
      const { epoch, step } = this.#progress;
      this.#options.onEvent({ kind: "start", header, ...(resumed && { resumedFrom: { epoch: epoch + 1, step } }) });
      for (const text of [...notes, ...(start?.notes ?? [])]) this.#options.onEvent({ kind: "note", text });
      if (this.#options.signal?.aborted && !point) this.#checkpoint();
      while (this.#progress.epoch < config.epochs) {
        if (this.#options.signal?.aborted || !(await this.#epoch())) return this.#stopped();
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
    const order = this.#order;
    order.set(train);
    if (config.shuffle) shuffle(order, config.seed, epoch);
    const start = performance.now();
    const watch = new EpochWatch({
      session: this.#session,
      engine: this.#engine,
      folder: this.#folder,
      epoch,
      from,
      steps: this.#steps,
      onEvent: (event) => this.#options.onEvent(event),
    });
    const stop = (): void => this.#engine.requestStop();
    let report: FinishedRank;
    try {
      const running = this.#engine.train({
        order,
        from,
        epoch,
        before: totalSteps - from,
        totals: { loss: lossSum, correct, samples },
        optimizer: optimizer.name,
        lr: config.lr,
        momentum: config.momentum,
      });
      if (this.#options.signal?.aborted) stop();
      this.#options.signal?.addEventListener("abort", stop);
      [report] = await running;
    } finally {
      this.#options.signal?.removeEventListener("abort", stop);
      watch.stop();
    }
    watch.finish();
    const { steps, halted } = report;
    if (halted !== null) throw this.#nonFinite(`epoch ${epoch + 1}, step ${halted + 1}`);
    const seconds = (performance.now() - start) / 1000;
    const epochSeconds = this.#progress.epochSeconds + seconds;
    const totals = this.#engine.totals();
    this.#progress = {
      ...this.#progress,
      step: steps,
      lossSum: totals.loss,
      correct: totals.correct,
      samples: totals.samples,
      totalSteps: totalSteps - from + steps,
      trainSeconds: this.#progress.trainSeconds + seconds,
      epochSeconds,
    };
    if (steps < this.#steps) {
      this.#checkpoint();
      return false;
    }
    await this.#endEpoch(epochSeconds);
    return true;
  }

  /** Validates, keeps the best, writes the epoch's line, model and checkpoint. */
  async #endEpoch(seconds: number): Promise<void> {
    const { validation, config, net } = this.#session;
    const { epoch, best, bestWeights, lossSum, correct, samples } = this.#progress;
    const running: Score = { loss: lossSum / samples, accuracy: correct / samples, samples };
    const weights = this.#weights();
    const validated =
      validation.length > 0
        ? await this.#score(validation, `epoch ${epoch + 1}, step ${this.#steps}, validation`)
        : null;
    // The lowest validation loss wins, the earlier on ties; without validation, the last.
    const isBest = !validated || !best?.validation || validated.loss < best.validation.loss;
    if (isBest) this.#spare = bestWeights ? [...bestWeights] : undefined;
    this.#progress = {
      ...this.#progress,
      epoch: epoch + 1,
      step: 0,
      lossSum: 0,
      correct: 0,
      samples: 0,
      epochSeconds: 0,
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

  #checkpoint(weights: FloatArray[] = this.#weights()): void {
    const { config } = this.#session;
    this.#moments = this.#engine.optimizerState(this.#moments);
    writeCheckpoint(this.#folder.checkpointFile, {
      ...this.#progress,
      dtype: config.dtype,
      config,
      dataHash: this.#dataHash,
      metricsLength: this.#folder.syncMetrics(),
      weights,
      optimizerState: this.#moments,
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
      const order = identity(dataset.test.count).map((sample) => offset + sample);
      test = await this.#score(order, `epoch ${best!.epoch}, step ${this.#steps}, test`);
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

  /** The weights as they are, none of them NaN or infinite: what a file may hold. */
  #weights(): FloatArray[] {
    const weights = this.#engine.parameters(this.#spare);
    this.#spare = weights;
    const wrong = firstNonFinite(weights);
    if (wrong < 0) return weights;
    const { epoch, step } = this.#progress;
    const { layers, parameters } = this.#session.net;
    const layer = layers.findIndex((each) => each.parameters.includes(parameters[wrong]));
    throw this.#nonFinite(`epoch ${epoch + 1}, step ${step}, update`, "finite weights", layer);
  }

  /** Loss and accuracy with the weights as they are. Throws where the loss is not finite. */
  async #score(order: Uint32Array, where: string): Promise<Score> {
    const { loss, accuracy, samples, firstNonFinite: place } = await this.#engine.score(order);
    if (Number.isFinite(loss)) return { loss, accuracy, samples };
    // Once more the sample that did it, so that its numbers are those in the arena.
    if (place !== null) await this.#engine.score(order.subarray(place, place + 1));
    throw this.#nonFinite(where);
  }

  #nonFinite(
    where: string,
    expected: "a finite loss" | "finite weights" = "a finite loss",
    layer = this.#engine.firstNonFiniteLayer(),
  ): Error {
    const checkpoint = existsSync(this.#folder.checkpointFile);
    return nonFiniteError({ where, expected, net: this.#session.net, layer, checkpoint });
  }
}
