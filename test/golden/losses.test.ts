/** Smoothed targets and class weights follow PyTorch, in double: each sample's gradient, and whole steps on the ranks. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { identity } from "../../src/base/random.js";
import { Engine } from "../../src/engine/engine.js";
import { lossOf } from "../../src/losses/index.js";
import { resolveNet } from "../../src/nn/net.js";
import type { NetSpec } from "../../src/nn/spec.js";
import { ruleOf } from "../../src/optim/index.js";
import { chosenBackend } from "../kernels/addon.js";
import { blankRows } from "../kernels/data.js";
import { call, execute, f64, wholeStep } from "../kernels/lab.js";
import { formulaDataset } from "./formula.js";
import { goldenFile, worst } from "./golden.js";

interface Golden {
  readonly name: string;
  readonly loss: string;
  readonly smoothing: number;
  readonly weights: readonly number[] | null;
}
interface Rows extends Golden {
  readonly logits: readonly (readonly number[])[];
  readonly labels: readonly number[];
  /** The minibatch's loss, and what moving a logit does to it. */
  readonly value: number;
  readonly gradient: readonly (readonly number[])[];
}
interface Steps extends Golden {
  readonly net: NetSpec;
  readonly samples: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly losses: readonly number[];
  readonly weight: readonly number[];
  readonly bias: readonly number[];
}

const golden = JSON.parse(readFileSync(goldenFile("losses.json"), "utf8")) as { rows: Rows[]; steps: Steps[] };
const tolerance = 1e-12;
const backend = chosenBackend();
const engines = [1, 3].map((ranks) => new Engine(ranks, backend.name));
after(() => Promise.all(engines.map((engine) => engine.close())));

for (const { name, loss, smoothing, weights, logits, labels, value, gradient } of golden.rows) {
  test(`${name}: loss and gradient of each sample`, () => {
    const [count, classes] = [logits.length, logits[0].length];
    const [z, dz] = [0, 1].map(() => blankRows(f64, count, classes));
    for (const [row, numbers] of logits.entries()) z.numbers.set(numbers, row * z.ld);
    const losses = new Float64Array(count);
    const values = {
      ...{ z, dz, classes, smoothing, loss: losses, parameter: lossOf(loss).parameter, byPlace: 0 },
      labels: Uint16Array.from(labels),
      order: Int32Array.from(identity(count)),
      weights: weights && Float64Array.from(weights),
      ...{ partners: null, mixes: null, plain: null },
      correct: new Float64Array(count),
      flag: new Int32Array(1),
    };
    const weight = labels.reduce((sum, label) => sum + (weights?.[label] ?? 1), 0);
    const step = { ...wholeStep(count), scale: 1 / weight };
    const out = execute(backend, f64, [call(lossOf(loss).operation, values)], [step]);
    const mean = out.of(losses).reduce((sum, each) => sum + each, 0) / weight;
    assert.ok(Math.abs(mean - value) <= tolerance, `loss ${mean}, expected ${value}`);
    for (const [row, expected] of gradient.entries()) {
      const distance = worst(out.of(dz.numbers).subarray(row * dz.ld, row * dz.ld + classes), expected);
      assert.ok(distance <= tolerance, `sample ${row} differs by ${distance}`);
    }
  });
}

for (const { name, net: spec, loss, smoothing, weights, samples, batchSize, lr, ...expected } of golden.steps) {
  for (const engine of engines) {
    test(`${name}: two epochs on ${engine.threads} ranks`, async () => {
      const net = resolveNet(spec);
      engine.configure({
        net,
        dtype: "f64",
        batchSize,
        optimizer: ruleOf("sgd"),
        loss: { ...lossOf(loss), smoothing, ...(weights && { classWeights: weights }) },
        preprocessing: {
          standardize: "golden",
          ...spec.input,
          maximum: 255,
          kind: "affine",
          scale: [1 / 255],
          shift: [0],
        },
        dataset: formulaDataset(samples, spec.input, 255),
        places: samples,
      });
      engine.setParameters(net.parameters.map(({ shape }) => new Float64Array(shape.reduce((a, b) => a * b))));
      const losses: number[] = [];
      for (let epoch = 0; epoch < 2; epoch++) {
        const totals = { loss: 0, correct: 0, samples: 0 };
        const job = { epoch, from: 0, before: losses.length, optimizer: "sgd", lr, totals };
        const [{ steps }] = await engine.train({ order: identity(samples), ...job });
        losses.push(...engine.stepLosses().subarray(0, steps));
      }
      const [weight, bias] = engine.parameters();
      for (const [what, distance] of [
        ["losses", worst(losses, expected.losses)],
        ["weight", worst(weight, expected.weight)],
        ["bias", worst(bias, expected.bias)],
      ] as const)
        assert.ok(distance <= tolerance, `${what} differ by ${distance}`);
    });
  }
}
