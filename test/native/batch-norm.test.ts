/** Batch normalization, all its operations one after the other, against the definition in double. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { identity } from "../../src/kernels/activations/index.js";
import { momentsLength, wrappedLength } from "../../src/kernels/batch-norm.js";
import { loopNames } from "../../src/optim/index.js";
import { chosenBackend } from "../kernels/addon.js";
import { mapRows, paddedRows, random, vector } from "../kernels/data.js";
import type { Call, Format, Outcome, StepValues } from "../kernels/lab.js";
import { assertClose, assertSameBits, call, execute, formats, wholeStep } from "../kernels/lab.js";

const backend = chosenBackend();
const [epsilon, momentum, lr] = [1e-3, 0.1, 0.5];

interface Shape {
  readonly count: number;
  readonly pixels: number;
  readonly channels: number;
  readonly groups: number;
}

function problem(format: Format, { count, pixels, channels, groups }: Shape) {
  const next = random(count + channels);
  const table = wrappedLength(channels, format.lanes);
  const [scale, shift, coefficients] = [table, table, 4 * table].map((length) => format.array(length));
  const [moments, sums] = [0, 1].map(() => new Float64Array(groups * momentsLength(channels)).fill(NaN));
  const [mean, invStd] = [0, 1].map(() => new Float64Array(channels));
  // A mean far above the deviation: where squares are summed as they are, its digits are lost.
  const [input, dy] = [0, 1].map(() => paddedRows(format, count, pixels * channels, next));
  const x = mapRows(input, (value) => (value === 0 ? 0 : 100 + value));
  const [y, dx] = [x, x].map(({ numbers, ld }) => ({ numbers: format.array(numbers.length), ld }));
  const [weight, bias] = [vector(format, channels, next), vector(format, channels, next)];
  const [runningMean, runningVariance] = [vector(format, channels, next), vector(format, channels, next)];
  const plane = { pixels, channels, activation: identity };
  const vectors = [0, weight.length / format.lanes] as const;
  const sgd = {
    weightG: null,
    biasG: null,
    biasOptimizer: 0,
    weightState: [],
    biasState: [],
    channels,
    vectors,
    optimizer: loopNames.indexOf("sgd"),
  };
  const slices = [0, groups * vectors[1]] as const;
  const calls = {
    reduce: call("batchNormReduce", { x, m: moments, pixels, channels, slices }),
    merge: call("batchNormMerge", {
      ...{ m: moments, groups, weight, bias, mean, invStd, scale, shift, channels, epsilon },
    }),
    forward: call("batchNorm", { x, y, scale, shift, ...plane }),
    reduceBackward: call("batchNormReduceBackward", { x, dy, mean, m: sums, pixels, channels, slices }),
    mergeBackward: call("batchNormMergeBackward", { m: sums, groups, weight, mean, invStd, coefficients, channels }),
    backward: call("batchNormBackward", { dy, x, dx, coefficients, ...plane }),
    update: call("batchNormUpdate", { m: sums, groups, invStd, weight, bias, ...sgd }),
    running: call("batchNormRunning", { m: moments, groups, runningMean, runningVariance, channels, momentum }),
  };
  return { x, dy, y, dx, weight, bias, runningMean, runningVariance, mean, invStd, moments, sums, calls };
}
type Problem = ReturnType<typeof problem>;

/** The step of a group: its samples, and where they start. */
const groupStep = ({ count, groups }: Shape, group: number): StepValues => {
  const edge = (g: number) => Math.floor((count * g) / groups);
  return { ...wholeStep(count), first: edge(group), rows: edge(group + 1) - edge(group), group };
};

/** Sums of each group, as a program that reduces them leaves them behind. */
function reduced(format: Format, shape: Shape, one: Call, m: Float64Array): Float64Array {
  const steps = Array.from({ length: shape.groups }, (_, g) => groupStep(shape, g));
  return execute(backend, format, [one], steps).of(m);
}

function solve(format: Format, shape: Shape, given: Problem): Outcome {
  const { calls, moments, sums, mean } = given;
  moments.set(reduced(format, shape, calls.reduce, moments));
  mean.set(execute(backend, format, [calls.merge], [wholeStep(shape.count)]).of(mean));
  sums.set(reduced(format, shape, calls.reduceBackward, sums));
  const { merge, forward, mergeBackward, backward, update, running } = calls;
  const step = { ...wholeStep(shape.count), hyperparameters: [lr] };
  return execute(backend, format, [merge, forward, mergeBackward, backward, update, running], [step]);
}

const shapes: Shape[] = [
  { count: 7, pixels: 9, channels: 5, groups: 4 },
  { count: 16, pixels: 1, channels: 33, groups: 2 },
  { count: 3, pixels: 16, channels: 24, groups: 8 },
];

for (const format of formats) {
  for (const shape of shapes) {
    const { count, pixels, channels } = shape;
    const name = `${format.name}, ${count} samples of ${pixels} pixels, ${channels} channels, ${shape.groups} groups`;
    const n = count * pixels;

    test(`forward, backward, update and running statistics follow the definition (${name})`, () => {
      const given = problem(format, shape);
      const { x, dy, y, dx, weight, bias, runningMean, runningVariance } = given;
      const before = [weight, bias, runningMean, runningVariance].map((tensor) => Float64Array.from(tensor));
      const out = solve(format, shape, given);
      // x is about 100 and known to a unit of that; its deviation is about a half.
      const tolerance = 1000 * format.unit;
      for (let c = 0; c < channels; c++) {
        const indices = Array.from(
          { length: n },
          (_, i) => Math.floor(i / pixels) * x.ld + (i % pixels) * channels + c,
        );
        const sum = (of: (at: number) => number) => indices.reduce((total, at) => total + of(at), 0);
        const mean = sum((at) => x.numbers[at]) / n;
        const variance = sum((at) => (x.numbers[at] - mean) ** 2) / n;
        const invStd = 1 / Math.sqrt(variance + epsilon);
        const hat = (at: number) => (x.numbers[at] - mean) * invStd;
        const [w, b, oldMean, oldVariance] = before.map((tensor) => tensor[c]);
        const [dWeight, dBias] = [sum((at) => dy.numbers[at] * hat(at)), sum((at) => dy.numbers[at])];
        const near = (actual: number, expected: number, what: string, by = tolerance) =>
          assert.ok(Math.abs(actual - expected) <= by, `${what} of channel ${c}: ${actual}, expected ${expected}`);
        for (const at of indices) {
          near(out.of(y.numbers)[at], w * hat(at) + b, "y");
          near(out.of(dx.numbers)[at], w * invStd * (dy.numbers[at] - dBias / n - (hat(at) * dWeight) / n), "dx");
        }
        near(out.of(weight)[c], w - lr * dWeight, "weight");
        near(out.of(bias)[c], b - lr * dBias, "bias");
        near(out.of(runningMean)[c], 0.9 * oldMean + 0.1 * mean, "running mean");
        near(out.of(runningVariance)[c], 0.9 * oldVariance + (0.1 * variance * n) / (n - 1), "running variance");
      }
      const paddingOf = (tensor: typeof weight) => Array.from(tensor.subarray(channels));
      for (const tensor of [weight, bias]) assert.ok(paddingOf(out.of(tensor)).every((value) => value === 0));
    });
  }

  test(`a channel that is constant has no deviation, and y is the bias (${format.name})`, () => {
    const shape = { count: 5, pixels: 7, channels: 3, groups: 2 };
    const given = problem(format, shape);
    given.x.numbers.fill(1e4 + 1 / 3);
    const { y, invStd, bias } = given;
    const out = solve(format, shape, given);
    assertClose(
      out.of(invStd),
      invStd.map(() => 1 / Math.sqrt(epsilon)),
      1e-6,
      "1 / deviation",
    );
    // The mean is good to a unit of the format, and the deviation makes it 30 times as large.
    const actual = out.of(y.numbers);
    const expected = actual.map((value, i) => (i % y.ld < 21 ? bias[(i % y.ld) % 3] : value));
    assertClose(actual, expected, 64 * 1e4 * format.unit, "y");
  });

  test(`scoring with the statistics of a minibatch gives that minibatch's output (${format.name})`, () => {
    const shape = { count: 6, pixels: 4, channels: 19, groups: 2 };
    const given = problem(format, shape);
    const { y, weight, bias, runningMean, runningVariance, mean, invStd, calls } = given;
    const trained = solve(format, shape, given);
    // As they stood before the update.
    runningMean.set(trained.of(mean));
    runningVariance.set(trained.of(invStd).map((value) => 1 / value ** 2 - epsilon));
    const { scale, shift } = calls.forward.values as Record<"scale" | "shift", typeof weight>;
    const statistics = { runningMean, runningVariance, weight, bias, scale, shift, channels: 19, epsilon };
    const scored = execute(
      backend,
      format,
      [call("batchNormFold", statistics), calls.forward],
      [wholeStep(shape.count)],
    );
    assertClose(scored.of(y.numbers), trained.of(y.numbers), 2000 * format.unit, "y");
    assertSameBits(scored.of(weight), weight, "weight");
  });
}
