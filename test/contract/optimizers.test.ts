/** What every optimizer of the registry must keep. Its numbers are compared with PyTorch's in training.test.ts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { identity } from "../../src/base/random.js";
import { resolveNet } from "../../src/nn/net.js";
import { optimizers, ruleOf } from "../../src/optim/index.js";
import { formulaDataset } from "../golden/formula.js";
import { bits, configure, engineOf, groupsOf, type Setting, train } from "./lab.js";

const dtypes = ["f32", "f64"] as const;
const input = { height: 3, width: 2, channels: 2 };
const dataset = formulaDataset(50, input, 255);
const dense = (units: number) => ({ type: "dense", units });
/** A convex one, and one with a hidden layer. */
const toys = {
  "softmax regression": resolveNet({ input, classes: 10, layers: [dense(10)] }),
  "a hidden layer": resolveNet({ input, classes: 10, layers: [dense(20), { type: "tanh" }, dense(10)] }),
};
/** What 100 steps must bring the loss down to, of what it was. */
const enough = 0.8;
/** The scalars' place in the step block. */
const mostScalars = 8;

test("every optimizer has a name of its own, and a line for help", () => {
  assert.equal(new Set(optimizers.map(({ name }) => name)).size, optimizers.length);
  for (const { summary } of optimizers) assert.match(summary, /^\S.{5,70}\S$/);
});

test("examples use every loop", () => {
  for (const { name, examples, loops } of optimizers) {
    const used = new Set(examples.map((sentence) => ruleOf(sentence).loop));
    assert.deepEqual([...used].sort(), Object.keys(loops).sort(), name);
  }
});

for (const name of optimizers.flatMap(({ examples }) => examples)) {
  const { state, scalars } = ruleOf(name);

  test(`${name}: scalars are finite at any step, as many each time, and follow the rate`, () => {
    const at = (t: number, lr = 1e-3) => scalars(t, lr);
    for (const t of [1, 2, 3, 10, 1000, 1e6, 1e9]) {
      assert.equal(at(t).length, at(1).length);
      assert.ok(at(t).every(Number.isFinite), `step ${t}: ${at(t).join()}`);
      assert.notDeepEqual(at(t, 2e-3), at(t));
    }
    assert.ok(at(1).length <= mostScalars);
    assert.equal(new Set(state).size, state.length);
  });

  for (const dtype of dtypes) {
    const setting = (net: Setting["net"], lr = 0.02): Setting => ({
      net,
      dtype,
      dataset,
      batchSize: 16,
      optimizer: name,
      lr,
    });

    for (const [toy, net] of Object.entries(toys)) {
      test(`${name} in ${dtype}: 100 steps lower the loss of ${toy}`, async () => {
        const engine = engineOf(1);
        const full = { ...setting(net), batchSize: dataset.train.count };
        configure(engine, full);
        const losses = await train(engine, full, 100);
        assert.ok(losses[99] < enough * losses[0], `${losses[0]} to ${losses[99]}`);
      });
    }

    const net = toys["a hidden layer"];

    test(`${name} in ${dtype}: the same bytes on 1, 3 and 16 ranks`, async () => {
      const results: string[] = [];
      for (const ranks of [1, 3, 16]) {
        const engine = engineOf(ranks);
        configure(engine, setting(net));
        const losses = await train(engine, setting(net), 3);
        results.push(bits([losses, ...engine.parameters(), ...engine.optimizerState().flat()]));
      }
      assert.ok(results.every((result) => result === results[0]));
    });

    test(`${name} in ${dtype}: resumes bit for bit, in the middle of an epoch and on other ranks`, async () => {
      const { lr = 0, batchSize } = setting(net);
      const totals = { loss: 0, correct: 0, samples: 0 };
      const job = { optimizer: name, updaters: groupsOf(setting(net)).updaters, lr };
      const order = identity(dataset.train.count);
      const whole = engineOf(1);
      configure(whole, setting(net));
      await train(whole, setting(net), 3);
      const expected = bits([...whole.parameters(), ...whole.optimizerState().flat(), Object.values(whole.totals())]);

      // Two epochs and two steps; then everything that a checkpoint keeps goes to another engine.
      const first = engineOf(2);
      configure(first, setting(net));
      const steps = await train(first, setting(net), 2);
      await first.train({
        order: order.subarray(0, 2 * batchSize),
        from: 0,
        epoch: 0,
        before: steps.length,
        totals,
        ...job,
      });
      const kept = { parameters: first.parameters(), state: first.optimizerState(), totals: first.totals() };
      assert.equal(kept.state.length, state.length);

      const second = engineOf(3);
      configure(second, { ...setting(net), tensors: kept.parameters });
      second.setOptimizerState(kept.state);
      await second.train({ order, from: 2, epoch: 0, before: steps.length, totals: kept.totals, ...job });
      assert.ok(
        bits([...second.parameters(), ...second.optimizerState().flat(), Object.values(second.totals())]) === expected,
      );
    });

    test(`${name} in ${dtype}: the rate of a step is the one it is given`, async () => {
      const engine = engineOf(1);
      configure(engine, setting(net));
      await train(engine, setting(net), 1);
      const before = bits(engine.parameters());
      await train(engine, setting(net, 0), 1, 4);
      assert.equal(bits(engine.parameters()), before, "a rate of 0 moves nothing");
      await train(engine, setting(net, 0.001), 1, 8);
      assert.notEqual(bits(engine.parameters()), before);
    });
  }
}
