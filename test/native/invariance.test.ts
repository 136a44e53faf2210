/**
 * What makes training independent of threads and memory: no cut of the work changes a bit of any result. Each operation
 * says how its work is cut; which tests it must pass follows from that.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type OperationName, operationNames, operations, signature } from "../../src/kernels/ops/index.js";
import type { Cut } from "../../src/kernels/ops/operation.js";
import { vectorIsas } from "../engine/runs.js";
import { chosenBackend } from "../kernels/addon.js";
import type { Case } from "../kernels/cases/case.js";
import { cases } from "../kernels/cases/index.js";
import {
  assertSameBits,
  buffersOf,
  type Call,
  execute,
  type Format,
  formats,
  type Matrix,
  type Numbers,
  type Outcome,
  type StepValues,
} from "../kernels/lab.js";

const backend = chosenBackend();
const cutBy = (cut: Cut): OperationName[] => operationNames.filter((name) => operations[name].cut === cut);

/** Cuts of [0, n): each piece alone, halves, and uneven pieces of which one is empty. The slow ones are cut once. */
function cuts(n: number): number[][] {
  const pieces = Array.from({ length: n + 1 }, (_, i) => i);
  const uneven = [0, n >> 2, n >> 2, Math.floor((2 * n) / 3), n];
  return vectorIsas.some((isa) => isa === backend.isa) ? [pieces, [0, n >> 1, n], uneven] : [uneven];
}

function assertSameOutputs({ title, call, outputs }: Case, actual: Outcome, expected: Outcome, how: string): void {
  for (const name of Object.keys(outputs)) {
    for (const buffer of buffersOf(call.values[name])) {
      assertSameBits(actual.of(buffer), expected.of(buffer), `${title}, ${how}: ${name}`);
    }
  }
}

/** The argument that holds an operation's range of work. */
const rangeOf = (name: OperationName): string => signature(name).find(({ kind }) => kind === "range")!.name;
/** Goes over the samples of the chunk. */
const readsSamples = (name: OperationName): boolean => signature(name).some((argument) => argument.name === "dy");
/** Keeps its gradient from chunk to chunk, which does not come from groups. */
const keepsGradient = ({ call: { values } }: Case): boolean =>
  values["g"] !== null && !((values["groups"] ?? 0) as number);

for (const format of formats) {
  for (const name of cutBy("rows")) {
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

  for (const name of [...cutBy("units"), ...cutBy("tiles")]) {
    test(`${name} in ${format.name}: the bits of the whole, in whatever ranges`, () => {
      const range = rangeOf(name);
      for (const one of cases[name](format)) {
        const { call, step } = one;
        const whole = execute(backend, format, [call], [step]);
        for (const cut of cuts((call.values[range] as readonly number[])[1])) {
          const calls = cut.slice(1).map((end, i) => ({ ...call, values: { ...call.values, [range]: [cut[i], end] } }));
          assertSameOutputs(one, execute(backend, format, calls as Call[], [step]), whole, `cut at ${cut.join()}`);
        }
      }
    });
  }

  for (const name of cutBy("groups")) {
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

  for (const name of cutBy("groups")) {
    test(`${name} in ${format.name}: the bits of a whole group, in whatever slices`, () => {
      for (const one of cases[name](format)) {
        const { call, step } = one;
        const whole = execute(backend, format, [call], [step]);
        const [first, last] = call.values["slices"] as readonly [number, number];
        for (const cut of cuts(last - first)) {
          // Who has the first channels counts what the others go on from, and so comes last here.
          const calls = cut
            .slice(1)
            .map((end, i) => ({ ...call, values: { ...call.values, slices: [first + cut[i], first + end] } }));
          assertSameOutputs(
            one,
            execute(backend, format, calls.reverse() as unknown as Call[], [step]),
            whole,
            `cut at ${cut.join()}`,
          );
        }
      }
    });
  }

  for (const name of cutBy("units").filter(readsSamples)) {
    test(`${name} in ${format.name}: a gradient in chunks has the bits of one chunk, and updates once`, () => {
      const withGradient = cases[name](format).filter(keepsGradient);
      assert.ok(withGradient.length > 0);
      for (const one of withGradient) {
        const whole = execute(backend, format, [one.call], [one.step]);
        for (const cut of cuts(one.step.chunk)) {
          // A chunk is never empty.
          const ends = [...new Set(cut)];
          if (ends.length < 3) continue;
          const values = inChunks(format, one, ends);
          for (const output of Object.keys(one.outputs)) {
            for (const [i, buffer] of buffersOf(one.call.values[output]).entries()) {
              const actual = buffersOf(values[output])[i];
              assertSameBits(actual, whole.of(buffer), `${one.title}, chunks ${ends.join()}: ${output}`);
            }
          }
        }
      }
    });
  }
}

type Values = Call["values"];

/** The same argument with other contents. */
function refill(value: Values[string], of: (buffer: Numbers) => Numbers): Values[string] {
  if (ArrayBuffer.isView(value)) return of(value);
  if (Array.isArray(value)) return (value as readonly Numbers[]).map(of) as unknown as Values[string];
  const { numbers, ld } = value as Matrix<Numbers>;
  return { numbers: of(numbers), ld };
}

/** Runs the case chunk after chunk, each as a program of its own over what the last one left. */
function inChunks(format: Format, { call, step, outputs }: Case, ends: number[]): Values {
  let values = call.values;
  for (let i = 1; i < ends.length; i++) {
    const [from, to] = [ends[i - 1], ends[i]];
    const chunkOf = (name: string) => {
      if (!(name in values)) return {};
      const { numbers, ld } = call.values[name] as Matrix;
      return { [name]: { numbers: numbers.slice(from * ld, to * ld), ld } };
    };
    const chunk = { ...call, values: { ...values, ...chunkOf("x"), ...chunkOf("dy") } };
    const finish = i === ends.length - 1;
    const outcome = execute(backend, format, [chunk], [{ ...step, chunk: to - from, start: i === 1, finish }]);
    for (const name of finish ? [] : Object.keys(outputs).filter((output) => output !== "g")) {
      for (const buffer of buffersOf(values[name])) {
        assertSameBits(outcome.of(buffer), buffer, `${name} before the last chunk`);
      }
    }
    for (const name of Object.keys(outputs)) {
      values = { ...values, [name]: refill(values[name], (buffer) => outcome.of(buffer)) };
    }
  }
  return values;
}
