/** From a configuration to a run that can start: data, split, preprocessing, net, and how many threads. */
import type { TrainConfig } from "../config/schema.js";
import type { Dataset, LoadEvent } from "../data/dataset.js";
import { findDataset } from "../data/index.js";
import { parseImageSize } from "../data/images/settings.js";
import type { Preprocessing } from "../data/preprocessing.js";
import { stratifiedSplit, stratifiedSubset } from "../data/split.js";
import { fitPreprocessing } from "../data/standardize.js";
import { usageError } from "../errors.js";
import { type ModelMetadata, matchParameters, readWeights } from "../model/model-file.js";
import { findInitializer, initializeParameter } from "../nn/initializers.js";
import { findLoss, type Loss } from "../nn/losses.js";
import { checkMinibatches, type Net, resolveNet, stepOperations } from "../nn/net.js";
import { findOptimizer } from "../optim/index.js";
import type { Optimizer } from "../optim/optimizer.js";
import { identity } from "../random.js";
import { buildNet, checkModel, lastingModel, modelLabel, parseActivation } from "../zoo/index.js";
import type { FloatArray } from "../engine/arena.js";

/** The configuration with what the data set decides filled in. */
export type FullConfig = TrainConfig & { readonly model: string; readonly epochs: number };

export interface Session {
  readonly config: FullConfig;
  /** What the model is called in the name of the run's folder. */
  readonly modelLabel: string;
  /** What was done to the net that its text does not say. */
  readonly notes: readonly string[];
  readonly dataset: Dataset;
  /** Positions in the training split. */
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  readonly preprocessing: Preprocessing;
  readonly net: Net;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly batchSize: number;
}

/** Arithmetic that is worth a rank: a microsecond or two of a core, against the third of one that a barrier costs. */
const operationsPerRank = 400_000;

/** How many ranks pay at most: each wants some arithmetic of its own, and a sample. */
export function worthRanks({ net, batchSize }: Session): { threads: number; reason: string } {
  const operations = stepOperations(net) * batchSize;
  const threads = Math.max(1, Math.min(batchSize, Math.ceil(operations / operationsPerRank)));
  return { threads, reason: `more don't pay for ${(operations / 1e6).toPrecision(2)} million operations a step` };
}

/** Refuses what cannot be right before anything is loaded. Throws `usageError`. */
export function checkConfig(config: TrainConfig): void {
  checkImageSettings(config);
  findOptimizer(config.optimizer);
  findLoss(config.loss);
  if (config.initializer !== undefined) findInitializer(config.initializer);
  if (config.activation !== undefined) parseActivation(config.activation);
  if (config.model !== undefined) checkModel(config.model, config.activation);
}

/** `--image-size` and `--channels` would do nothing to a set whose images are what they are. */
function checkImageSettings({ dataset, imageSize, channels }: TrainConfig): void {
  const { ownImages } = findDataset(dataset);
  if (imageSize !== undefined) parseImageSize(imageSize);
  const given = imageSize !== undefined ? "--image-size" : channels !== undefined ? "--channels" : undefined;
  if (ownImages || given === undefined) return;
  throw usageError({ where: given, expected: "a data set of image files, as folder:PATH", got: dataset });
}

/** Loads the data and resolves everything that follows from it. */
export async function openSession(
  given: TrainConfig,
  onEvent: (event: LoadEvent) => void = () => {},
): Promise<Session> {
  const source = findDataset(given.dataset);
  const dataset = await source.load({ ...given, onEvent });
  const model = given.model ?? source.defaults.model;
  const shape = { input: dataset.shape, classes: dataset.classes.length };
  const config = {
    ...given,
    model: lastingModel(model, shape),
    epochs: given.epochs ?? source.defaults.epochs,
  };
  const { train, validation } = splitSamples(dataset, config);
  const batchSize = config.batchSize === "full" ? train.length : Math.min(config.batchSize, train.length);
  const notes: string[] = [];
  const spec = buildNet(config.model, {
    ...shape,
    activation: config.activation,
    onNote: (text) => notes.push(text),
  });
  const net = resolveNet(spec);
  checkMinibatches(net, batchSize, train.length);
  return {
    config,
    modelLabel: modelLabel(model),
    notes,
    dataset,
    train,
    validation,
    preprocessing: fitPreprocessing(config.standardize, dataset, train),
    net,
    loss: findLoss(config.loss),
    optimizer: findOptimizer(config.optimizer),
    batchSize,
  };
}

/** Subset first, validation out of it. */
export function splitSamples(
  dataset: Dataset,
  { subset, validation, seed }: Pick<TrainConfig, "subset" | "validation" | "seed">,
): { train: Uint32Array; validation: Uint32Array } {
  const { labels } = dataset.train;
  const classes = dataset.classes.length;
  let indices: Uint32Array = identity(dataset.train.count);
  if (subset !== undefined) indices = stratifiedSubset(indices, labels, classes, subset, seed);
  const split = stratifiedSplit(labels, classes, validation, seed, indices);
  if (split.train.length === 0) {
    throw usageError({ where: "--validation", expected: "to leave samples to train on", got: "none left" });
  }
  return split;
}

/** The weights a run starts from: those of `--init`, or fresh draws. */
export function startingWeights({ config, net }: Session): { tensors: FloatArray[]; notes: string[] } {
  if (config.init !== undefined) return matchParameters(readWeights(config.init), net.parameters, config.dtype);
  const type = config.dtype === "f32" ? Float32Array : Float64Array;
  const tensors = net.parameters.map(
    (spec, i) => new type(initializeParameter(spec, i, config.seed, config.initializer)),
  );
  return { tensors, notes: [] };
}

/** What the model file says beside the weights. Nothing here may differ between equal runs. */
export function metadataOf({ config, dataset, net, preprocessing, batchSize }: Session, hash: string): ModelMetadata {
  const { imageSize, fit, channels } = config;
  const { model, seed, epochs, optimizer, lr, momentum, loss, validation, subset, shuffle, dtype } = config;
  return {
    schema: 1,
    architecture: net.spec,
    preprocessing,
    classNames: dataset.classes,
    provenance: {
      model,
      dataset: dataset.name,
      dataHash: hash,
      seed,
      notes: dataset.notes,
      ...(imageSize !== undefined && { imageSize, fit }),
      ...(channels !== undefined && { channels }),
      epochs,
      batchSize,
      optimizer,
      lr,
      ...(optimizer === "momentum" && { momentum }),
      loss,
      validation,
      ...(subset !== undefined && { subset }),
      shuffle,
      dtype,
    },
  };
}
