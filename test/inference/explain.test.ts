/** One sample's numbers: those that prediction gives, and a gradient that the loss obeys. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { explain } from "../../src/inference/explain.js";
import { predict } from "../../src/inference/predict.js";
import { run, temporaryFolder } from "../engine/runs.js";

test("forward, loss, backward and update of a sample agree with each other and with predict", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const model = "fc 12 >> tanh >> drop 0.5 >> fc 10";
  const { backend } = await run(t, {
    subset: 300,
    epochs: 2,
    lr: 0.0001,
    optimizer: "sgd",
    schedule: "cosine warmup=6",
    threads: 1,
    model,
    out,
  });
  const of = { path: out, split: "train", threads: 1, backend } as const;
  const found = await explain({ ...of, sample: 17 });
  const { predictions } = await predict({ ...of, index: [17, 17] });
  assert.deepEqual([found.label, found.predicted], [predictions[0].label, predictions[0].class]);
  assert.ok(Math.abs(found.loss + Math.log(predictions[0].probabilities[found.label])) < 1e-6);
  assert.deepEqual(
    found.layers.map(({ name }) => name),
    ["0", "3"],
  );
  const { parameters, lossAfter, rate } = found.backward!;
  assert.deepEqual(
    parameters.map(({ name }) => name),
    ["0.weight", "0.bias", "3.weight", "3.bias"],
  );
  // The bias of the last layer gets dL/dz = p - t.
  const last = parameters[3].gradient.values!;
  for (const [c, p] of found.probabilities.entries()) {
    assert.ok(Math.abs(last[c] - (p - Number(c === found.label))) < 1e-6, `class ${c}`);
  }
  // Its weights get the outer product of that and their input.
  const hidden = found.layers[0].output.values!;
  const weights = parameters[2].gradient.values!;
  for (const [i, g] of weights.entries()) {
    assert.ok(Math.abs(g - last[Math.floor(i / 12)] * hidden[i % 12]) < 1e-5);
  }
  // A small step down the gradient lowers the loss by the rate times its square.
  const square = parameters.reduce((sum, { gradient }) => sum + gradient.norm ** 2, 0);
  assert.ok(Math.abs((found.loss - lossAfter) / (rate * square) - 1) < 0.05, `${found.loss} to ${lossAfter}`);
  await assert.rejects(explain({ ...of, sample: 100_000 }), /--sample: expected a number from 0 to 269/);
});

test("batch norm: forward by its running statistics, no gradients, said", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const settings = { subset: 100, epochs: 1, threads: 1, model: "fc 8 >> bn >> relu >> fc 10", out };
  const { backend } = await run(t, settings);
  const { backward, notes } = await explain({ path: out, split: "train", threads: 1, backend, sample: 0 });
  assert.equal(backward, null);
  assert.match(notes.join(" "), /running statistics/);
});

test("kernels whose work is known, on a sample; a curve detector's 6600 and 0; what each layer sees", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const model = "conv 2x3 >> relu >> pool 2 >> conv 3x3 >> relu >> flatten >> fc 10";
  const { backend } = await run(t, { subset: 100, epochs: 1, threads: 1, model, out });
  const of = { path: out, split: "train", threads: 1, backend, sample: 0 } as const;
  const { kernels, layers } = await explain({ ...of, kernels: true });
  assert.deepEqual(kernels!.curve, { same: 6600, other: 0 });
  const found = new Map(kernels!.kernels.map((kernel) => [kernel.name, kernel.output.values!]));
  const grey = found.get("identity")!;
  assert.ok(Math.max(...grey) <= 1 && Math.min(...grey) >= 0);
  const at = (values: readonly number[], y: number, x: number): number =>
    y < 0 || x < 0 || y > 7 || x > 7 ? 0 : values[8 * y + x];
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) {
      let sum = 0;
      for (const dy of [-1, 0, 1]) for (const dx of [-1, 0, 1]) sum += at(grey, y + dy, x + dx);
      assert.ok(Math.abs(at(found.get("box-blur")!, y, x) - sum / 9) < 1e-12);
      assert.ok(Math.abs(at(found.get("edges")!, y, x) - (9 * at(grey, y, x) - sum)) < 1e-12);
    }
  }
  assert.deepEqual(
    layers.map(({ receptiveField: { height, width } }) => [height, width]),
    [
      [4, 4],
      [8, 8],
      [8, 8],
    ],
  );
  assert.equal((await explain(of)).kernels, undefined);
});
