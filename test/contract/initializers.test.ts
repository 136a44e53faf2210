/** What every initializer of the registry must keep. (Their formulas: test/model/initializers.test.ts.) */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Stream } from "../../src/base/random.js";
import { initializers } from "../../src/nn/initializers/index.js";
import { bits } from "./lab.js";

const size = 20_000;
/** What does not draw cannot keep what is asked of draws; its values are in test/model/initializers.test.ts. */
const fixed = ["zeros"];

function moments(w: Float64Array): { mean: number; deviation: number } {
  const mean = w.reduce((sum, x) => sum + x, 0) / w.length;
  return { mean, deviation: Math.sqrt(w.reduce((sum, x) => sum + (x - mean) ** 2, 0) / w.length) };
}

test("every initializer has a name of its own, and a line for help", () => {
  assert.equal(new Set(initializers.map(({ name }) => name)).size, initializers.length);
  for (const { summary } of initializers) assert.match(summary, /^\S.{5,80}\S$/);
});

for (const initializer of initializers.filter(({ name }) => !fixed.includes(name))) {
  const draw = (fanIn: number, fanOut: number, seed = 0, tensor = 0, length = size): Float64Array => {
    const w = new Float64Array(length).fill(NaN);
    const weights = { fanIn, fanOut, shape: [fanOut, fanIn], rectified: true };
    initializer.fill(w, weights, new Stream(seed, "weights", tensor), initializer.options.parse({}));
    return w;
  };

  test(`${initializer.name}: writes every element, around zero, of any length`, () => {
    for (const length of [0, 1, 2, 3, 5, 17]) assert.ok(draw(10, 10, 0, 0, length).every(Number.isFinite));
    const { mean, deviation } = moments(draw(100, 50));
    assert.ok(deviation > 0 && Math.abs(mean) < (4 * deviation) / Math.sqrt(size), `mean ${mean} of ${deviation}`);
  });

  test(`${initializer.name}: seed and tensor decide the draws, and nothing else`, () => {
    assert.equal(bits([draw(10, 10)]), bits([draw(10, 10)]));
    assert.equal(new Set([draw(10, 10), draw(10, 10, 1), draw(10, 10, 0, 1)].map((w) => bits([w]))).size, 3);
    assert.equal(
      bits([draw(10, 10).subarray(0, 100)]),
      bits([draw(10, 10, 0, 0, 100)]),
      "a longer tensor begins alike",
    );
  });

  test(`${initializer.name}: the sum over many inputs stays of order one`, () => {
    for (const [fanIn, fanOut] of [
      [10, 10],
      [784, 1000],
      [1000, 10],
    ]) {
      const spread = moments(draw(fanIn, fanOut)).deviation * Math.sqrt(fanIn);
      assert.ok(spread > 0.25 && spread < 2, `${fanIn} inputs, ${fanOut} outputs: ${spread}`);
    }
  });
}
