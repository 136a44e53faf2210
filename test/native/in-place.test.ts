/** Where an operation may be given one buffer for input and output, the result is that of two. */
import { test } from "node:test";
import { type OperationName, operationNames, operations } from "../../src/kernels/ops/index.js";
import type { Operation } from "../../src/kernels/ops/operation.js";
import { chosenBackend } from "../kernels/addon.js";
import { cases } from "../kernels/cases/index.js";
import { assertSameBits, buffersOf, execute, formats, type Matrix } from "../kernels/lab.js";

const backend = chosenBackend();
const inPlaceOf = (name: OperationName): Operation["inPlace"] => (operations[name] as Operation).inPlace;

for (const format of formats) {
  for (const name of operationNames) {
    const pair = inPlaceOf(name);
    if (!pair) continue;
    const [input, output] = pair;
    test(`${name} in ${format.name} may write ${output} over ${input}`, () => {
      for (const { title, call, step, outputs } of cases[name](format)) {
        const from = call.values[input] as Matrix;
        const apart = { ...call, values: { ...call.values, [output]: { ...from, numbers: from.numbers.slice() } } };
        const inPlace = { ...call, values: { ...call.values, [output]: from } };
        const [expected, actual] = [apart, inPlace].map((one) => execute(backend, format, [one], [step]));
        for (const written of Object.keys(outputs)) {
          const [left, right] = [apart, inPlace].map(({ values }) => buffersOf(values[written]));
          for (const [i, buffer] of left.entries()) {
            assertSameBits(actual.of(right[i]), expected.of(buffer), `${title}: ${written}`);
          }
        }
      }
    });
  }
}
