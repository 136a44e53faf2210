/** From a configuration to a run that can start: data, split, preprocessing, net, and how many threads. */
import type { ConfigSources, TrainConfig } from "../config/schema.js";
import type { Augmentation } from "../data/augment/augmentation.js";
import { lastingAugmentation, parseAugmentation } from "../data/augment/index.js";
import type { Dataset, ImageShape, LoadEvent } from "../data/dataset.js";
import { findDataset } from "../data/index.js";
import type { Preprocessing } from "../data/preprocessing.js";
import { classWeights } from "../data/class-weights.js";
import { groupsInTest, readGroups } from "../data/groups.js";
import { holdBack, stratifiedSubset, type TrainValidation } from "../data/split.js";
import { fitPreprocessing } from "../data/standardize.js";
import { noisyLabels } from "../data/label-noise.js";
import { usageError } from "../errors.js";
import { type ModelMetadata, matchParameters, readWeights } from "../model/model-file.js";
import { shapeText } from "../nn/layer.js";
import { initializeParameter } from "../nn/initializers.js";
import { findLoss, type TrainedLoss } from "../nn/losses.js";
import { checkMinibatches, type Net, resolveNet, stepOperations } from "../nn/net.js";
import { findOptimizer } from "../optim/index.js";
import type { Optimizer } from "../optim/optimizer.js";
import { identity } from "../random.js";
import { buildNet, lastingModel, modelLabel } from "../zoo/index.js";
import type { FloatArray } from "../engine/arena.js";
import { isGiven } from "./check-config.js";
import { splitHash } from "./split-file.js";

/** The configuration with what the data set decides filled in. */
export type FullConfig = TrainConfig & { readonly model: string; readonly epochs: number };

export interface Session extends TrainValidation {
  readonly config: FullConfig;
  /** What the model is called in the name of the run's folder. */
  readonly modelLabel: string;
  readonly dataset: Dataset;
  /** The data as training sees it: with `targetNoise`, some of its labels are wrong. */
  readonly taught: Pick<Dataset, "train" | "test">;
  /** How many those are. */
  readonly changedTargets: number;
  readonly preprocessing: Preprocessing;
  /** Null where training sees its images as they are. */
  readonly augmentation: Augmentation | null;
  readonly net: Net;
  readonly loss: TrainedLoss;
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  /** What was done to labels and net that their settings do not say, a line each. */
  readonly notes: readonly string[];
}

/** Arithmetic that is worth a rank: a microsecond or two of a core, against the third of one that a barrier costs. */
const operationsPerRank = 400_000;

/** How many ranks pay at most: each wants some arithmetic of its own, and a sample. */
export function worthRanks({ net, batchSize }: Session): { threads: number; reason: string } {
  const operations = stepOperations(net) * batchSize;
  const threads = Math.max(1, Math.min(batchSize, Math.ceil(operations / operationsPerRank)));
  return { threads, reason: `more don't pay for ${(operations / 1e6).toPrecision(2)} million operations a step` };
}

/** What a run takes from its training samples and from files beside them. */
export interface Found {
  readonly preprocessing: Preprocessing;
  readonly classWeights?: readonly number[] | undefined;
}

export interface Origin {
  /** Where the configuration's values came from. */
  readonly sources: ConfigSources;
  /** What was found for the run that is resumed: the files it came from are not read again. */
  readonly found?: Found | undefined;
  readonly onEvent?: (event: LoadEvent) => void;
}

/** Loads the data and resolves everything that follows from it. */
export async function openSession(given: TrainConfig, { sources, onEvent, found }: Origin): Promise<Session> {
  const source = findDataset(given.dataset);
  const dataset = await source.load({ ...given, ...(onEvent && { onEvent }) });
  const { train, validation } = splitSamples(dataset, given);
  const preprocessing = found?.preprocessing ?? newPreprocessing(given, sources, dataset, train);
  const model = given.model ?? source.defaults.model;
  const shape = { input: dataset.shape, classes: dataset.classes.length };
  const config = {
    ...given,
    model: lastingModel(model, shape),
    epochs: given.epochs ?? source.defaults.epochs,
    standardize: preprocessing.standardize,
    augment: lastingAugmentation(given.augment),
  };
  const augmentation = parseAugmentation(config.augment);
  const batchSize = config.batchSize === "full" ? train.length : Math.min(config.batchSize, train.length);
  const { targetNoise, seed, labelSmoothing: smoothing } = config;
  const { labels, changed } = noisyLabels(dataset.train.labels, train, dataset.classes.length, targetNoise, seed);
  const weights = found ? found.classWeights : classWeights(config.classWeights, dataset.classes, labels, train);
  const notes = targetNoise > 0 ? [`${changed} of ${train.length} training labels were made another class.`] : [];
  if (augmentation) notes.push(`Training images are augmented: ${config.augment}. Validation and test images are not.`);
  const inTest = config.groupBy === undefined ? [] : groupsInTest(config.groupBy, dataset);
  if (inTest.length > 0) {
    notes.push(`${inTest.length} groups stand in ${dataset.name}'s training and its test split too (as ${inTest[0]}).`);
  }
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
    taught: { train: { ...dataset.train, labels }, test: dataset.test },
    changedTargets: changed,
    preprocessing,
    augmentation,
    net,
    loss: { ...findLoss(config.loss), smoothing, ...(weights && { classWeights: weights }) },
    optimizer: findOptimizer(config.optimizer),
    batchSize,
  };
}

/** What a model's images must be: "images of 8x8x1 with values 0..16". */
export const imagesText = (shape: ImageShape, { maximum }: { readonly maximum: number }): string =>
  `images of ${shapeText(shape)} with values 0..${maximum}`;

/** That of the model whose weights are taken, or one fitted to the samples that this run trains on. */
function newPreprocessing(
  { init, standardize }: TrainConfig,
  sources: ConfigSources,
  dataset: Dataset,
  train: Uint32Array,
): Preprocessing {
  const model = init === undefined ? null : readWeights(init).model;
  if (!model) return fitPreprocessing(standardize, dataset, train);
  const { preprocessing } = model;
  if (isGiven("standardize", sources) && standardize !== preprocessing.standardize) {
    throw usageError({
      where: "--standardize",
      expected: `${preprocessing.standardize}, as ${init} was trained`,
      got: standardize,
      fix: "Preprocessing is part of a model: its weights know no other. Leave --standardize out, or --init.",
    });
  }
  const [wanted, found] = [imagesText(dataset.shape, dataset), imagesText(preprocessing, preprocessing)];
  if (wanted !== found) {
    const expected = `a model of ${wanted}, as ${dataset.name} has them`;
    throw usageError({ where: `--init ${init}`, expected, got: `one of ${found}` });
  }
  return preprocessing;
}

/** What decides which samples a run trains on. */
export type SplitConfig = Pick<TrainConfig, "subset" | "validation" | "validationSplit" | "groupBy" | "seed">;

/** Subset first, validation out of it. */
export function splitSamples(dataset: Dataset, config: SplitConfig): TrainValidation {
  const { subset, validation, validationSplit: order, groupBy, seed } = config;
  const { labels } = dataset.train;
  const classes = dataset.classes.length;
  const groups = groupBy === undefined ? null : readGroups(groupBy, dataset);
  let indices: Uint32Array = identity(dataset.train.count);
  if (subset !== undefined) indices = stratifiedSubset(indices, labels, classes, subset, seed);
  return holdBack(indices, labels, classes, { validation, order, seed, groups });
}

/** The weights a run starts from: those of `--init`, or fresh draws. */
export function startingWeights({ config, net }: Session): { tensors: FloatArray[]; notes: string[] } {
  if (config.init !== undefined) {
    const file = readWeights(config.init);
    const { tensors, notes } = matchParameters(file, net.parameters, config.dtype);
    const taken = file.model ? [`Images become numbers as for ${config.init}: ${config.standardize}.`] : [];
    return { tensors, notes: [...notes, ...taken] };
  }
  const type = config.dtype === "f32" ? Float32Array : Float64Array;
  const tensors = net.parameters.map(
    (spec, i) => new type(initializeParameter(spec, i, config.seed, config.initializer)),
  );
  return { tensors, notes: [] };
}

/** What the model file says beside the weights. Nothing here may differ between equal runs. */
export function metadataOf(session: Session, hash: string): ModelMetadata {
  const { config, dataset, net, preprocessing, batchSize, loss } = session;
  const { model, seed, epochs, optimizer, lr, momentum, validation, subset, shuffle, dtype } = config;
  const { validationSplit, groupBy, labelSmoothing, targetNoise, augment } = config;
  const { imageSize, fit, channels, skipBad } = config;
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
      ...(skipBad > 0 && { skipBad }),
      ...(dataset.incomplete && { incomplete: dataset.incomplete }),
      epochs,
      batchSize,
      optimizer,
      lr,
      ...(optimizer === "momentum" && { momentum }),
      loss: loss.name,
      ...(labelSmoothing > 0 && { labelSmoothing }),
      ...(loss.classWeights && { classWeights: loss.classWeights }),
      ...(targetNoise > 0 && { targetNoise }),
      ...(augment !== "none" && { augment }),
      validation,
      ...(validationSplit !== "stratified" && { validationSplit }),
      ...(groupBy !== undefined && { groupBy }),
      ...(subset !== undefined && { subset }),
      splitHash: splitHash(session),
      shuffle,
      dtype,
    },
  };
}
