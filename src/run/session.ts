/** From a configuration to a run that can start: data, split, preprocessing, net, and how many threads. */

import { resolve } from "node:path";
import { lastingAugmentation, parseAugmentation } from "../augment/index.js";
import { usageError } from "../base/errors.js";
import type { Finding } from "../base/finding.js";
import type { FloatArray } from "../base/numbers.js";
import { floatsOf } from "../base/numbers.js";
import { isFolder } from "../base/path-kind.js";
import type { ImageShape } from "../base/shape.js";
import type { ConfigSources, TrainConfig } from "../config/schema.js";
import { checkData, hopelessData } from "../data/checks/index.js";
import { classWeights } from "../data/class-weights.js";
import type { Dataset, LoadEvent } from "../data/dataset.js";
import { findDataset, meantDataset, takenAs } from "../data/index.js";
import { noisyLabels } from "../data/label-noise.js";
import { recallNearCopies } from "../data/near-kept.js";
import type { Preprocessing } from "../data/preprocessing.js";
import type { Splits } from "../data/samples.js";
import { type SampleSplit, splitSamples, testSamples, validationOf } from "../data/split-samples.js";
import { fitPreprocessing } from "../data/standardize.js";
import type { Augmentation } from "../kernels/changes/index.js";
import { mixesImages } from "../kernels/mixes/index.js";
import type { TrainedLoss } from "../losses/index.js";
import { lossOf } from "../losses/index.js";
import { parseGoal } from "../metrics/goal.js";
import type { Metric } from "../metrics/metric.js";
import { adoptParameters } from "../model/adopt.js";
import { readWeights, type WeightsFile } from "../model/model-file.js";
import { initializeParameter, initializerWarning } from "../nn/initializers/index.js";
import { shapeText } from "../nn/layer.js";
import { conv2d } from "../nn/layers/conv2d.js";
import { checkMinibatches, type Net, resolveNet } from "../nn/net.js";
import { ruleOf } from "../optim/index.js";
import type { Rule } from "../optim/optimizer.js";
import { followOf, rateOf } from "../optim/schedules/index.js";
import { buildNet, lastingModel, modelLabel } from "../zoo/index.js";
import { type Mistakes, mistakesText, withoutTestUnits, withTestUnits } from "./as-published.js";
import { isGiven } from "./check-config.js";
import { loadRecorded } from "./data-place.js";
import { findModel } from "./find-model.js";
import { firstImages } from "./first-images.js";
import { groupNotes, type ParameterGroups, parameterGroups } from "./parameter-groups.js";
import { decidingMetric } from "./select-metric.js";
import { chooseBySize } from "./small-set.js";

/** The configuration with what the data set decides filled in. */
export type FullConfig = TrainConfig & {
  readonly model: string;
  readonly epochs: number;
  readonly augment: string;
  readonly validation: NonNullable<TrainConfig["validation"]>;
};

export interface Session extends SampleSplit {
  readonly config: FullConfig;
  /** What the model is called in the name of the run's folder. */
  readonly modelLabel: string;
  readonly dataset: Dataset;
  /** The samples it is tested on, at the end. */
  readonly test: Uint32Array;
  /** The data as training sees it: with `targetNoise`, some of its labels are wrong. */
  readonly taught: Splits;
  /** How many those are. */
  readonly changedTargets: number;
  readonly preprocessing: Preprocessing;
  /** Those of a source document, made again on purpose; null in every other run. */
  readonly mistakes: Mistakes | null;
  /** Null where training sees its images as they are. */
  readonly augmentation: Augmentation | null;
  readonly net: Net;
  readonly loss: TrainedLoss;
  /** What an update does; of weights that `groups` does not tell apart. */
  readonly rule: Rule;
  /** Which weights have a rule of their own, or none, in an epoch, counted from 1. */
  readonly groupsAt: (epoch: number) => ParameterGroups;
  /** Samples of an update: of `accumulate` minibatches. */
  readonly batchSize: number;
  /** Samples that go through the net at once. */
  readonly minibatch: number;
  /** Updates of an epoch. */
  readonly steps: number;
  /** What decides which epoch is the best. */
  readonly select: Metric;
  /** What is measured after each epoch beside what every run measures. */
  readonly watched: readonly Metric[];
  /** The learning rate of each update of the run, from 0, before what a schedule that follows validation makes of it. */
  readonly rate: (update: number) => number;
  /** What its schedule makes of an epoch's value of `select`; null where it follows none. */
  readonly follow: ReturnType<typeof followOf>;
  /** What a person should know of the data before trusting a score. */
  readonly findings: readonly Finding[];
  /** What was done to labels and net that their settings do not say, a line each. */
  readonly notes: readonly string[];
}

/** What a run takes from its training samples and from files beside them. */
export interface Found {
  readonly preprocessing: Preprocessing;
  readonly classWeights?: readonly number[] | undefined;
  /** Where a set of one's own lay. */
  readonly datasetPath?: string | undefined;
}

export interface Origin {
  /** Where the configuration's values came from. */
  readonly sources: ConfigSources;
  /** What was found for the run that is resumed: the files it came from are not read again. */
  readonly found?: Found | undefined;
  /** Mistakes that it makes on purpose. */
  readonly mistakes?: Mistakes | undefined;
  readonly onEvent?: (event: LoadEvent) => void;
  /** The data where another process has read them. */
  readonly dataset?: Dataset | undefined;
}

/** Loads the data and resolves everything that follows from it. */
export async function openSession(
  asked: TrainConfig,
  { sources, onEvent, found, mistakes, dataset: sent }: Origin,
): Promise<Session> {
  const given = { ...asked, dataset: meantDataset(asked.dataset) };
  const source = findDataset(given.dataset);
  const dataset =
    sent ?? (await loadRecorded(given.dataset, found?.datasetPath, { ...given, ...(onEvent && { onEvent }) }));
  const split = splitSamples(dataset, given);
  // What the program draws needs no second look.
  const near = source.embedded ? null : recallNearCopies(dataset);
  const findings = checkData(dataset, split, given, near);
  const hopeless = hopelessData(dataset, findings);
  if (hopeless) throw hopeless;
  const { train } = split;
  const preprocessing = withTestUnits(
    found?.preprocessing ?? newPreprocessing(given, sources, dataset, train),
    dataset,
    train,
    mistakes,
  );
  const model = given.model ?? source.defaults.model;
  const shape = { input: dataset.shape, classes: dataset.classes.length };
  const minibatch = given.batchSize === "full" ? train.length : Math.min(given.batchSize, train.length);
  const batchSize = Math.min(minibatch * given.accumulate, train.length);
  const steps = Math.ceil(train.length / batchSize);
  const chosen = chooseBySize(given, source, dataset, { train, steps });
  const config = {
    ...given,
    model: lastingModel(model, shape),
    epochs: chosen.epochs,
    validation: validationOf(given, dataset),
    standardize: preprocessing.standardize,
    augment: lastingAugmentation(chosen.augment),
    // A resume, or whoever evaluates, may be called from elsewhere.
    ...(given.dataDir !== undefined && { dataDir: resolve(given.dataDir) }),
    ...(given.tensorboard !== undefined && { tensorboard: resolve(given.tensorboard) }),
    ...(given.csv !== undefined && { csv: resolve(given.csv) }),
  };
  const augmentation = parseAugmentation(config.augment, "--augment", dataset.shape);
  const { targetNoise, seed, labelSmoothing: smoothing } = config;
  const { labels, changed } = noisyLabels(dataset.train.labels, train, dataset.classes.length, targetNoise, seed);
  const weights = found ? found.classWeights : classWeights(config.classWeights, dataset.classes, labels, train);
  const notes = targetNoise > 0 ? [`${changed} of ${train.length} training labels were made another class.`] : [];
  if (given.dataset !== asked.dataset) notes.push(takenAs(asked.dataset, given.dataset));
  if (chosen.note !== null) notes.push(chosen.note);
  if (augmentation) notes.push(`Training images are augmented: ${config.augment}. Validation and test images are not.`);
  if (mixesImages(augmentation)) notes.push(mixedNote);
  const spec = buildNet(config.model, {
    ...shape,
    activation: config.activation,
    onNote: (text) => notes.push(text),
  });
  const net = resolveNet(mistakes?.doubledSoftmax ? { ...spec, doubledSoftmax: true } : spec);
  if (mistakes) notes.push(mistakesText(mistakes, preprocessing.standardize));
  checkMinibatches(net, minibatch, train.length);
  if (config.exactConv) checkConvolves(net, config.model);
  const rule = ruleOf(config.optimizer);
  if (rule.note) notes.push(rule.note);
  notes.push(...normNotes(net));
  const select = decidingMetric("--select", config.select, dataset, split.validation);
  const goal = config.stopAt === undefined ? null : parseGoal(config.stopAt, "--stop-at");
  if (goal) decidingMetric("--stop-at", goal.metric.name, dataset, split.validation);
  if (goal && goal.metric !== select && split.validation.length > 0) {
    notes.push(
      `--stop-at looks at ${goal.metric.title}; the model kept is that of the best ${select.title} (--select).`,
    );
  }
  const length = { updates: config.epochs * steps, updatesPerEpoch: steps };
  const groupsAt = (epoch: number): ParameterGroups => parameterGroups(net, config, { epoch, steps });
  notes.push(...groupNotes(groupsAt(1), config));
  return {
    config,
    modelLabel: modelLabel(model),
    notes,
    findings,
    dataset,
    ...split,
    test: testSamples(dataset, split),
    taught: { ...dataset, train: { ...dataset.train, labels } },
    changedTargets: changed,
    preprocessing,
    mistakes: mistakes ?? null,
    augmentation,
    net,
    loss: { ...lossOf(config.loss), smoothing, ...(weights && { classWeights: weights }) },
    rule,
    groupsAt,
    select,
    watched: goal ? [select, goal.metric] : [select],
    follow: followOf(config.schedule),
    rate: rateOf(config.schedule, config.lr, length),
    batchSize,
    minibatch,
    steps,
  };
}

/** Keras's momentum is the share of the old statistics; its 0.9 and 0.99 are 0.1 and 0.01 here. */
function normNotes({ layers }: Net): string[] {
  const taken = layers.flatMap(({ spec }) => (spec.type === "batch-norm" ? [spec["momentum"] as number] : []));
  const most = Math.max(0, ...taken);
  if (most < 0.9) return [];
  return [
    `Batch norm with momentum ${most} takes that share of each new minibatch, as PyTorch counts; what Keras calls ${most} is ${Number((1 - most).toPrecision(3))} here.`,
  ];
}

const mixedNote =
  "Images are mixed: the training loss is that of the mixed labels, and training accuracy counts the label that weighs more.";

/** `--exact-conv` says something to nets that convolve alone. Throws `usageError`. */
export function checkConvolves(net: Net, model: string): void {
  if (net.layers.some(({ spec }) => spec.type === conv2d.type)) return;
  throw usageError({ where: "--exact-conv", expected: "a net with convolutions", got: model, fix: "Leave it out." });
}

/** What a model's images must be: "images of 8x8x1 with values 0..16". */
export const imagesText = (shape: ImageShape, { maximum }: { readonly maximum: number }): string =>
  `images of ${shapeText(shape)} with values 0..${maximum}`;

/** That of the model whose weights are taken, or one fitted to the samples that this run trains on. */
function newPreprocessing(
  config: TrainConfig,
  sources: ConfigSources,
  dataset: Dataset,
  train: Uint32Array,
): Preprocessing {
  const { init, standardize } = config;
  const model = init === undefined ? null : readStart(init).model;
  if (!model) return fitPreprocessing(standardize, dataset, train);
  const { preprocessing } = model;
  if (isGiven("standardize", config, sources) && standardize !== preprocessing.standardize) {
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
  return withoutTestUnits(preprocessing);
}

/** What `--init` names: a file of weights, or a run, whose best they are. */
const readStart = (init: string): WeightsFile => readWeights(isFolder(init) ? findModel(init, "best").path : init);

/** The weights a run starts from: those of `--init`, or fresh draws. */
export function startingWeights(session: Session): { tensors: FloatArray[]; notes: string[] } {
  const { config, net } = session;
  const type = floatsOf(config.dtype);
  const images = firstImages(session);
  const drawn = (i: number): FloatArray =>
    new type(initializeParameter(net.parameters[i], i, config.seed, config.initializer, images));
  if (config.init !== undefined) {
    const file = readStart(config.init);
    const head = net.layers.findLast(({ parameters }) => parameters.some(({ learned }) => learned !== false));
    const anew = new Set(config.resetHead ? head?.parameters.map(({ name }) => name) : []);
    const { tensors, notes } = adoptParameters(file, net.parameters, config.dtype, { fresh: drawn, anew });
    const taken = file.model ? [`Images become numbers as for ${config.init}: ${config.standardize}.`] : [];
    const unchecked = file.checked ? [] : [`${config.init} has no checksum: its bytes are taken as they are.`];
    return { tensors, notes: [...notes, ...unchecked, ...taken] };
  }
  const tensors = net.parameters.map((_, i) => drawn(i));
  const warning = initializerWarning(config.initializer);
  return { tensors, notes: warning === undefined ? [] : [warning] };
}
