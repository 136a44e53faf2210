/** What tests of updates run: small nets of every way to a gradient, on a few samples, for an epoch or more. */
import assert from "node:assert/strict";
import type { Dtype } from "../../src/base/numbers.js";
import { identity } from "../../src/base/random.js";
import type { Finishing } from "../../src/engine/finishing.js";
import type { Penalties } from "../../src/engine/rules.js";
import { lossOf } from "../../src/losses/index.js";
import { type Net, resolveNet } from "../../src/nn/net.js";
import { ruleOf } from "../../src/optim/index.js";
import { engineOf, standardized, weightsOf } from "../contract/lab.js";
import { formulaDataset } from "../golden/formula.js";

export const input = { height: 4, width: 4, channels: 2 };
const dense = (units: number) => ({ type: "dense", units });
const conv = { type: "conv2d", filters: 5, kernel: 3, padding: "same" };
export const mlp = resolveNet({ input, classes: 10, layers: [dense(12), { type: "tanh" }, dense(10)] });
export const cnn = resolveNet({ input, classes: 10, layers: [conv, { type: "relu" }, { type: "flatten" }, dense(10)] });
export const normed = resolveNet({
  input,
  classes: 10,
  layers: [
    conv,
    { type: "batch-norm", momentum: 0.1, epsilon: 1e-5 },
    { type: "relu" },
    { type: "flatten" },
    dense(10),
  ],
});

export interface Given {
  readonly net: Net;
  readonly batchSize: number;
  readonly minibatch?: number;
  readonly optimizer?: string;
  readonly penalties?: Penalties;
  readonly finishing?: Finishing;
  readonly ema?: number;
  readonly dtype?: Dtype;
  readonly samples?: number;
  readonly epochs?: number;
  readonly ranks?: number;
}

/** The tensors after an epoch or more, by name; in f64 unless told otherwise. */
export async function trained({
  net,
  batchSize,
  optimizer = "sgd",
  samples = 30,
  ranks = 1,
  dtype = "f64",
  ...more
}: Given) {
  const engine = engineOf(ranks);
  const dataset = formulaDataset(samples, input, 255);
  engine.configure({
    ...{ net, dtype, batchSize, minibatch: more.minibatch ?? batchSize, optimizer: ruleOf(optimizer) },
    ...{ loss: lossOf("cross-entropy"), preprocessing: standardized(input), dataset, places: samples },
    finishing: more.finishing,
  });
  engine.setParameters(weightsOf(net, dtype));
  const norms: number[] = [];
  let updates = 0;
  for (let epoch = 0; epoch < (more.epochs ?? 1); epoch++) {
    const job = { order: identity(samples), from: 0, epoch, before: updates, optimizer, lr: 0.1 };
    const totals = { loss: 0, correct: 0, samples: 0 };
    const [{ steps }] = await engine.train({ ...job, totals, penalties: more.penalties, ema: more.ema });
    updates += steps;
    norms.push(...(engine.stepNorms()?.subarray(0, steps) ?? []));
  }
  const tensors = engine.parameters();
  return {
    updates,
    norms,
    tensors,
    of: (name: string) => tensors[net.parameters.findIndex((one) => one.name.endsWith(name))],
  };
}

export const near = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number, what = ""): void => {
  assert.equal(a.length, b.length);
  for (let i = 0; i < a.length; i++)
    assert.ok(Math.abs(a[i] - b[i]) <= tolerance, `${what} ${i}: ${a[i]}, not ${b[i]}`);
};
