/** What came of a run, as `train --json` prints it and `result.json` holds it. */
import { version } from "../base/version.js";
import type { Engine } from "../engine/engine.js";
import { fallbackReason } from "../kernels/index.js";
import { measuredDocument } from "../metrics/index.js";
import { type Score, scoreDocument } from "../metrics/score.js";
import { thresholdOf } from "../metrics/target.js";
import type { ScoreDocument } from "../run/documents/parts.js";
import type { Ending, TrainDocument } from "../run/documents/train.js";
import type { Session } from "../run/session.js";
import type { RunEnd, TrainEvent, TrainResult } from "./events.js";
import type { Progress } from "./progress.js";

/** What can be said of a run at any time. */
export function endOf(
  ended: Ending,
  { config, dataset, net, train, validation, batchSize, select }: Session,
  { threads, backend }: Engine,
  known: { readonly run: string | null; readonly progress: Progress; readonly started: number },
): RunEnd {
  const { best, epoch, step, totalSteps, trainSeconds } = known.progress;
  const { requireAccuracy: accuracy } = config;
  const seen = train.length * epoch + Math.min(step * batchSize, train.length);
  return {
    ended,
    run: known.run,
    model: config.model,
    parameters: net.parameterCount,
    dataset: dataset.name,
    threads,
    backend: backend.name,
    isa: backend.isa,
    backendNote: fallbackReason(config.backend),
    seed: config.seed,
    epochs: config.epochs,
    epoch,
    steps: totalSteps,
    bestEpoch: best && best.epoch,
    select: validation.length > 0 ? select.name : null,
    train: best && best.train,
    validation: best && best.validation,
    test: null,
    threshold: accuracy === undefined ? null : { accuracy, met: null },
    weightsHash: null,
    modelHash: null,
    samplesPerSecond: trainSeconds > 0 ? seen / trainSeconds : null,
    seconds: (performance.now() - known.started) / 1000,
    guess: null,
    findings: [],
    error: null,
  };
}

/** The same of a run that got to its end. */
export function finishedWith(
  end: RunEnd,
  best: NonNullable<Progress["best"]>,
  found: Pick<TrainResult, "test" | "weightsHash" | "modelHash" | "guess" | "findings">,
): TrainResult {
  const threshold = end.threshold && thresholdOf(end.threshold.accuracy, found.test);
  const samplesPerSecond = end.samplesPerSecond ?? 0;
  return { ...end, ...found, bestEpoch: best.epoch, train: best.train!, threshold, samplesPerSecond };
}

/** Keys in the order in which people read them. */
export function resultDocument(end: RunEnd): TrainDocument {
  const score = (of: Score | null) => of && (measuredDocument(of) as ScoreDocument);
  return {
    schema: 1,
    ended: end.ended,
    run: end.run,
    model: end.model,
    parameters: end.parameters,
    dataset: end.dataset,
    threads: end.threads,
    backend: end.backend,
    isa: end.isa,
    backendNote: end.backendNote,
    seed: end.seed,
    epochs: end.epochs,
    epoch: end.epoch,
    steps: end.steps,
    bestEpoch: end.bestEpoch,
    select: end.select,
    train: score(end.train),
    validation: score(end.validation),
    test: score(end.test),
    threshold: end.threshold,
    weightsHash: end.weightsHash,
    modelHash: end.modelHash,
    samplesPerSecond: end.samplesPerSecond,
    seconds: end.seconds,
    guess: end.guess,
    findings: [...end.findings],
    version: version(),
    error: end.error,
  };
}

/** An event as a line for programs (`--json-lines`): an epoch as `metrics.jsonl` has it, the end as `--json` prints it. */
export function eventDocument(event: TrainEvent): Readonly<Record<string, unknown>> {
  switch (event.kind) {
    case "start": {
      const { header, ...more } = event;
      return { ...more, schema: 1, ...header };
    }
    case "epoch":
      return {
        ...event,
        // Of one moment of one machine: not for the record.
        load: undefined,
        train: scoreDocument(event.train),
        validation: event.validation && scoreDocument(event.validation),
      };
    case "done":
      return { kind: "done", result: resultDocument(event.result) };
    default:
      return { ...event };
  }
}
