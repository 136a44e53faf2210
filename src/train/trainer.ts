/**
 * The trainer: epochs of steps on the ranks, validation between them, the best weights kept, a checkpoint after each
 * epoch and at a stop. It decides; the engine computes; whoever listens to its events prints.
 */
import { removeIfThere } from "../base/atomic-write.js";
import { readMemory } from "../base/machine.js";
import { dataHash } from "../data/data-hash.js";
import type { Engine } from "../engine/engine.js";
import type { Score } from "../metrics/score.js";
import { checkConfig, refuseRepeated } from "../run/check-config.js";
import type { Ending } from "../run/documents/train.js";
import type { Standing } from "../run/endings/ending.js";
import { Limits } from "../run/endings/index.js";
import { metadataOf } from "../run/metadata.js";
import { headerOf, type RunHeader, readRun, recordRun } from "../run/run-file.js";
import { createRunFolder, openRunFolder, type RunFolder, writesFiles } from "../run/run-folder.js";
import { openSession, type Session, startingWeights } from "../run/session.js";
import { addLosses } from "./batch-losses.js";
import { changeRun, resumedConfig } from "./changes.js";
import { CheckpointRhythm, leastOf } from "./checkpoint-rhythm.js";
import { configureFor } from "./configure.js";
import { epochLine } from "./epoch-line.js";
import { EpochNotes } from "./epoch-notes.js";
import type { EpochLine, RunEnd, TrainEvent, TrainOutcome, TrainResult } from "./events.js";
import { hindsight } from "./hindsight.js";
import { Keeper } from "./keeper.js";
import { allocateKept } from "./kept.js";
import { type Logs, openLogs } from "./logs/index.js";
import { openEngine } from "./open-engine.js";
import { completeOptions, type GivenOptions, type TrainOptions } from "./options.js";
import { orderOf } from "./order.js";
import { postMortem } from "./post-mortem.js";
import { afterSteps, freshProgress, nextEpoch, withMeasured } from "./progress.js";
import { endOf, eventDocument, finishedWith } from "./result.js";
import { writeResult } from "./result-file.js";
import { type Resumed, resumePoint } from "./resume.js";
import { Scorer } from "./scorer.js";
import { trainStretch } from "./stretch.js";
import { begunEpoch, thawFor } from "./thaw.js";
import { runningScore } from "./watch.js";

/** Throws HeddleError; what the run folder holds by then stays valid. */
export async function train(given: TrainOptions = {}): Promise<TrainOutcome> {
  const started = performance.now();
  const options = completeOptions(given);
  const folder = options.resume === undefined ? undefined : openRunFolder(options.resume);
  let engine: Engine | undefined;
  try {
    const run = folder && readRun(folder);
    const config = run ? resumedConfig(run, options) : options.config;
    checkConfig(config, options.sources);
    refuseRepeated(config);
    const onEvent = (event: TrainEvent): void => options.onEvent(event);
    const mistakes = run ? run.asPublished : options.asPublished?.mistakes;
    const session = await openSession(config, { sources: options.sources, found: run, mistakes, onEvent });
    options.onLoaded?.(session.dataset);
    const opened = await openEngine(session, options);
    engine = opened.engine;
    return await new Training(session, engine, options, started).run(folder && run && { folder, run }, opened.reason);
  } finally {
    folder?.close();
    await engine?.close();
  }
}

class Training {
  readonly #session: Session;
  readonly #engine: Engine;
  readonly #options: GivenOptions;
  readonly #started: number;
  readonly #dataHash: string;
  readonly #limits: Limits;
  readonly #rhythm: CheckpointRhythm;
  #progress = freshProgress;
  /** Of the starts before this one; they count too. */
  #secondsBefore = 0;
  readonly #order: Uint32Array;
  /** Null for a run without files. */
  #folder: RunFolder | null = null;
  readonly #note = (text: string): void => this.#options.onEvent({ kind: "note", text });
  readonly #notes: EpochNotes;
  #keeper!: Keeper;
  #scorer!: Scorer;
  #logs: Logs | undefined;

  constructor(session: Session, engine: Engine, options: GivenOptions, started: number) {
    this.#session = session;
    this.#engine = engine;
    this.#options = options;
    this.#started = started;
    this.#dataHash = dataHash(session.dataset);
    this.#limits = new Limits(session.config);
    this.#rhythm = new CheckpointRhythm(session);
    this.#order = new Uint32Array(session.train.length);
    this.#notes = new EpochNotes(engine, session);
  }

  async run(resumed: Resumed | undefined, threadsReason: string): Promise<TrainOutcome> {
    const { dataset, config, modelLabel, steps } = this.#session;
    configureFor(this.#engine, this.#session, begunEpoch(this.#session, resumed?.folder));
    const kept = allocateKept(this.#engine.plan, readMemory().available, this.#engine.backend);
    const fresh = resumed ? null : startingWeights(this.#session);
    const { out, overwrite } = config;
    const named = { overwrite, dataset: dataset.name, model: modelLabel };
    this.#folder = resumed?.folder ?? (writesFiles(out) ? createRunFolder({ out, ...named }) : null);
    const metadata = metadataOf(this.#session, this.#dataHash);
    this.#keeper = new Keeper(this.#engine, this.#folder, kept, { metadata, config });
    this.#scorer = new Scorer(this.#engine, this.#session, this.#keeper, this.#folder?.checkpointFile ?? null);
    try {
      const known = { run: this.#folder?.path ?? null, threadsReason, stepsPerEpoch: steps };
      const header = headerOf(this.#session, this.#engine, known);
      const { sources } = this.#options;
      if (!resumed && this.#folder) recordRun(this.#folder, this.#session, header, this.#dataHash, sources);
      await this.#begin(header, resumed, fresh);
      return await this.#toTheEnd();
    } finally {
      this.#logs?.close();
      this.#folder?.close();
    }
  }

  /** Fills the engine, from the checkpoint where there is one, and says what starts. */
  async #begin(
    header: RunHeader,
    resumed: Resumed | undefined,
    fresh: ReturnType<typeof startingWeights> | null,
  ): Promise<void> {
    const { findings, notes } = this.#session;
    const point = resumed && (await resumePoint(resumed, this.#session, this.#dataHash, this.#keeper, this.#options));
    this.#progress = point?.progress ?? freshProgress;
    const told = point ? changeRun(resumed, this.#session, this.#progress, this.#ended(), this.#options) : [];
    this.#secondsBefore = this.#progress.seconds;
    this.#rhythm.wrote(this.#progress.totalSteps);
    const start = point?.progress ? null : (fresh ?? startingWeights(this.#session));
    if (start) this.#engine.setParameters(start.tensors);
    if (resumed && this.#ended() === null) removeIfThere(resumed.folder.resultFile);
    const resumedFrom = resumed && { epoch: this.#progress.epoch + 1, step: this.#progress.step };
    const logged = { session: this.#session, engine: this.#engine, resumedFrom };
    this.#logs = openLogs(this.#folder, logged, this.#note);
    this.#options.onEvent({ kind: "start", header, ...(resumedFrom && { resumedFrom }) });
    for (const finding of findings) this.#options.onEvent({ kind: "finding", finding });
    for (const text of [...told, ...notes, ...(point?.notes ?? []), ...(start?.notes ?? [])]) this.#note(text);
    if (this.#options.signal?.aborted && start) await this.#keep(false);
  }

  /** However it ends, `result.json` says so. */
  async #toTheEnd(): Promise<TrainOutcome> {
    try {
      for (;;) {
        // A stop left the epoch trained and not validated: it is one, whatever limit lies at its end.
        const ended = this.#progress.step === this.#session.steps ? null : this.#ended();
        const result = ended && (await this.#finish(ended));
        if (result) return { status: "done", result };
        if (ended || this.#options.signal?.aborted) return await this.#stopped();
        await this.#epoch();
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      writeResult(this.#folder, { ...this.#end("failed"), error: why }, this.#note);
      throw error;
    }
  }

  /** How the run ended, once it has. */
  #ended(): Ending | null {
    return this.#limits.reached(this.#standing());
  }

  #standing(): Standing {
    const { totalSteps: updates, epoch: epochs, last, best, stall } = this.#progress;
    const measured = [last, best].filter((scores) => scores !== null);
    return { updates, epochs, seconds: this.#seconds(), measured, stall };
  }

  #seconds(): number {
    return this.#secondsBefore + (performance.now() - this.#started) / 1000;
  }

  /** A stop's last checkpoint has to be written; another may fail, and the run goes on. */
  async #keep(best: boolean): Promise<void> {
    this.#progress = { ...this.#progress, seconds: this.#seconds() };
    const failure = await this.#keeper.keep(this.#progress, best, this.#options.signal?.aborted === true);
    this.#rhythm.wrote(this.#progress.totalSteps);
    if (failure !== null) this.#note(`No new checkpoint, the run goes on: ${failure}`);
  }

  /** One epoch, or the rest of one, or what a stop or a limit leaves of it. */
  async #epoch(): Promise<void> {
    const [{ steps }, begun] = [this.#session, this.#progress];
    const { epoch, step: from, totalSteps } = begun;
    thawFor(this.#engine, this.#session, this.#progress, this.#note);
    this.#notes.begin(begun);
    const { step, halted, unfit, seconds, ranks } = await trainStretch({
      session: this.#session,
      engine: this.#engine,
      folder: this.#folder,
      progress: begun,
      order: this.#orderOf(epoch),
      left: leastOf(this.#limits.left(this.#standing()), this.#folder && this.#rhythm.left(totalSteps)),
      signal: this.#options.signal,
      onEvent: (event) => {
        if (event.kind === "step") this.#logs?.step(event);
        this.#options.onEvent(event);
      },
    });
    this.#notes.trained(ranks);
    if (halted !== null) {
      const of = { engine: this.#engine, session: this.#session, folder: this.#folder, dataHash: this.#dataHash };
      throw await postMortem({ ...of, order: this.#order, epoch, step: halted, unfit, before: totalSteps - from });
    }
    const batchLosses = addLosses(this.#progress.batchLosses, this.#engine.stepLosses(), [from, step], this.#session);
    this.#progress = afterSteps(this.#progress, { step, totals: this.#engine.totals(), seconds, batchLosses });
    await this.#scorer.assertFinite(this.#progress, begun);
    if (step < steps) await this.#scorer.probe(this.#progress, this.#order);
    else if (await this.#endEpoch()) return;
    await this.#keep(false);
  }

  #orderOf(epoch: number): Uint32Array {
    return orderOf(this.#session, epoch, this.#order);
  }

  /** Validates, keeps the best, writes the epoch's line, model and checkpoint. False where it was stopped before that. */
  async #endEpoch(): Promise<boolean> {
    const line = await this.#measure();
    if (!line) return false;
    this.#progress = nextEpoch(this.#progress);
    if (line.best || this.#rhythm.due(this.#progress.totalSteps) || this.#ended() !== null) await this.#keep(line.best);
    this.#options.onEvent(line);
    return true;
  }

  /**
   * Scores what the epoch has come to, and whether its weights are the best so far, and adds its line to the metrics. Null
   * where a stop came first; nothing is changed then.
   */
  async #measure(): Promise<(EpochLine & { readonly best: boolean }) | null> {
    const { validation: held, augmentation } = this.#session;
    const begun = this.#progress;
    const { epoch, lossSum, correct, samples } = begun;
    const train = runningScore({ loss: lossSum, correct, samples }, epoch + 1, augmentation !== null);
    if (held.length === 0) await this.#scorer.probe(this.#progress, this.#order);
    const of = { split: "validation", epoch: epoch + 1, weights: "last" } as const;
    const validation = held.length > 0 ? await this.#scorer.score(held, of, this.#options.signal) : null;
    if (held.length > 0 && !validation) return null;
    const { progress, isBest } = withMeasured(this.#progress, { train, validation }, this.#session);
    this.#progress = progress;
    const line = epochLine(this.#session, begun, { train, validation, ...this.#notes.end() });
    const event = { ...line, best: isBest };
    this.#folder?.metrics.append(eventDocument(event));
    this.#logs?.epoch(line);
    return event;
  }

  async #stopped(): Promise<TrainOutcome> {
    const { epoch, step, totalSteps, best } = this.#progress;
    if (!this.#rhythm.has(totalSteps)) await this.#keep(false);
    const hashes = await this.#keeper.hashes();
    const end = { ...this.#end("interrupted"), weightsHash: hashes.weights, modelHash: best && hashes.best };
    writeResult(this.#folder, end, this.#note);
    return { status: "stopped", run: this.#folder?.path ?? null, epoch: epoch + 1, step };
  }

  /** Measures the test split, once, on the best weights. Null where it was stopped before that. */
  async #finish(ended: Ending): Promise<TrainResult | null> {
    // An epoch that was broken off counts too. The checkpoint stays as it was: a run that goes on ends the epoch.
    if (this.#progress.step > 0) {
      this.#orderOf(this.#progress.epoch);
      const line = await this.#measure();
      if (!line) return null;
      if (line.best) await this.#keeper.keepBest();
      this.#options.onEvent(line);
    }
    const best = this.#progress.best!;
    const { weights: weightsHash, best: modelHash } = await this.#keeper.hashes();
    let test: Score | null = null;
    if (this.#session.test.length > 0) {
      await this.#keeper.adoptBest();
      const of = { split: "test", epoch: best.epoch, weights: "best" } as const;
      test = await this.#scorer.score(this.#session.test, of, this.#options.signal);
      if (!test) return null;
    }
    const seen = hindsight(this.#session, this.#progress, test, ended);
    const result = finishedWith(this.#end(ended), best, { test, weightsHash, modelHash, ...seen });
    writeResult(this.#folder, result, this.#note);
    this.#options.onEvent({ kind: "done", result });
    return result;
  }

  #end(ended: Ending): RunEnd {
    const known = { run: this.#folder?.path ?? null, progress: this.#progress, started: this.#started };
    return endOf(ended, this.#session, this.#engine, known);
  }
}
