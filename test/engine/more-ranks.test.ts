/** What `bench scaling --predict` computes: the parts of a plan's ranks, and a step from them, by hand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadsOf, phasesOf } from "../../src/engine/phases.js";
import { predictRanks, type RanksOptions } from "../../src/measure/more-ranks.js";
import { stepPlan } from "../../src/measure/step-plan.js";

const step = { batchSize: 64, optimizer: "adam", dtype: "f32", backend: "auto", threads: 1 } as const;
const close = (value: number, expected: number): void =>
  assert.ok(Math.abs(value - expected) < 1e-9, `${value}, expected ${expected}`);
const sum = (list: readonly number[]): number => list.reduce((total, x) => total + x, 0);

/** As if each operation on samples took a millisecond on one rank, sums over them and others nothing, and bytes came at once. */
const takes = (operation: string): number =>
  /Update|blocks|halt|sumLoss|WeightGradient|biasGradient/.test(operation) ? 0 : 1;

function predict(model: string, ranks: number, more: Partial<RanksOptions> = {}) {
  const { plan } = stepPlan({ ...step, model }, 1);
  const operations = plan.parts[0].map(({ operation }) => ({
    ...{ layer: null, type: null, peakShare: null },
    operation,
    ms: takes(operation),
  }));
  const best = sum(operations.map(({ ms }) => ms));
  const options = { ...step, model, ranks: [ranks], bandwidth: 1e12, ...more, threads: 1 } as const;
  const [predicted] = predictRanks(options, { operations, msPerStep: { best, median: best } });
  return { ...predicted, best, meeting: 0.4e-3 * Math.log2(ranks) };
}

test("samples are divided, sums over them in slices, updates by tiles: the parts of each operation make the whole", () => {
  for (const ranks of [1, 2, 3, 16]) {
    const phases = phasesOf(stepPlan({ ...step, model: "kth-4.e" }, ranks).plan);
    const all = phases.flat();
    for (const { operation, shares } of all) {
      assert.equal(shares.length, ranks);
      const every = /Merge|halt/.test(operation);
      close(sum(shares), every ? ranks : 1);
    }
    const busy = all.find(({ operation }) => operation === "conv")!.shares.filter((share) => share > 0);
    assert.equal(busy.length, ranks, "eight groups of eight samples");
  }
});

test("nets whose ranks have other operations than one alone, and whose plan changes with the batch, are told of too", () => {
  for (const model of ["kth-4.e", "vgg16-cifar", "mobilenet-small"]) {
    for (const ranks of [1, 2, 16, 64]) {
      const { speedup, batch } = predict(model, ranks);
      assert.ok(speedup > 0.99 && speedup <= ranks + 1e-9, `${model}, ${ranks}: ${speedup}`);
      assert.ok(batch === null || batch >= 64);
    }
  }
});

test("a step of two ranks is half of the work and two meetings", () => {
  const { ms, best, meeting, speedup } = predict("digits-mlp", 2);
  const { plan } = stepPlan({ ...step, model: "digits-mlp" }, 2);
  const [samples, updates] = phasesOf(plan);
  const longest = (phase: typeof samples): number =>
    Math.max(...[0, 1].map((rank) => sum(phase.map(({ shares, operation }) => takes(operation) * shares[rank]))));
  close(longest(samples), samples.length / 2);
  close(ms, longest(samples) + longest(updates) + 2 * meeting);
  close(speedup, best / ms);
});

test("cores that slow each other down, and weights that come slowly, make it longer", () => {
  const { ms } = predict("dtu-mlp", 2);
  const slower = predict("dtu-mlp", 2, { growth: () => 1 });
  close(slower.ms - 2 * slower.meeting, 2 * (ms - 2 * slower.meeting));
  // 784 x 999 numbers of 4 bytes in half a millisecond; half of them were written by others.
  const bandwidth = (784 * 999 * 4) / 0.5e-3 / 1e9;
  const read = predict("dtu-mlp", 2, { bandwidth });
  assert.ok(read.ms > ms + 0.25 - 1e-9);
  assert.match(read.limit, /^layer 0, dense: every rank reads its weights$/);
  assert.match(slower.limit, /./);
});

test("a product in tiles is the work of the one by samples, and reads what its tiles do", () => {
  const ranks = 16;
  const { plan } = stepPlan({ ...step, model: "dtu-mlp" }, ranks);
  const phases = phasesOf(plan);
  // Images, two products, the last layer with the loss, one product back, updates.
  assert.equal(phases.length, 6);
  const operations = phases.map((phase) => phase.map(({ operation }) => operation));
  assert.deepEqual([operations[1], operations[2]], [["denseTiles"], ["denseTiles"]]);
  assert.deepEqual(operations[4], ["denseInputGradientTiles"]);
  const { best, ms, meeting } = predict("dtu-mlp", ranks);
  const samples = phases.flat().filter(({ operation }) => takes(operation) > 0).length;
  assert.equal(best, samples);
  const longest = sum(
    phases.map((phase) =>
      Math.max(
        ...Array.from({ length: ranks }, (_, rank) =>
          sum(phase.map(({ shares, operation }) => takes(operation) * shares[rank])),
        ),
      ),
    ),
  );
  close(ms, longest + 6 * meeting);
  // Of the first product: all 64 rows, and 21 panels' sixteenth with another that it has a part of.
  const numbers = 784 * (64 + (21 / 16 + 1) * 48);
  const [{ slice }] = phases[1];
  close(slice!.reads!, numbers);
  const bandwidth = (numbers * 4) / 0.5e-3 / 1e9;
  assert.ok(predict("dtu-mlp", ranks, { bandwidth }).ms > ms + (0.5 * 15) / 16 - 1e-9);
});

test("says that ranks have no work, and the batch that gives them some", () => {
  const { speedup, limit, batch } = predict("kth-4.d", 128);
  assert.ok(speedup < 64.5, `${speedup}`);
  assert.equal(limit, "only 64 of 128 ranks have work");
  assert.equal(batch, 128);
  const one = predict("kth-4.d", 1);
  close(one.speedup, 1);
  assert.deepEqual([one.limit, one.batch], ["none", 64]);
});

test("how evenly ranks are loaded is counted", () => {
  const loads = (model: string, ranks: number) => {
    const { plan, net } = stepPlan({ ...step, model }, ranks);
    return loadsOf(plan, net);
  };
  // More ranks than samples; a dense layer has tiles for all, forward and back.
  const [maps, dense, ends, back, forMaps, sums, update] = loads("kth-4.d", 128);
  for (const { busy, largest } of [maps, ends, forMaps]) assert.deepEqual([busy, largest], [64, 2]);
  assert.deepEqual([dense.layers, back.layers, dense.busy, back.busy], [[9], [9], 128, 128]);
  assert.deepEqual([maps.layers[0], ends.layers.at(-1), sums.layers[0], update.layers[0]], [0, 14, 0, 0]);
  for (const ranks of [1, 2, 4, 8]) {
    for (const { busy, largest } of loads("kth-4.e", ranks)) {
      assert.equal(busy, ranks);
      assert.ok(largest >= 1 && largest < 1.05, `${largest}`);
    }
  }
});
