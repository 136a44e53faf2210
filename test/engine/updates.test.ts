/** What is done to a gradient between the backward pass and the optimizer: accumulation, clipping, penalties. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { identity } from "../../src/base/random.js";
import { lossOf } from "../../src/losses/index.js";
import { ruleOf } from "../../src/optim/index.js";
import { rateOf } from "../../src/optim/schedules/index.js";
import { bits, engineOf, standardized, weightsOf } from "../contract/lab.js";
import { formulaDataset } from "../golden/formula.js";
import { run } from "./runs.js";
import { cnn, input, mlp, near, normed, trained } from "./updates-lab.js";

for (const [name, net] of Object.entries({ mlp, cnn })) {
  for (const optimizer of ["sgd", "sgd momentum=0.9"]) {
    test(`${name}, ${optimizer}: 4 minibatches of 4 make the update of one of 16, the last window shorter`, async () => {
      const whole = await trained({ net, batchSize: 16, optimizer, epochs: 2 });
      const parts = await trained({ net, batchSize: 16, minibatch: 4, optimizer, epochs: 2 });
      assert.equal(parts.updates, 4);
      for (const [i, tensor] of parts.tensors.entries()) near(tensor, whole.tensors[i], 1e-9);
    });
  }
}

test("batch norm counts each minibatch of a window: the gradient is the mean over samples, statistics move twice", async () => {
  // Both minibatches are the same samples.
  const engine = engineOf(1);
  const one = formulaDataset(8, input, 255).train;
  const twice = {
    count: 16,
    images: Uint8Array.from([...one.images, ...one.images]),
    labels: Uint16Array.from([...one.labels, ...one.labels]),
  };
  const after: Float64Array[][] = [];
  for (const [split, batchSize] of [
    [one, 8],
    [twice, 16],
  ] as const) {
    engine.configure({
      ...{ net: normed, dtype: "f64", batchSize, minibatch: 8, optimizer: ruleOf("sgd") },
      ...{ loss: lossOf("cross-entropy"), preprocessing: standardized(input), places: split.count },
      dataset: { train: split, test: null },
    });
    engine.setParameters(weightsOf(normed, "f64"));
    const totals = { loss: 0, correct: 0, samples: 0 };
    await engine.train({
      order: identity(split.count),
      from: 0,
      totals,
      epoch: 0,
      before: 0,
      optimizer: "sgd",
      lr: 0.1,
    });
    after.push(engine.parameters() as Float64Array[]);
  }
  const start = weightsOf(normed, "f64");
  for (const [i, { learned, name }] of normed.parameters.entries()) {
    const [once, both] = [after[0][i], after[1][i]];
    if (learned !== false) near(both, once, 1e-12, name);
    else
      near(
        both,
        once.map((value, k) => 0.9 * start[i][k] * 0.9 + (value - 0.9 * start[i][k]) * 1.9),
        1e-12,
      );
    assert.notDeepEqual(once, start[i], name);
  }
});

test("accumulation with batch norm, clipping and L1: the same bytes on 1 and 3 ranks", async () => {
  const given = { net: normed, batchSize: 16, minibatch: 8, optimizer: "adam weight-decay=0.01" };
  const penalties = { clipValue: 0.01, l1: 0.001 };
  const [a, b] = [await trained({ ...given, penalties }), await trained({ ...given, penalties, ranks: 3 })];
  assert.equal(bits(a.tensors), bits(b.tensors));
});

test("clipping by value bounds every step; L1 and decay add exactly their part, in every parameter", async () => {
  const start = weightsOf(cnn, "f64");
  const once = { net: cnn, batchSize: 30 };
  const plain = await trained(once);
  const clipped = await trained({ ...once, penalties: { clipValue: 0.01 } });
  const l1 = await trained({ ...once, penalties: { l1: 0.5 } });
  const decayed = await trained({ ...once, optimizer: "sgd weight-decay=0.01" });
  let cut = 0;
  for (const [i, tensor] of plain.tensors.entries()) {
    const step = tensor.map((value, k) => start[i][k] - value);
    cut += step.filter((value) => Math.abs(value) > 0.001).length;
    near(
      clipped.tensors[i],
      start[i].map((value, k) => value - Math.max(-0.001, Math.min(0.001, step[k]))),
      1e-12,
    );
    near(
      l1.tensors[i],
      tensor.map((value, k) => value - 0.1 * 0.5 * Math.sign(start[i][k])),
      1e-12,
    );
    near(
      decayed.tensors[i],
      tensor.map((value, k) => value - 0.1 * 0.01 * start[i][k]),
      1e-12,
    );
  }
  assert.ok(cut > 0, "something was there to clip");
});

test("a run counts updates: schedule and steps are those of windows, and the last one is shorter", async (t) => {
  const settings = { subset: 500, validation: 100, batchSize: 16, accumulate: 4, epochs: 2 } as const;
  const { run: folder } = await run(t, { ...settings, logSteps: true, schedule: "one-cycle" });
  const lines = readFileSync(`${folder}/metrics.jsonl`, "utf8").trim().split("\n");
  const rates = lines
    .map((line) => JSON.parse(line) as { kind: string; lr: number })
    .filter(({ kind }) => kind === "step");
  const rate = rateOf("one-cycle", 1e-3, { updates: 14, updatesPerEpoch: 7 });
  assert.deepEqual(
    rates.map(({ lr }) => lr),
    Array.from({ length: 14 }, (_, update) => rate(update)),
  );
});
