/** The golden files that `make.py` wrote, typed; and how Heddle runs a case of them. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Dtype, FloatArray } from "../../src/base/numbers.js";
import { identity } from "../../src/base/random.js";
import type { Preprocessing } from "../../src/data/preprocessing.js";
import type { Engine } from "../../src/engine/engine.js";
import { lossOf } from "../../src/losses/index.js";
import { matchParameters, readWeights, type WeightsFile } from "../../src/model/model-file.js";
import { type Net, resolveNet } from "../../src/nn/net.js";
import type { NetSpec } from "../../src/nn/spec.js";
import { ruleOf } from "../../src/optim/index.js";
import { formulaDataset } from "./formula.js";

/** Tests run in dist/test, the files stay beside their script. */
export const goldenFile = (name: string): string =>
  fileURLToPath(new URL(`../../../test/golden/${name}`, import.meta.url));

interface Affine {
  readonly net: NetSpec;
  readonly maximum: number;
  readonly scale: readonly number[];
  readonly shift: readonly number[];
}

export interface GoldenCase extends Affine {
  readonly name: string;
  /** Name of the starting weights. */
  readonly start: string;
  readonly samples: number;
  readonly batchSize: number;
  readonly steps: number;
  readonly optimizer: string;
  readonly lr: number;
  readonly loss: string;
  /** PyTorch's minibatch loss before each step, computed in double and in single precision. */
  readonly f64: readonly number[];
  readonly f32: readonly number[];
}

export interface GoldenModel extends Affine {
  /** [images][classes] in double. */
  readonly logits: readonly (readonly number[])[];
}

const readJson = (name: string): unknown => JSON.parse(readFileSync(goldenFile(name), "utf8"));

/** Whole nets whose gradients PyTorch has made (`make_nets.py`, nets.test.ts). */
export const goldenNets = (): readonly { readonly net: NetSpec }[] =>
  (readJson("nets.json") as { cases: readonly { net: NetSpec }[] }).cases;
/** Minibatches and short trainings of each loss (`make_losses.py`, losses.test.ts). */
export const goldenLosses = (): readonly { readonly loss: string }[] =>
  (readJson("losses.json") as { steps: readonly { loss: string }[] }).steps;

/** Trainings of one net of so many updates, each with what it leaves (`make_hundred.py`, `make_steering.py`). */
export interface GoldenUpdates<Case> extends Omit<Affine, "maximum"> {
  readonly batchSize: number;
  readonly samples: number;
  readonly steps: number;
  readonly cases: readonly Case[];
}
export const goldenUpdates = <Case>(name: string) => readJson(name) as GoldenUpdates<Case>;

export interface GoldenOptimizer {
  readonly optimizer: string;
  readonly lr: number;
  /** The weights after so many steps. */
  readonly after: Readonly<Record<number, readonly number[]>>;
}
/** Updates of a few weights by gradients of a formula (`make_optimizers.py`, native/optimizers.test.ts). */
export const goldenOptimizers = (): { readonly start: readonly number[]; readonly cases: readonly GoldenOptimizer[] } =>
  readJson("optimizers.json") as ReturnType<typeof goldenOptimizers>;
export interface GoldenSchedule {
  readonly schedule: string;
  readonly base: number;
  /** Of each update, and momentum where the schedule has it. */
  readonly rate: readonly number[];
  readonly momentum?: readonly number[];
}
/** What each update is made with (`make_schedules.py`). */
export const goldenSchedules = (): readonly GoldenSchedule[] =>
  (readJson("schedules.json") as { cases: GoldenSchedule[] }).cases;
/** Schedules that follow validation: its value after each epoch, what the base rate is multiplied by in each and after the last. */
export const goldenPlateaus = (): readonly {
  readonly schedule: string;
  readonly values: readonly number[];
  readonly factors: readonly number[];
}[] => (readJson("schedules.json") as { plateaus: ReturnType<typeof goldenPlateaus> }).plateaus;
export const goldenCases = (): readonly GoldenCase[] => (readJson("training.json") as { cases: GoldenCase[] }).cases;
export const goldenModel = (): GoldenModel => readJson("model.json") as GoldenModel;

export const preprocessingOf = ({ net, scale, shift }: Affine): Preprocessing => ({
  standardize: "golden",
  ...net.input,
  maximum: 255,
  kind: "affine",
  scale,
  shift,
});

let training: WeightsFile | undefined;

/** The tensors that stand under `name` in training.safetensors, in the order of the net's parameters. */
export function goldenWeights(name: string, { parameters }: Net, dtype: Dtype): FloatArray[] {
  const path = goldenFile("training.safetensors");
  training ??= readWeights(path);
  const tensors = training.tensors
    .filter((tensor) => tensor.name.startsWith(`${name}/`))
    .map((tensor) => ({ ...tensor, name: tensor.name.slice(name.length + 1) }));
  return matchParameters({ path, tensors }, parameters, dtype).tensors;
}

/** The largest distance between two lists of the same length. */
export function worst(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let most = actual.length === expected.length ? 0 : Infinity;
  for (let i = 0; i < actual.length; i++) {
    const distance = Math.abs(actual[i] - expected[i]);
    // A NaN is as far as can be.
    most = distance <= most ? most : Number.isNaN(distance) ? Infinity : distance;
  }
  return most;
}

/** Runs the case without shuffling, from the golden weights; the last epoch may end early. */
export async function replay(
  engine: Engine,
  golden: GoldenCase,
  dtype: Dtype,
): Promise<{ losses: number[]; weights: FloatArray[] }> {
  const { samples, batchSize, steps, optimizer, lr } = golden;
  const net = resolveNet(golden.net);
  engine.configure({
    net,
    dtype,
    batchSize,
    optimizer: ruleOf(optimizer),
    loss: lossOf(golden.loss),
    preprocessing: preprocessingOf(golden),
    dataset: formulaDataset(samples, golden.net.input, golden.maximum),
    places: samples,
  });
  engine.setParameters(goldenWeights(golden.start, net, dtype));
  const losses: number[] = [];
  while (losses.length < steps) {
    const before = losses.length;
    const order = identity(Math.min(samples, (steps - before) * batchSize));
    const totals = { loss: 0, correct: 0, samples: 0 };
    const [report] = await engine.train({ order, from: 0, totals, epoch: 0, before, optimizer, lr });
    losses.push(...engine.stepLosses().subarray(0, report.steps));
    if (report.steps === 0) throw new Error(`${golden.name}: no step was made`);
  }
  return { losses, weights: engine.parameters() };
}
