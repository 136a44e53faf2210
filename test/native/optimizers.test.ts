/** Every optimizer's updates against PyTorch's, or its formula in double: a hundred of them (`test/golden/make_optimizers.py`). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { writeStepNumbers } from "../../src/engine/rules.js";
import { ruleScalars } from "../../src/kernels/layout.js";
import { loopNames, optimizers, ruleOf } from "../../src/optim/index.js";
import { hash32 } from "../golden/formula.js";
import { type GoldenOptimizer, goldenOptimizers } from "../golden/golden.js";
import { chosenBackend } from "../kernels/addon.js";
import { padded } from "../kernels/data.js";
import { call, execute, type Format, formats, type Real, wholeStep } from "../kernels/lab.js";

const backend = chosenBackend();
const { start, cases } = goldenOptimizers();

const numbers = (row: number): number[] => start.map((_, i) => (hash32(64 * row + i) % 2001) / 1000 - 1);
/** As the script has them: weight 3 gets none, weight 7 next to none. */
const gradient = (step: number): number[] => numbers(step).map((g, i) => (i === 3 ? 0 : i === 7 ? g * 1e-9 : g));

/** The weights after each of so many steps. */
function* follow({ optimizer, lr }: GoldenOptimizer, format: Format, steps: number): Generator<Real> {
  const rule = ruleOf(optimizer);
  const number = loopNames.indexOf(rule.loop);
  const length = padded(start.length, format);
  const filled = (values: readonly number[]): Real => {
    const array = format.array(length);
    array.set(values);
    return array;
  };
  let [w, state] = [filled(start), rule.state.map(() => filled([]))];
  for (let step = 1; step <= steps; step++) {
    const dy = { numbers: filled(gradient(step)), ld: length };
    const vectors = [0, length / format.lanes] as const;
    const update = call("biasUpdate", { dy, b: w, g: null, state, vectors, optimizer: number });
    const numbersOfStep = new Float64Array(ruleScalars);
    writeStepNumbers(numbersOfStep, rule, step, { lr: step <= 60 ? lr : lr / 10 });
    const out = execute(backend, format, [update], [{ ...wholeStep(1), hyperparameters: [...numbersOfStep] }]);
    w = out.of(w);
    state = state.map((kind) => out.of(kind));
    yield w;
  }
}

test("every option of every optimizer has a golden case", () => {
  for (const { name, options } of optimizers) {
    const sentences = cases.map(({ optimizer }) => optimizer).filter((sentence) => sentence.split(" ")[0] === name);
    const said = sentences.join(" ").replaceAll("-", "").toLowerCase();
    const missing = Object.keys(options.shape).filter((key) => !said.includes(key.toLowerCase()));
    // AdamW is Adam but for the decay; Muon moves whole matrices (test/optim/muon.test.ts).
    assert.deepEqual(["adamw", "muon"].includes(name) ? [] : missing, [], name);
  }
});

test("as-slide takes no step where a gradient was always 0, and says what it does", () => {
  const golden = cases.find(({ optimizer }) => optimizer.startsWith("adagrad") && optimizer.endsWith("as-slide"))!;
  for (const format of formats)
    for (const w of follow(golden, format, 3)) assert.equal(w[3], format.array(1).fill(start[3])[0]);
  assert.match(ruleOf("adagrad epsilon=1e-7 epsilon-place=as-slide").note ?? "", /steps are 1e7 times longer/);
});

test("the script's numbers are ours", () => assert.deepEqual(numbers(0), start));

for (const format of formats) {
  // In single precision roundings of each step add up; in double nothing of them shows.
  const [steps, tolerance] = format.name === "f64" ? [100, 1e-9] : [10, 2e-5];
  for (const golden of cases) {
    test(`${golden.optimizer} in ${format.name}: ${steps} steps`, () => {
      let step = 0;
      for (const w of follow(golden, format, steps)) {
        step++;
        golden.after[step]?.forEach((expected, i) => {
          const distance = Math.abs(w[i] - expected) / Math.max(1, Math.abs(expected));
          assert.ok(distance <= tolerance, `weight ${i} after step ${step}: ${w[i]}, not ${expected}`);
        });
        assert.ok(
          w.subarray(start.length).every((padding) => padding === 0),
          "padding stays 0",
        );
      }
    });
  }
}
