/** Where the planner gives an operation one buffer for input and output, the result is that of two. */
import { test } from "node:test";
import { chosenBackend } from "../kernels/addon.js";
import { cases } from "../kernels/cases/index.js";
import type { Real } from "../kernels/lab.js";
import { assertSameBits, execute, formats } from "../kernels/lab.js";

const backend = chosenBackend();
const shared = [
  { operation: "activation", input: "x", output: "y" },
  { operation: "activationBackward", input: "dy", output: "dx" },
  { operation: "score", input: "z", output: "p" },
  { operation: "dropout", input: "x", output: "y" },
  { operation: "dropoutBackward", input: "dy", output: "dx" },
  { operation: "gaussianNoise", input: "x", output: "y" },
  { operation: "batchNorm", input: "x", output: "y" },
  { operation: "batchNormBackward", input: "dy", output: "dx" },
  { operation: "add", input: "a", output: "y" },
] as const;

for (const format of formats) {
  for (const { operation, input, output } of shared) {
    test(`${operation} in ${format.name} may write ${output} over ${input}`, () => {
      for (const { title, call, step, outputs } of cases[operation](format)) {
        const from = call.values[input] as Real;
        const ld = { [`ld${output}`]: call.values[`ld${input}`] };
        const apart = { ...call, values: { ...call.values, ...ld, [output]: from.slice() } };
        const inPlace = { ...call, values: { ...call.values, ...ld, [output]: from } };
        const [expected, actual] = [apart, inPlace].map((one) => execute(backend, format, [one], [step]));
        for (const name of Object.keys(outputs)) {
          const [left, right] = [apart, inPlace].map(({ values }) => values[name] as Real);
          assertSameBits(actual.of(right), expected.of(left), `${title}: ${name}`);
        }
      }
    });
  }
}
