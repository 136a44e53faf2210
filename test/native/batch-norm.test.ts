/** Batch normalisation, all its operations one after the other, against the definition in double. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { momentsLength, wrappedLength } from "../../src/kernels/batch-norm.js";
import { chosenBackend } from "../kernels/addon.js";
import { padded, random, rows, vector } from "../kernels/data.js";
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
  const ld = padded(pixels * channels, format);
  const table = wrappedLength(channels, format.lanes);
  const [scale, shift, coefficients] = [table, table, 4 * table].map((length) => format.array(length));
  const [moments, sums] = [0, 1].map(() => new Float64Array(groups * momentsLength(channels)).fill(NaN));
  const [mean, inverse] = [0, 1].map(() => new Float64Array(channels));
  // A mean far above the deviation: where squares are summed as they are, its digits are lost.
  const x = rows(format, count, pixels * channels, ld, next).map((value) => 100 + value);
  const dy = rows(format, count, pixels * channels, ld, next);
  for (const tensor of [x, dy]) {
    for (let r = 0; r < count; r++) tensor.fill(0, r * ld + pixels * channels, (r + 1) * ld);
  }
  const [y, dx] = [format.array(x.length), format.array(x.length)];
  const [weight, bias] = [vector(format, channels, next), vector(format, channels, next)];
  const [runningMean, runningVariance] = [vector(format, channels, next), vector(format, channels, next)];
  const plane = { pixels, channels, function: 0, slope: 0 };
  const states = { weightS: null, weightT: null, biasS: null, biasT: null };
  const share = { channels, firstVector: 0, lastVector: weight.length / format.lanes, optimizer: 0 };
  const calls = {
    measure: call("batchNormMeasure", { x, ldx: ld, m: moments, pixels, channels }),
    merge: call("batchNormMerge", {
      ...{ m: moments, groups, weight, bias, mean, inverse, scale, shift, channels, epsilon },
    }),
    forward: call("batchNorm", { x, ldx: ld, y, ldy: ld, scale, shift, ...plane }),
    measureBackward: call("batchNormMeasureBackward", {
      ...{ x, ldx: ld, dy, lddy: ld, mean, m: sums, pixels, channels },
    }),
    mergeBackward: call("batchNormMergeBackward", { m: sums, groups, weight, mean, inverse, coefficients, channels }),
    backward: call("batchNormBackward", { dy, lddy: ld, x, ldx: ld, dx, lddx: ld, coefficients, ...plane }),
    update: call("batchNormUpdate", { m: sums, groups, inverse, weight, bias, ...states, ...share }),
    running: call("batchNormRunning", { m: moments, groups, runningMean, runningVariance, channels, momentum }),
  };
  return { ld, x, dy, y, dx, weight, bias, runningMean, runningVariance, mean, inverse, moments, sums, calls };
}
type Problem = ReturnType<typeof problem>;

/** The step of a group: its samples, and where they start. */
const groupStep = ({ count, groups }: Shape, group: number): StepValues => {
  const edge = (g: number) => Math.floor((count * g) / groups);
  return { ...wholeStep(count), first: edge(group), rows: edge(group + 1) - edge(group), group };
};

/** Sums of each group, as a program that measures them leaves them behind. */
function measured(format: Format, shape: Shape, one: Call, m: Float64Array): Float64Array {
  const steps = Array.from({ length: shape.groups }, (_, g) => groupStep(shape, g));
  return execute(backend, format, [one], steps).of(m);
}

function solve(format: Format, shape: Shape, given: Problem): Outcome {
  const { calls, moments, sums, mean } = given;
  moments.set(measured(format, shape, calls.measure, moments));
  mean.set(execute(backend, format, [calls.merge], [wholeStep(shape.count)]).of(mean));
  sums.set(measured(format, shape, calls.measureBackward, sums));
  const { merge, forward, mergeBackward, backward, update, running } = calls;
  const step = { ...wholeStep(shape.count), hyper: [lr] };
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
      const { ld, x, dy, y, dx, weight, bias, runningMean, runningVariance } = given;
      const before = [weight, bias, runningMean, runningVariance].map((tensor) => Float64Array.from(tensor));
      const out = solve(format, shape, given);
      // x is about 100 and known to a unit of that; its deviation is about a half.
      const tolerance = 1000 * format.unit;
      for (let c = 0; c < channels; c++) {
        const places = Array.from({ length: n }, (_, i) => Math.floor(i / pixels) * ld + (i % pixels) * channels + c);
        const sum = (of: (at: number) => number) => places.reduce((total, at) => total + of(at), 0);
        const mean = sum((at) => x[at]) / n;
        const variance = sum((at) => (x[at] - mean) ** 2) / n;
        const inverse = 1 / Math.sqrt(variance + epsilon);
        const hat = (at: number) => (x[at] - mean) * inverse;
        const [w, b, oldMean, oldVariance] = before.map((tensor) => tensor[c]);
        const [dWeight, dBias] = [sum((at) => dy[at] * hat(at)), sum((at) => dy[at])];
        const near = (actual: number, expected: number, what: string, by = tolerance) =>
          assert.ok(Math.abs(actual - expected) <= by, `${what} of channel ${c}: ${actual}, expected ${expected}`);
        for (const at of places) {
          near(out.of(y)[at], w * hat(at) + b, "y");
          near(out.of(dx)[at], w * inverse * (dy[at] - dBias / n - (hat(at) * dWeight) / n), "dx");
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
    given.x.fill(1e4 + 1 / 3);
    const { y, inverse, bias, ld } = given;
    const out = solve(format, shape, given);
    assertClose(
      out.of(inverse),
      inverse.map(() => 1 / Math.sqrt(epsilon)),
      1e-6,
      "1 / deviation",
    );
    // The mean is good to a unit of the format, and the deviation makes it 30 times as large.
    const expected = out.of(y).map((_, i) => (i % ld < 21 ? bias[(i % ld) % 3] : out.of(y)[i]));
    assertClose(out.of(y), expected, 64 * 1e4 * format.unit, "y");
  });

  test(`scoring with the statistics of a minibatch gives that minibatch's output (${format.name})`, () => {
    const shape = { count: 6, pixels: 4, channels: 19, groups: 2 };
    const given = problem(format, shape);
    const { y, weight, bias, runningMean, runningVariance, mean, inverse, calls } = given;
    const trained = solve(format, shape, given);
    // As they stood before the update.
    runningMean.set(trained.of(mean));
    runningVariance.set(trained.of(inverse).map((value) => 1 / value ** 2 - epsilon));
    const { scale, shift } = calls.forward.values as Record<"scale" | "shift", typeof weight>;
    const statistics = { runningMean, runningVariance, weight, bias, scale, shift, channels: 19, epsilon };
    const scored = execute(
      backend,
      format,
      [call("batchNormFold", statistics), calls.forward],
      [wholeStep(shape.count)],
    );
    assertClose(scored.of(y), trained.of(y), 2000 * format.unit, "y");
    assertSameBits(scored.of(weight), weight, "weight");
  });
}
