/** A trained model on ranks, with the data it is asked about: what `evaluate` and `predict` share. */
import { z } from "zod";
import type { TrainConfig } from "../config/schema.js";
import type { Dataset, LoadOptions } from "../data/dataset.js";
import { type Fit, fits } from "../data/formats/resize.js";
import { findDataset } from "../data/index.js";
import { splitOrders } from "../data/split.js";
import type { Dtype, FloatArray } from "../engine/arena.js";
import { Engine, testOffset } from "../engine/engine.js";
import { dataError, usageError } from "../errors.js";
import { findLoss, type Loss } from "../nn/losses.js";
import { type Net, resolveNet } from "../nn/net.js";
import { matchParameters, type ModelFile, type ModelMetadata, readModel } from "../model/model-file.js";
import { chooseThreads } from "../system.js";
import { resolveModelPath } from "../train/run-folder.js";
import { imagesText, splitSamples } from "../train/session.js";
import { splitHash } from "../train/split-file.js";

export type SplitName = "train" | "validation" | "test";

export interface ModelOptions extends LoadOptions {
  /** Run folder or model file; the newest run where not given. */
  readonly path?: string;
  /** The data set the model was trained on, unless given. */
  readonly dataset?: string;
  readonly split: SplitName;
  /** Refused where the model's is another: preprocessing is part of the model. */
  readonly standardize?: string;
  readonly threads: TrainConfig["threads"];
  readonly backend: TrainConfig["backend"];
}

export interface ModelSession {
  readonly file: ModelFile;
  readonly dataset: Dataset;
  /** The split's samples as the engine counts them: the test split after the training split. */
  readonly order: Uint32Array;
  readonly engine: Engine;
}

/** Opens model and data. The preprocessing comes from the model file and from nowhere else. */
export async function openModel(
  options: ModelOptions,
  places: (order: Uint32Array) => Uint32Array,
  probabilities: boolean,
): Promise<ModelSession> {
  const { path, run, newest } = resolveModelPath(options.path);
  if (newest) options.onEvent?.({ kind: "note", text: `Taking the newest run, ${run ?? path}.` });
  const file = readModel(path);
  refuseOtherPreprocessing(file, options.standardize);
  const { architecture, preprocessing, classNames, provenance } = file.model;
  const name = options.dataset ?? provenance.dataset;
  const dataset = await findDataset(name).load({
    ...options,
    ...imageSettingsOf(file),
    ...allowancesOf(file, name, options),
  });
  if (name !== provenance.dataset) {
    const { standardize } = preprocessing;
    const text = `Trained on ${provenance.dataset}, asked about ${name}; images become numbers as in training: ${standardize}.`;
    options.onEvent?.({ kind: "note", text });
  }
  const [wanted, found] = [imagesText(architecture.input, preprocessing), imagesText(dataset.shape, dataset)];
  if (wanted !== found || dataset.classes.length !== classNames.length) {
    throw usageError({
      where: `${path} on ${name}`,
      expected: `${wanted} and ${classNames.length} classes, as in training`,
      got: `${found} and ${dataset.classes.length} classes`,
      fix: `It was trained on ${provenance.dataset}: name a --dataset like that.`,
    });
  }
  const other = classNames.findIndex((className, label) => className !== dataset.classes[label]);
  if (other >= 0) {
    const text =
      `Class ${other} is ${classNames[other]} to the model and ${dataset.classes[other]} in ${name}: ` +
      "scores mean something only where classes of one number are the same.";
    options.onEvent?.({ kind: "note", text });
  }
  const { net, loss, dtype, tensors } = netOf(file);
  const order = places(samplesOf(options.split, file, dataset));
  const { threads } = chooseThreads(options.threads);
  const engine = new Engine(threads, options.backend);
  try {
    engine.configure({
      net,
      dtype,
      loss,
      preprocessing,
      dataset,
      probabilities,
      batchSize: 0,
      optimizer: null,
      places: order.length,
    });
    engine.setParameters(tensors);
  } catch (error) {
    await engine.close();
    throw error;
  }
  return { file, dataset, order, engine };
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

/** Image files are brought to the size and the colours of the training images, in the same way. */
function imageSettingsOf({ model }: ModelFile): LoadOptions {
  const { imageSize } = model.provenance;
  const fit = fitOf(model);
  return {
    channels: model.architecture.input.channels === 3 ? 3 : 1,
    ...(typeof imageSize === "string" && { imageSize }),
    ...(fit && { fit }),
  };
}

/** How the training images were brought to the net's size, where the model's metadata says it. */
export const fitOf = ({ provenance }: ModelMetadata): Fit | undefined => fits.find((fit) => fit === provenance.fit);

/** Throws `usageError` where another standardization than the model's own was asked for. */
export function refuseOtherPreprocessing({ path, model }: ModelFile, standardize: string | undefined): void {
  const own = model.preprocessing.standardize;
  if (standardize === undefined || standardize === own) return;
  throw usageError({
    where: "--standardize",
    expected: `${own}, as in training`,
    got: standardize,
    fix: `Preprocessing is part of the model: ${path} brings its own. Leave the flag out.`,
  });
}

export interface ModelNet {
  readonly net: Net;
  readonly loss: Loss;
  readonly dtype: Dtype;
  /** In model order and PyTorch's layout. */
  readonly tensors: FloatArray[];
}

/** The net of a file: written by us, or by a later version, or by hand. Throws `dataError` where it is none we know. */
export function netOf(file: ModelFile): ModelNet {
  const { net, loss } = specOf(file);
  const dtype = file.tensors.some(({ dtype: of }) => of === "F64") ? "f64" : "f32";
  const { tensors } = matchParameters(file, net.parameters, dtype);
  return { net, loss, dtype, tensors };
}

function specOf({ path, model: { architecture, provenance } }: ModelFile): Pick<ModelNet, "net" | "loss"> {
  try {
    const { loss = "cross-entropy" } = provenance;
    return { net: resolveNet(architecture), loss: findLoss(String(loss)) };
  } catch (cause) {
    const fix = cause instanceof Error ? cause.message : String(cause);
    const expected = "a net that this version of Heddle knows";
    throw dataError({ where: `${path}, __metadata__`, expected, got: "another", fix, cause });
  }
}

const splitSchema = z.object({
  seed: z.number(),
  validation: z.number(),
  validationSplit: z.enum(splitOrders).default("stratified"),
  groupBy: z.string().optional(),
  subset: z.number().optional(),
  splitHash: z.string(),
});

/** Training and validation samples follow from the model's own seed and split. */
function samplesOf(split: SplitName, { path, model }: ModelFile, dataset: Dataset): Uint32Array {
  if (split === "test") {
    if (dataset.test) return Uint32Array.from({ length: dataset.test.count }, (_, i) => testOffset(dataset) + i);
    throw usageError({ where: "--split test", expected: "a data set with a test split", got: dataset.name });
  }
  const { provenance } = model;
  const known = splitSchema.safeParse(provenance);
  if (dataset.name !== provenance.dataset || !known.success) {
    throw dataError({
      where: `${path}, --split ${split}`,
      expected: `a model trained on ${dataset.name}, whose split it remembers`,
      got: `one trained on ${provenance.dataset}${known.success ? "" : ", which remembers none"}`,
      fix: "Take --split test.",
    });
  }
  const samples = splitSamples(dataset, known.data);
  const hash = splitHash(samples);
  if (hash !== known.data.splitHash) {
    throw dataError({
      where: `${path}, --split ${split}`,
      expected: `the data and groups it was trained on, which give the split ${known.data.splitHash}`,
      got: hash,
      fix: "Put the same files back, or take --split test.",
    });
  }
  if (samples[split].length > 0) return samples[split];
  throw usageError({
    where: `--split ${split}`,
    expected: "samples",
    got: `none: ${path} was trained with --validation 0`,
  });
}
