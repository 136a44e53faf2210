/** Every operation of the back end under test against its plain TypeScript twin, on the cases of `kernels/cases`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { operationNames } from "../../src/kernels/operations.js";
import { referenceBackend } from "../../src/kernels/reference/index.js";
import { chosenBackend } from "../kernels/addon.js";
import { cases } from "../kernels/cases/index.js";
import type { Case } from "../kernels/cases/case.js";
import type { Format, Numbers } from "../kernels/lab.js";
import { assertClose, assertSameBits, execute, formats } from "../kernels/lab.js";

const backend = chosenBackend();
const reference = referenceBackend();

function compare(format: Format, { title, call, step, outputs }: Case): void {
  const actual = execute(backend, format, [call], [step]);
  const expected = execute(reference, format, [call], [step]);
  assert.equal(actual.status, expected.status, title);
  for (const [name, value] of Object.entries(call.values)) {
    if (value === null || typeof value === "number") continue;
    // A workspace is scratch: it holds nothing from one operation to the next, and a twin needs none.
    if (name === "workspace") continue;
    const what = `${title}: ${name}`;
    const before: Numbers = value;
    if (name in outputs) assertClose(actual.of(before), expected.of(before), outputs[name], what);
    else assertSameBits(actual.of(before), before, `${what}, which is not written`);
  }
}

for (const name of operationNames) {
  for (const format of formats) {
    test(`${name} in ${format.name} agrees with its twin and writes only its outputs`, () => {
      for (const one of cases[name](format)) compare(format, one);
    });
  }
}
