/** Every loss with every optimizer in both formats: the same bytes at 1 and 3 threads. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { losses } from "../../src/losses/index.js";
import { optimizers } from "../../src/optim/index.js";
import { numbersOf, run, type Settings } from "../engine/runs.js";

/** A batch of 77 leaves 65 of 450 samples for the last step. */
const partial: Settings = { model: "mlp:67-19", epochs: 2, seed: 5, batchSize: 77, subset: 500, lr: 0.02 };

for (const { name: loss } of losses) {
  for (const optimizer of optimizers.flatMap(({ examples }) => examples)) {
    for (const dtype of ["f32", "f64"] as const) {
      test(`${loss}, ${optimizer}, ${dtype}`, async (t) => {
        const settings: Settings = { ...partial, loss, optimizer, dtype };
        const [one, three] = [await run(t, { ...settings, threads: 1 }), await run(t, { ...settings, threads: 3 })];
        assert.deepEqual(numbersOf(three), numbersOf(one));
      });
    }
  }
}
