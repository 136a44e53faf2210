/**
 * One sample through a trained net, with all its numbers: forward, loss, backward, and the update that it alone would make.
 * Dropout and noise are off. Gradients come from steps of the engine itself in f64, at batch size 1: plain SGD at rate 1
 * changes each weight by its gradient.
 */

import { usageError } from "../base/errors.js";
import { aSwitch, checkOptions, whole as wholeNumber } from "../base/given.js";
import type { FloatArray } from "../base/numbers.js";
import { type Choice, type Setting, settingText } from "../base/setting.js";
import { machineOf } from "../config/fields.js";
import type { Dataset } from "../data/dataset.js";
import { writeImageNumbers } from "../data/image-numbers.js";
import { placeOf } from "../data/samples.js";
import { Engine } from "../engine/engine.js";
import { losses } from "../losses/index.js";
import { resolveNet } from "../nn/net.js";
import { receptiveFields } from "../nn/receptive-field.js";
import type { LayerSpec, NetSpec } from "../nn/spec.js";
import { optimizers, ruleOf } from "../optim/index.js";
import { groupsOfOptimizer } from "../run/parameter-groups.js";
import { activationsOf } from "./activations.js";
import type { Asked } from "./asked-samples.js";
import { applyKernel, curveExample, type KnownKernel, knownKernels } from "./known-kernels.js";
import { netOf } from "./model-net.js";
import { type ModelOptions, modelChecks, openModel } from "./model-session.js";
import { type Numbers, numbersOf } from "./told-numbers.js";

export type { Numbers } from "./told-numbers.js";

export interface ExplainOptions extends ModelOptions {
  /** Its place in the split, from 0. */
  readonly sample: number;
  /** What kernels whose work is known make of the image. */
  readonly kernels?: boolean;
}

export interface ExplainedLayer {
  readonly name: string;
  readonly what: string;
  readonly output: Numbers;
  /** Pixels of the image that one number of the output depends on. */
  readonly receptiveField: { readonly height: number; readonly width: number };
}

/** What kernels of 3x3 whose work is known make of the image's grey, which is of 0 to 1. */
export interface ExplainedKernels {
  readonly kernels: readonly (KnownKernel & { readonly output: Numbers })[];
  /** A curve detector where its curve is, and where it is not. */
  readonly curve: ReturnType<typeof curveExample>;
}

export interface Explanation {
  readonly model: string;
  readonly dataset: string;
  readonly split: Asked["split"];
  readonly sample: number;
  readonly label: number;
  readonly predicted: number;
  readonly classNames: readonly string[];
  /** What the first layer gets: the image's bytes as the model's preprocessing makes numbers of them. */
  readonly input: Numbers;
  /** What the layers put out, the first to the logits; those computed in one go are one. */
  readonly layers: readonly ExplainedLayer[];
  readonly logits: readonly number[];
  readonly probabilities: readonly number[];
  readonly lossName: string;
  /** Of the sample, without smoothing. */
  readonly loss: number;
  /** Null where the net has batch norm, whose gradient one sample has not. */
  readonly backward: Backward | null;
  /** Where they were asked for. */
  readonly kernels?: ExplainedKernels;
  readonly notes: readonly string[];
}

export interface Backward {
  readonly optimizer: string;
  readonly rate: number;
  readonly parameters: readonly {
    readonly name: string;
    readonly weights: Numbers;
    /** dL/dw, and what the optimizer's first update adds to w. */
    readonly gradient: Numbers;
    readonly step: Numbers;
  }[];
  readonly lossAfter: number;
}

export async function explain(options: ExplainOptions): Promise<Explanation> {
  checkOptions("explain", options, { ...modelChecks, sample: wholeNumber(0), kernels: aSwitch }, ["sample"]);
  const { sample } = options;
  const take = ({ split, samples }: Asked): Uint32Array => {
    if (sample < samples.length) return samples.subarray(sample, sample + 1);
    throw usageError({
      where: "--sample",
      expected: `a number from 0 to ${samples.length - 1}, the images of ${split === "all" ? "the set" : `the ${split} split`}`,
      got: `${sample}`,
    });
  };
  const keep = { probabilities: true, logits: true };
  const { file, dataset, split, order, toModel, engine } = await openModel(options, take, keep);
  try {
    const { answers, probabilities } = await engine.score(order);
    const place = placeOf(dataset, order[0]);
    const label = toModel[place.split.labels[place.at]];
    if (label < 0) {
      const got = dataset.classes[place.split.labels[place.at]];
      throw usageError({ where: "--sample", expected: "an image of a class that the model knows", got });
    }
    const { height, width, channels } = dataset.shape;
    const bytes = height * width * channels;
    const image = place.split.images.slice(place.at * bytes, (place.at + 1) * bytes);
    const { provenance, classNames } = file.model;
    const model = netOf(file);
    const notes = ["Dropout and noise are off, as in evaluation."];
    const normed = model.net.layers.some(({ spec }) => spec.type === "batch-norm");
    if (normed) {
      notes.push(
        "Batch norm takes its running statistics; one sample has no minibatch to normalize by, so no gradients.",
      );
    }
    if (!normed && provenance["schedule"] !== undefined)
      notes.push("The update is made at the base rate, without the schedule.");
    const all = activationsOf(file, image, machineOf(options).backend);
    const parts = all.filter(({ layers }) => !layers.every(({ spec }) => isSilent(spec)));
    const fields = new Map(receptiveFields(model.net).map((field, i) => [model.net.layers[i].place.name, field]));
    const logits = Array.from(answers.logits);
    const numbers = new Float64Array(bytes);
    writeImageNumbers(numbers, image, file.model.preprocessing);
    return {
      model: provenance.model,
      dataset: dataset.name,
      split,
      sample,
      label,
      predicted: answers.predicted[0],
      classNames,
      input: numbersOf(numbers, [height, width, channels]),
      layers: [
        ...parts.map(({ layers, shape, values }) => ({
          name: layers[0].place.name,
          what: layers.map(({ spec }) => spec.type).join(", "),
          output: numbersOf(values, [shape.height, shape.width, shape.channels]),
          receptiveField: fields.get(layers[layers.length - 1].place.name)!,
        })),
        { ...logitsLayer(model.net, logits), receptiveField: fields.get(model.net.layers.at(-1)!.place.name)! },
      ],
      logits,
      probabilities: Array.from(probabilities!.subarray(0, classNames.length)),
      lossName: textOf(losses, (provenance["loss"] as Setting | string | undefined) ?? "cross-entropy"),
      loss: answers.losses[0],
      backward: normed
        ? null
        : await backwardOf(model, file.model.preprocessing, provenance, { image, label }, options),
      ...(options.kernels && { kernels: kernelsOn(image, dataset) }),
      notes,
    };
  } finally {
    await engine.close();
  }
}

function kernelsOn(image: Uint8Array, { shape, maximum }: Dataset): ExplainedKernels {
  const { height, width, channels } = shape;
  const grey = new Float64Array(height * width);
  for (const [i, value] of image.entries()) grey[Math.floor(i / channels)] += value / (channels * maximum);
  const kernels = knownKernels.map((kernel) => ({
    ...kernel,
    output: numbersOf(applyKernel(kernel, grey, height, width), [height, width]),
  }));
  return { kernels, curve: curveExample() };
}

function logitsLayer(
  { layers }: ReturnType<typeof resolveNet>,
  logits: readonly number[],
): Omit<ExplainedLayer, "receptiveField"> {
  const last = layers[layers.length - 1];
  return { name: last.place.name, what: `${last.spec.type}: the logits`, output: numbersOf(logits, [logits.length]) };
}

async function backwardOf(
  model: ReturnType<typeof netOf>,
  preprocessing: Parameters<Engine["configure"]>[0]["preprocessing"],
  provenance: Readonly<Record<string, unknown>>,
  { image, label }: { readonly image: Uint8Array; readonly label: number },
  { backend }: ExplainOptions,
): Promise<Backward> {
  const net = resolveNet(quiet(model.net.spec));
  const before = model.tensors.map((tensor) => Float64Array.from(tensor));
  const one = { count: 1, images: image, labels: Uint16Array.of(label) };
  const optimizer = provenance["optimizer"] as Setting | string;
  // Where on a schedule's curve this one step would fall, nobody can say: it is made at the base rate.
  const rate = provenance["lr"] as number;
  const smoothing = typeof provenance["labelSmoothing"] === "number" ? provenance["labelSmoothing"] : 0;
  const engine = new Engine(1, machineOf({ backend }).backend);
  /** The weights after one step from those of the model. */
  const stepped = async (rule: Setting | string, by: number): Promise<FloatArray[]> => {
    const groups = groupsOfOptimizer(net, rule, by);
    engine.configure({
      net,
      dtype: "f64",
      exact: true,
      loss: { ...model.loss, smoothing },
      preprocessing,
      dataset: { train: one, test: null, validation: null },
      batchSize: 1,
      optimizer: ruleOf(rule),
      assignment: groups.assignment,
      places: 1,
    });
    engine.setParameters(before);
    const { updaters } = groups;
    const totals = { loss: 0, correct: 0, samples: 0 };
    await engine.train({
      order: Uint32Array.of(0),
      from: 0,
      epoch: 0,
      before: 0,
      totals,
      optimizer: rule,
      updaters,
      lr: by,
    });
    return engine.parameters();
  };
  try {
    const down = await stepped("sgd", 1);
    const updated = await stepped(optimizer, rate);
    const { answers } = await engine.score(Uint32Array.of(0));
    return {
      optimizer: textOf(optimizers, optimizer),
      rate,
      parameters: net.parameters.map(({ shape }, i) => ({
        name: model.net.parameters[i].name,
        weights: numbersOf(before[i], shape),
        gradient: numbersOf(
          before[i].map((w, at) => w - down[i][at]),
          shape,
        ),
        step: numbersOf(
          before[i].map((w, at) => updated[i][at] - w),
          shape,
        ),
      })),
      lossAfter: answers.losses[0],
    };
  } finally {
    await engine.close();
  }
}

/** What is the identity in evaluation. */
const isSilent = ({ type }: LayerSpec): boolean => type === "dropout" || type === "gaussian-noise";

/** The net without what draws at random in training; its tensors stay the same, in the same order. */
function quiet(spec: NetSpec): NetSpec {
  const silent = (layers: readonly LayerSpec[]): LayerSpec[] =>
    layers
      .filter((layer) => !isSilent(layer))
      .map((layer) => ({
        ...layer,
        ...Object.fromEntries(
          Object.entries(layer)
            .filter(([, value]) => Array.isArray(value) && value.every((each) => typeof each === "object"))
            .map(([key, value]) => [key, silent(value as LayerSpec[])]),
        ),
      }));
  return { ...spec, layers: silent(spec.layers) };
}

const textOf = (choices: readonly Choice[], setting: Setting | string): string =>
  typeof setting === "string" ? setting : settingText(choices, setting);
