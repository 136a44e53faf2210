/** What whoever runs a program does itself: `halt`, and a barrier of one rank. Many ranks are in `kernels/barrier.test.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { identity } from "../../src/kernels/activations/index.js";
import { runStatus } from "../../src/kernels/backend.js";
import { chosenBackend } from "../kernels/addon.js";
import { blankRows, random, rows } from "../kernels/data.js";
import { assertSameBits, call, execute, f32, wholeStep } from "../kernels/lab.js";

const backend = chosenBackend();

for (const flag of [0, 1]) {
  test(`halt with a flag of ${flag} ${flag ? "ends the program there" : "lets it go on"}`, () => {
    const [x, y] = [rows(f32, 2, 16, random(1)), blankRows(f32, 2, 16)];
    const after = call("activation", { x, y, n: 16, activation: identity });
    const out = execute(backend, f32, [call("halt", { flag: Int32Array.of(flag) }), after], [wholeStep(2)]);
    assert.equal(out.status, flag ? runStatus.halted : runStatus.done);
    assertSameBits(out.of(y.numbers), flag ? y.numbers : x.numbers, "y");
  });
}

for (const spin of [0, 1]) {
  test(`a barrier of one rank is passed at once, spin ${spin}, and counts a generation`, () => {
    const words = new Int32Array(128);
    const out = execute(backend, f32, [call("barrier", { words, ranks: 1, spin })], [wholeStep(1), wholeStep(1)]);
    assert.equal(out.status, runStatus.done);
    assert.deepEqual(Array.from(out.of(words)), Array.from(words.with(32, 2)));
  });
}
