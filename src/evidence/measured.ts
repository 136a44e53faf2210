/** A run's model on the samples of its splits: what every part of a report that looks at answers begins with. */
import { aFunction, aSwitch, type Check } from "../base/given.js";
import type { FloatArray } from "../base/numbers.js";
import { settings } from "../config/given.js";
import type { Dataset, LoadEvent } from "../data/dataset.js";
import { checkDataset } from "../data/given.js";
import { findDataset, knownTo } from "../data/index.js";
import { placeOf } from "../data/samples.js";
import { askedSamples } from "../inference/asked-samples.js";
import { contextOf } from "../inference/context.js";
import { labelsOf, type OpenedModel, openModelAndData, putOnRanks } from "../inference/model-session.js";
import type { NamedModel } from "../inference/open-model.js";
import type { Answers } from "../metrics/answers.js";
import { measure, metrics, readLogits } from "../metrics/index.js";
import { type Score, type SplitName, splitNames } from "../metrics/score.js";
import { resolveNet } from "../nn/net.js";
import type { RunFacts } from "./facts.js";
import { keepAnswers, recallAnswers } from "./kept-answers.js";

export interface MeasuredSplit {
  readonly name: SplitName;
  /** The samples, as `data/samples.ts` counts them, and the place of each in its split, as `predict --index` counts. */
  readonly samples: Uint32Array;
  readonly places: Uint32Array;
  /** Samples that the split has: more than were measured where the net is large. */
  readonly whole: number;
  readonly answers: Answers;
  /** [samples][classes] */
  readonly probabilities: FloatArray;
  readonly score: Score;
}

export interface Measured {
  readonly file: NamedModel;
  readonly dataset: Dataset;
  readonly classNames: readonly string[];
  /** Those there are: training (some of it), validation, test. */
  readonly splits: readonly MeasuredSplit[];
  readonly notes: readonly string[];
}

export interface MeasureOptions {
  readonly dataDir?: string | undefined;
  readonly threads?: number | "auto" | undefined;
  readonly backend?: "auto" | "native" | "reference" | undefined;
  /** The run's data set, where the caller has it: it is not read again. */
  readonly loaded?: Dataset | undefined;
  /** Leave the answers in the run folder, for whoever looks next. */
  readonly keep?: boolean | undefined;
  /** Hears how far loading, and looking for copies, have come. */
  readonly onEvent?: ((event: LoadEvent) => void) | undefined;
}

export const measureChecks: Readonly<Record<string, Check>> = {
  ...settings("dataDir", "threads", "backend"),
  onEvent: aFunction,
  keep: aSwitch,
  loaded: (value, where) => checkDataset(value, where),
};

/**
 * A page is made in a second or two: of a large net, some samples of each split are measured, evenly spread; of the training
 * split, which says least of new images, no more than some thousands in any case.
 */
const multiplyAddsFor = { test: 2e11, validation: 3e10, train: 1e10 };
const mostSamples = { test: Infinity, validation: Infinity, train: 5000 };
const leastSamples = 500;

type Part = Pick<MeasuredSplit, "name" | "samples" | "places" | "whole">;

/** Throws HeddleError where model or data are not what they were. */
export async function measureRun(facts: RunFacts, options: MeasureOptions): Promise<Measured> {
  const notes: string[] = [];
  const opened = await openModelAndData({
    path: facts.run,
    dataDir: options.dataDir ?? facts.record.config.dataDir,
    threads: options.threads ?? "auto",
    backend: options.backend ?? "auto",
    loaded: options.loaded,
    // The run had the set as it is; the report does not judge it again.
    ...knownTo(findDataset(facts.record.config.dataset), { allowMissing: true, skipBad: Number.MAX_SAFE_INTEGER }),
    onEvent: (event) => {
      if (event.kind === "note") notes.push(event.text);
      else if (event.kind === "load") options.onEvent?.(event);
    },
  });
  const { file, dataset } = opened;
  const { classNames } = file.model;
  const parts = partsOf(facts, opened);
  const order = concatenate(parts.map(({ samples }) => samples));
  const asked = { file, dataset, order };
  const known = recallAnswers(facts.run, asked, labelsOf(opened, order));
  const answers = known ?? (await answersOf(opened, order));
  if (!known && options.keep === true) keepAnswers(facts.run, asked, answers);
  const of = contextOf(file);
  let from = 0;
  const splits = parts.map((part): MeasuredSplit => {
    const own = answers.part(from, (from += part.samples.length));
    const score = { split: part.name, ...of, samples: own.samples, values: measure(own, metrics) };
    return { ...part, answers: own, probabilities: probabilitiesOf(own), score };
  });
  return { file, dataset, classNames, splits, notes };
}

function partsOf({ record }: RunFacts, { file, dataset }: OpenedModel): Part[] {
  const { multiplyAdds } = resolveNet(file.model.architecture);
  return splitNames.flatMap((name) => {
    if (record.samples[name] === 0) return [];
    const { samples } = askedSamples(name, file, dataset);
    const fit = Math.max(leastSamples, Math.floor(multiplyAddsFor[name] / multiplyAdds));
    const places = spread(samples.length, Math.min(fit, mostSamples[name]));
    return [{ name, samples: places.map((place) => samples[place]), places, whole: samples.length }];
  });
}

async function answersOf(opened: OpenedModel, order: Uint32Array): Promise<Answers> {
  const { engine } = await putOnRanks(opened, order, { logits: readLogits(metrics) });
  try {
    return (await engine.score(order)).answers;
  } finally {
    await engine.close();
  }
}

function probabilitiesOf(answers: Answers): Float64Array {
  const { samples, classes } = answers;
  const all = new Float64Array(samples * classes);
  for (let i = 0; i < samples; i++) {
    for (let k = 0; k < classes; k++) all[i * classes + k] = Math.exp(answers.logProbability(i, k));
  }
  return all;
}

/** The split that says most of new images: test, else validation, else what it was trained on. */
export const mainSplit = ({ splits }: Measured): MeasuredSplit =>
  splits.find(({ name }) => name === "test") ?? splits.find(({ name }) => name === "validation") ?? splits[0];

/** Places 0 … `count` - 1, or `most` of them, evenly from the first on. */
function spread(count: number, most: number): Uint32Array {
  const taken = Math.min(count, most);
  return Uint32Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken));
}

function concatenate(lists: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}

/** The bytes of a sample's image. */
export function imageOf({ dataset }: Pick<Measured, "dataset">, sample: number): Uint8Array {
  const { height, width, channels } = dataset.shape;
  const bytes = height * width * channels;
  const { split, at } = placeOf(dataset, sample);
  return split.images.subarray(at * bytes, (at + 1) * bytes);
}
