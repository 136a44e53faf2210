/** Every operation of the back end under test against its plain TypeScript twin, on the cases of `kernels/cases`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { operationNames } from "../../src/kernels/ops/index.js";
import { referenceBackend } from "../../src/kernels/reference/interpreter.js";
import { chosenBackend } from "../kernels/addon.js";
import type { Case } from "../kernels/cases/case.js";
import { cases } from "../kernels/cases/index.js";
import { assertClose, assertSameBits, buffersOf, execute, type Format, formats } from "../kernels/lab.js";

const backend = chosenBackend();
const reference = referenceBackend();
const skip = backend.name === "reference" && "the twins are what is under test";

function assertAgrees(format: Format, { title, call, step, outputs }: Case): void {
  const [actual, expected] = [backend, reference].map((one) => execute(one, format, [call], [step]));
  for (const [name, tolerance] of Object.entries(outputs)) {
    for (const buffer of buffersOf(call.values[name])) {
      assertClose(actual.of(buffer), expected.of(buffer), tolerance, `${title}: ${name}`);
    }
  }
}

function assertWritesOutputsOnly(format: Format, { title, call, step, outputs }: Case): void {
  const after = execute(backend, format, [call], [step]);
  for (const [name, value] of Object.entries(call.values)) {
    // A workspace is scratch: it holds nothing from one operation to the next.
    if (name === "workspace" || name in outputs) continue;
    for (const buffer of buffersOf(value)) assertSameBits(after.of(buffer), buffer, `${title}: ${name}, not an output`);
  }
}

for (const name of operationNames) {
  for (const format of formats) {
    test(`${name} in ${format.name} has cases, and writes its outputs alone`, () => {
      const all = cases[name](format);
      assert.ok(all.length > 0 && all.every(({ outputs }) => outputs !== undefined));
      for (const one of all) assertWritesOutputsOnly(format, one);
    });
    test(`${name} in ${format.name} agrees with its twin`, { skip }, () => {
      for (const one of cases[name](format)) assertAgrees(format, one);
    });
  }
}
