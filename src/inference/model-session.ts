/** A trained model on ranks, with the data it is asked about: what `evaluate` and `predict` share. */

import { HeddleError, usageError } from "../base/errors.js";
import { aText, type Check, choice } from "../base/given.js";
import { isFile } from "../base/path-kind.js";
import type { Split } from "../base/shape.js";
import { machineOf } from "../config/fields.js";
import { loadChecks, settings } from "../config/given.js";
import type { TrainConfig } from "../config/schema.js";
import type { Dataset, LoadOptions } from "../data/dataset.js";
import { findDataset, knownTo } from "../data/index.js";
import { placeOf, type Splits } from "../data/samples.js";
import { Engine, type EngineOptions } from "../engine/engine.js";
import type { TrainedLoss } from "../losses/index.js";
import { type SplitName, splitNames } from "../metrics/score.js";
import type { ModelFile } from "../model/model-file.js";
import { loadRecorded } from "../run/data-place.js";
import { type WeightsName, weightsNames } from "../run/find-model.js";
import { type RunRecord, readRun } from "../run/run-file.js";
import { RunFolder } from "../run/run-folder.js";
import { imagesText } from "../run/session.js";
import { chooseThreads } from "../run/threads.js";
import { type Asked, askedSamples } from "./asked-samples.js";
import { matchClasses } from "./class-match.js";
import { borderFindings } from "./image-findings.js";
import { netOf, refuseOtherPreprocessing } from "./model-net.js";
import { type NamedModel, openNamedModel } from "./open-model.js";
import { readingOf } from "./reading.js";

export interface ModelOptions extends LoadOptions {
  /** Run folder or model file; the newest run where not given. */
  readonly path?: string;
  /** Which weights of a run; the best where not given, or the last where no epoch has ended. */
  readonly weights?: WeightsName | undefined;
  /** The data set the model was trained on, unless given. */
  readonly dataset?: string;
  /** That set, where the caller has it: it is not read again. */
  readonly loaded?: Dataset | undefined;
  /** The test split where there is one, else what comes nearest to it, unless given. */
  readonly split?: SplitName | undefined;
  /** Refused where the model's is another: preprocessing is part of the model. */
  readonly standardize?: string;
  /** Unless given, these and `dataDir` are the environment's, or the defaults of training. */
  readonly threads?: TrainConfig["threads"] | undefined;
  readonly backend?: TrainConfig["backend"] | undefined;
}

export const modelChecks: Readonly<Record<string, Check>> = {
  ...loadChecks,
  ...settings("threads", "backend", "dataset"),
  path: aText,
  standardize: aText,
  weights: choice(weightsNames),
  split: choice(splitNames),
};

export interface ModelSession {
  readonly file: NamedModel;
  /** Labels are those of its own classes; the engine has the model's. */
  readonly dataset: Dataset;
  readonly split: Asked["split"];
  /** The samples asked about, as `data/samples.ts` counts them. */
  readonly order: Uint32Array;
  /** For each class of the data, its number in the model; -1 where the model does not know it. */
  readonly toModel: readonly number[];
  readonly engine: Engine;
  readonly loss: TrainedLoss;
  /** From here on the engine sees these images in place of the samples asked about, at 0, 1, … in their order. */
  readonly show: (images: Uint8Array) => void;
}

/** A model and the data it is asked about, before anything is computed. */
export interface OpenedModel extends Pick<ModelSession, "file" | "dataset" | "toModel"> {
  /** All samples of the split asked for. */
  readonly asked: Asked;
  readonly machine: Required<Pick<TrainConfig, "threads" | "backend">>;
}

/**
 * Opens model and data. The preprocessing comes from the model file and from nowhere else; classes of model and data are
 * matched by name.
 */
export async function openModelAndData(given: ModelOptions): Promise<OpenedModel> {
  const options = { ...given, ...machineOf(given) };
  const file = openNamedModel(options.path, options.weights);
  const { path } = file;
  for (const text of file.notes) options.onEvent?.({ kind: "note", text });
  refuseOtherPreprocessing(file, options.standardize);
  const { architecture, preprocessing, classNames } = file.model;
  const dataset = options.loaded ?? (await loadFor(file, options));
  const where = `${path} on ${dataset.name}`;
  const [wanted, found] = [imagesText(architecture.input, preprocessing), imagesText(dataset.shape, dataset)];
  if (wanted !== found) {
    const fix = `It was trained on ${file.model.provenance.dataset}: name a --dataset like that.`;
    throw usageError({ where, expected: `${wanted}, as in training`, got: found, fix });
  }
  const { toModel, findings } = matchClasses(classNames, dataset.classes, where);
  const asked = askedSamples(options.split, file, dataset);
  const seen = borderFindings(file.model, dataset, asked.samples);
  for (const finding of [...findings, ...asked.findings, ...seen]) options.onEvent?.({ kind: "finding", finding });
  const { threads, backend } = options;
  return { file, dataset, toModel, asked, machine: { threads, backend } };
}

/** The same on ranks. `take` chooses among the samples asked about; the engine keeps what `keep` says of each. */
export async function openModel(
  given: ModelOptions,
  take: (asked: Asked, opened: OpenedModel) => Uint32Array,
  keep: Pick<EngineOptions, "probabilities" | "logits">,
): Promise<ModelSession> {
  const opened = await openModelAndData(given);
  return putOnRanks(opened, take(opened.asked, opened), keep);
}

/** `order`: the samples to be asked about. */
export async function putOnRanks(
  { file, dataset, toModel, asked, machine }: OpenedModel,
  order: Uint32Array,
  keep: Pick<EngineOptions, "probabilities" | "logits">,
): Promise<ModelSession> {
  const { preprocessing } = file.model;
  const { net, loss, dtype, exact, tensors } = netOf(file);
  const { threads } = chooseThreads(machine.threads);
  const engine = new Engine(threads, machine.backend);
  const places = order.length;
  const lay = (images: Splits, used?: readonly Uint32Array[]): void => {
    const scored = { net, dtype, exact, loss, preprocessing, dataset: images, ...(used && { used }), ...keep };
    engine.configure({ ...scored, batchSize: 0, optimizer: null, places });
    engine.setParameters(tensors);
  };
  const labels = labelsOf({ dataset, toModel }, order);
  const show = (images: Uint8Array): void => lay({ train: { count: places, images, labels }, test: null });
  try {
    lay(relabelled(dataset, toModel), [order]);
  } catch (error) {
    await engine.close();
    throw error;
  }
  return { file, dataset, split: asked.split, order, toModel, engine, loss, show };
}

/** Of each sample, its class as the model numbers them. */
export const labelsOf = (
  { dataset, toModel }: Pick<OpenedModel, "dataset" | "toModel">,
  order: Uint32Array,
): Uint16Array =>
  Uint16Array.from(order, (sample) => {
    const { split, at } = placeOf(dataset, sample);
    return Math.max(0, toModel[split.labels[at]] ?? 0);
  });

/** The set asked about, its images made as the training images were. */
async function loadFor(file: NamedModel, options: ModelOptions): Promise<Dataset> {
  const { preprocessing, provenance } = file.model;
  const name = options.dataset ?? provenance.dataset;
  const source = findDataset(name);
  const { channels } = file.model.architecture.input;
  const asTrained = { ...readingOf(file.model), channels: channels === 3 ? 3 : 1 } as const;
  const record = file.run === null || options.dataset !== undefined ? null : recordOf(file.run);
  const dataset = await loadRecorded(name, record?.datasetPath, {
    ...options,
    dataDir: options.dataDir ?? record?.config.dataDir,
    ...knownTo(source, asTrained),
    ...allowancesOf(file, name, options),
  });
  if (name !== provenance.dataset) {
    const { standardize } = preprocessing;
    const text = `Trained on ${provenance.dataset}, asked about ${name}; images become numbers as in training: ${standardize}.`;
    options.onEvent?.({ kind: "note", text });
    for (const finding of dataset.findings ?? []) options.onEvent?.({ kind: "finding", finding });
  }
  return dataset;
}

/** Where the run's data lay; a folder without a sound run.json says nothing of it. */
function recordOf(run: string): RunRecord | null {
  const folder = new RunFolder(run);
  if (!isFile(folder.runFile)) return null;
  try {
    return readRun(folder);
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return null;
  }
}

/** With the model's labels. Samples of classes that it does not know get one that nobody may look at. */
function relabelled({ train, test, validation, mapped }: Dataset, toModel: readonly number[]): Splits {
  const relabel = (split: Split): Split => ({
    ...split,
    labels: split.labels.map((label) => Math.max(0, toModel[label] ?? 0)),
  });
  return {
    train: relabel(train),
    test: test && relabel(test),
    validation: validation ? relabel(validation) : null,
    mapped,
  };
}

/** What the training data were allowed to lack, they may lack again. */
function allowancesOf({ model: { provenance } }: ModelFile, dataset: string, given: LoadOptions): LoadOptions {
  const { allowMissing = false, skipBad = 0 } = given;
  if (dataset !== provenance.dataset) return { allowMissing, skipBad };
  return {
    allowMissing: allowMissing || provenance.incomplete !== undefined,
    skipBad: Math.max(skipBad, typeof provenance.skipBad === "number" ? provenance.skipBad : 0),
  };
}
