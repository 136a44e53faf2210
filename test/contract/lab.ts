/** What contract tests run nets with: engines that a file shares, a small data set, weights, and a training in one call. */
import { Buffer } from "node:buffer";
import { after } from "node:test";
import { bytesOf, type Dtype, type FloatArray } from "../../src/base/numbers.js";
import { identity, Stream } from "../../src/base/random.js";
import { readSetting } from "../../src/base/setting.js";
import type { ImageShape } from "../../src/base/shape.js";
import type { Dataset } from "../../src/data/dataset.js";
import type { Preprocessing } from "../../src/data/preprocessing.js";
import { Engine } from "../../src/engine/engine.js";
import type { ScoreOutcome } from "../../src/engine/parts.js";
import type { Augmentation } from "../../src/kernels/changes/index.js";
import type { TrainedLoss } from "../../src/losses/index.js";
import { lossOf } from "../../src/losses/index.js";
import { loss } from "../../src/metrics/loss.js";
import { elementCount, type Net } from "../../src/nn/net.js";
import { optimizers, ruleOf } from "../../src/optim/index.js";
import { parameterGroups } from "../../src/run/parameter-groups.js";
import { chosenBackend } from "../kernels/addon.js";

const engines = new Map<number, Engine>();
after(() => Promise.all(Array.from(engines.values(), (engine) => engine.close())));

/** The engine of this file with so many ranks: threads are started once. */
export function engineOf(ranks: number): Engine {
  const found = engines.get(ranks) ?? new Engine(ranks, chosenBackend().name);
  engines.set(ranks, found);
  return found;
}

/** As many ranks as the issues name: fewer than samples, more than some shards have rows. */
export const rankCounts = [1, 2, 3, 7, 16];

/** Numbers on both sides of zero, each channel at its own scale. */
export const standardized = (shape: ImageShape): Preprocessing => ({
  standardize: "test",
  ...shape,
  maximum: 255,
  kind: "affine",
  scale: Array.from({ length: shape.channels }, (_, channel) => 1 / (64 + 16 * channel)),
  shift: Array.from({ length: shape.channels }, (_, channel) => -1.75 + 0.25 * channel),
});

/** Weights and biases that are all different from zero; running statistics that a variance can be. */
export function weightsOf(net: Net, dtype: Dtype, spread = 0.4): FloatArray[] {
  return net.parameters.map(({ shape, learned }, tensor) => {
    const values = new Float64Array(elementCount(shape));
    new Stream(1, "weights", tensor).fillNormal(values);
    for (let i = 0; i < values.length; i++)
      values[i] = learned === false ? 0.5 + Math.abs(values[i]) : values[i] * spread;
    return dtype === "f64" ? values : Float32Array.from(values);
  });
}

export interface Setting {
  readonly net: Net;
  readonly dtype: Dtype;
  readonly dataset: Pick<Dataset, "train" | "test">;
  readonly batchSize: number;
  readonly loss?: TrainedLoss;
  readonly optimizer?: string;
  readonly lr?: number;
  readonly preprocessing?: Preprocessing;
  readonly tensors?: readonly FloatArray[];
  readonly augmentation?: Augmentation | null;
  readonly seed?: number;
}

/** Which rule each tensor has: of an optimizer for matrices alone there are two. */
export function groupsOf({ net, optimizer = "sgd momentum=0.9", lr = 0.05 }: Setting) {
  const setting = readSetting(optimizers, optimizer, { where: "optimizer", what: "an optimizer" });
  return parameterGroups(net, { optimizer: setting, lr });
}

/** Puts the net on the ranks. */
export function configure(engine: Engine, setting: Setting): void {
  const { net, dtype, dataset } = setting;
  const samples = dataset.train.count + (dataset.test?.count ?? 0);
  engine.configure({
    preprocessing: standardized(net.spec.input),
    loss: lossOf("cross-entropy"),
    ...setting,
    optimizer: ruleOf(setting.optimizer ?? "sgd momentum=0.9"),
    assignment: groupsOf(setting).assignment,
    places: samples,
    probabilities: true,
  });
  engine.setParameters(setting.tensors ?? weightsOf(net, dtype));
}

/** Trains so many epochs in the order of the data set; returns the loss of each step. */
export async function train(engine: Engine, setting: Setting, epochs: number, before = 0): Promise<number[]> {
  const { dataset, batchSize, optimizer = "sgd momentum=0.9", lr = 0.05 } = setting;
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const steps = before + losses.length;
    const order = identity(dataset.train.count);
    const totals = { loss: 0, correct: 0, samples: 0 };
    const { updaters } = groupsOf(setting);
    const [report] = await engine.train({ order, from: 0, totals, epoch: 0, before: steps, optimizer, updaters, lr });
    if (report.steps !== Math.ceil(order.length / batchSize)) throw new Error(`halted after ${report.steps} steps`);
    losses.push(...engine.stepLosses().subarray(0, report.steps));
  }
  return losses;
}

/** The gradient of the mean loss over the whole training split: a first step leaves it in the state, rate 0 moves nothing. */
export async function gradientOf(engine: Engine, setting: Setting): Promise<FloatArray[]> {
  configure(engine, setting);
  await train(engine, { ...setting, lr: 0 }, 1);
  return engine.optimizerState()[0];
}

/** The mean loss of what was scored; NaN where any is not a number. */
export const meanLoss = ({ answers }: ScoreOutcome): number => loss.of(answers) ?? Number.NaN;

/** All bytes in one text: equal exactly where every bit is. */
export const bits = (arrays: readonly (FloatArray | readonly number[])[]): string =>
  arrays
    .map((array) => Buffer.from(bytesOf(ArrayBuffer.isView(array) ? array : Float64Array.from(array))).toString("hex"))
    .join(" ");
