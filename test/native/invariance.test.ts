/** What makes training independent of threads and memory: no cut of the work changes a bit of any result. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { OperationName } from "../../src/kernels/operations.js";
import { chosenBackend } from "../kernels/addon.js";
import type { Case } from "../kernels/cases/case.js";
import { cases } from "../kernels/cases/index.js";
import type { Call, Format, Numbers, Outcome, Real, StepValues } from "../kernels/lab.js";
import { assertSameBits, execute, formats } from "../kernels/lab.js";

const backend = chosenBackend();

/** Cuts of [0, n): each piece alone, halves, and uneven pieces of which one is empty. */
function cuts(n: number): number[][] {
  const pieces = Array.from({ length: n + 1 }, (_, i) => i);
  return [pieces, [0, n >> 1, n], [0, n >> 2, n >> 2, Math.floor((2 * n) / 3), n]];
}

function assertSameOutputs({ title, call, outputs }: Case, actual: Outcome, expected: Outcome, how: string): void {
  for (const name of Object.keys(outputs)) {
    const buffer = call.values[name] as Numbers;
    assertSameBits(actual.of(buffer), expected.of(buffer), `${title}, ${how}: ${name}`);
  }
}

const rowwise: OperationName[] = [
  "gather",
  "augment",
  "dense",
  "denseBackward",
  "activation",
  "activationBackward",
  "softmaxCrossEntropy",
  "squaredError",
  "score",
  "conv",
  "convBackward",
  "add",
  "maxPool",
  "maxPoolBackward",
  "averagePool",
  "averagePoolBackward",
  "maxout",
  "maxoutBackward",
  "dropout",
  "dropoutBackward",
  "gaussianNoise",
  "batchNorm",
  "batchNormBackward",
  "winograd",
  "winogradBackward",
];
/** Operations that ranks share by ranges: the arguments that hold the range. */
const ranged = {
  denseUpdate: ["firstUnit", "lastUnit"],
  biasUpdate: ["firstVector", "lastVector"],
  convUpdate: ["firstUnit", "lastUnit"],
  vectorUpdate: ["firstVector", "lastVector"],
  batchNormUpdate: ["firstVector", "lastVector"],
  winogradUpdate: ["firstUnit", "lastUnit"],
} as const;
const chunked: readonly (keyof typeof ranged)[] = ["denseUpdate", "biasUpdate", "convUpdate", "winogradUpdate"];
/** Its gradient comes from groups, not from the samples of the chunk. */
const hasGroups = ({ call }: Case): boolean => ((call.values["groups"] as number | undefined) ?? 0) > 0;
/** Operations that go on from the partial sums of a group: a block of samples that does not start it adds to them. */
const measuring = ["batchNormMeasure", "batchNormMeasureBackward", "convGradient", "winogradGradient"] as const;

for (const format of formats) {
  for (const name of rowwise) {
    test(`${name} in ${format.name}: the bits of all rows at once, in whatever shards`, () => {
      for (const one of cases[name](format)) {
        const { call, step } = one;
        const whole = execute(backend, format, [call], [step]);
        for (const cut of cuts(step.rows)) {
          const shards = cut.slice(1).map((end, i): StepValues => ({ ...step, first: cut[i], rows: end - cut[i] }));
          assertSameOutputs(one, execute(backend, format, [call], shards), whole, `rows cut at ${cut.join()}`);
        }
      }
    });
  }

  for (const name of Object.keys(ranged) as (keyof typeof ranged)[]) {
    test(`${name} in ${format.name}: the bits of the whole, in whatever ranges`, () => {
      const [first, last] = ranged[name];
      for (const one of cases[name](format)) {
        const { call, step } = one;
        const whole = execute(backend, format, [call], [step]);
        for (const cut of cuts(call.values[last] as number)) {
          const calls = cut
            .slice(1)
            .map((end, i) => ({ ...call, values: { ...call.values, [first]: cut[i], [last]: end } }));
          assertSameOutputs(one, execute(backend, format, calls, [step]), whole, `cut at ${cut.join()}`);
        }
      }
    });
  }

  for (const name of measuring) {
    test(`${name} in ${format.name}: the bits of a whole group, in whatever blocks`, () => {
      for (const one of cases[name](format)) {
        const { call, step } = one;
        const whole = execute(backend, format, [call], [step]);
        for (const cut of cuts(step.rows)) {
          if (cut.length < 2) continue;
          const blocks = cut.slice(1).map((end, i): StepValues => {
            return { ...step, first: cut[i], rows: end - cut[i], start: step.start && i === 0 };
          });
          assertSameOutputs(one, execute(backend, format, [call], blocks), whole, `rows cut at ${cut.join()}`);
        }
      }
    });
  }

  for (const name of chunked) {
    test(`${name} in ${format.name}: a gradient in chunks has the bits of one chunk, and updates once`, () => {
      const withGradient = cases[name](format).filter((one) => one.call.values["g"] !== null && !hasGroups(one));
      assert.ok(withGradient.length > 0);
      for (const one of withGradient) {
        const whole = execute(backend, format, [one.call], [one.step]);
        for (const cut of cuts(one.step.chunk)) {
          // A chunk is never empty.
          const ends = [...new Set(cut)];
          if (ends.length < 3) continue;
          const values = inChunks(format, one, ends);
          for (const output of Object.keys(one.outputs)) {
            const expected = whole.of(one.call.values[output] as Numbers);
            assertSameBits(values[output] as Numbers, expected, `${one.title}, chunks ${ends.join()}: ${output}`);
          }
        }
      }
    });
  }
}

/** Runs the case chunk after chunk, each as a program of its own over what the last one left. */
function inChunks(format: Format, { call, step, outputs }: Case, ends: number[]): Call["values"] {
  let values = call.values;
  for (let i = 1; i < ends.length; i++) {
    const [from, to] = [ends[i - 1], ends[i]];
    const part = (name: string, ld: string) => {
      const buffer = call.values[name] as Real | undefined;
      return buffer && { [name]: buffer.slice(from * (call.values[ld] as number), to * (call.values[ld] as number)) };
    };
    const chunk = { ...call, values: { ...values, ...part("x", "ldx"), ...part("dy", "lddy") } };
    const finish = i === ends.length - 1;
    const outcome = execute(backend, format, [chunk], [{ ...step, chunk: to - from, start: i === 1, finish }]);
    const left = Object.keys(outputs).map((name) => [name, outcome.of(values[name] as Numbers)] as const);
    for (const [name, buffer] of left) {
      if (!finish && name !== "g") assertSameBits(buffer, values[name] as Numbers, `${name} before the last chunk`);
    }
    values = { ...values, ...Object.fromEntries(left) };
  }
  return values;
}
