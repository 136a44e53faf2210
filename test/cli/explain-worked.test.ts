/** The sums that are written out for a small net are those that the net computes; a large net has none. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { short, workedText } from "../../src/cli/explain-worked.js";
import { explain } from "../../src/inference/explain.js";
import { run, temporaryFolder } from "../engine/runs.js";

test("a small net's sample by hand: logits, deltas and new weights as the engine has them", async (t) => {
  const explained = async (name: string, model: string) => {
    const out = join(temporaryFolder(t), name);
    const { backend } = await run(t, { subset: 200, epochs: 1, threads: 1, model, out });
    return explain({ path: out, split: "train", sample: 5, threads: 1, backend });
  };
  const found = await explained("small", "fc 1 >> tanh >> drop 0.2 >> fc 10");
  const lines = workedText(found);
  for (const [unit, logit] of found.logits.entries()) {
    const line = lines.find((text) => text.startsWith(`3, unit ${unit}: z`));
    assert.ok(Math.abs(Number(/= (\S+)$/.exec(line!)![1]) - logit) < 2e-4, line);
  }
  assert.ok(
    lines
      .find((text) => text.startsWith("0, unit 0: z"))!
      .endsWith(`, out ${short(found.layers[0].output.values![0])}`),
  );
  const [, bias] = found.backward!.parameters.slice(-2);
  const [weight] = found.backward!.parameters.slice(-2);
  for (let j = 0; j < 10; j++) {
    const line = lines.find((text) => text.startsWith(`3, unit ${j}: d`))!;
    const d = bias.gradient.values![j];
    const after = [weight, bias].map(({ weights, step }) => short(weights.values![j] + step.values![j]));
    const g = short(weight.gradient.values![j]);
    const [, said, gradient, w, b] = /d = (\S+), dL\/dw = (\S+), w = (\S+), b = (\S+)$/.exec(line)!;
    assert.deepEqual([said, w, b], [short(d), ...after]);
    assert.ok(Math.abs(Number(gradient) - Number(g)) < 2e-4, line);
  }
  assert.deepEqual(workedText(await explained("large", "fc 2 >> relu >> fc 10")), []);
});
