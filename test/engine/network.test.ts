/** What is said of several machines: the formula by hand, on numbers that are easy to follow. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { passesOf } from "../../src/engine/costs.js";
import { predictNetwork } from "../../src/measure/network.js";

const layer = (operation: string, ms: number) => ({ layer: "0", type: "dense", operation, ms, peakShare: null });
// 10 ms of a step: 6 of samples, 3 of an update that is divided, 1 of one that is not. Measured operations take half of it.
const measured = {
  msPerStep: { best: 10, median: 11 },
  operations: [layer("dense", 3), layer("denseUpdate", 1.5), layer("biasUpdate", 0.5), layer("barrier", 7)],
};
const options = {
  model: "mlp:96",
  batchSize: 640,
  optimizer: "adam",
  dtype: "f32" as const,
  backend: "auto" as const,
  threads: 1,
};
// x and dL/dy of both dense layers, an odd number of vectors of 64 bytes a row, two losses, and the weights.
const bytes = (nodes: number): number => {
  const rows = 640 * (64 * (5 + 7 + 7 + 1) + 2 * 8);
  return ((rows + 4 * (64 * 96 + 96 * 16)) * (nodes - 1)) / nodes;
};

test("time, bytes and limits of machines are those of the formula", () => {
  const [two, four] = predictNetwork({ ...options, nodes: [2, 4], gigabits: [1] }, measured);
  const exchange = (nodes: number): number => (bytes(nodes) * 8) / 1e6 + 2 * 0.03 * Math.log2(nodes);
  for (const [each, nodes] of [
    [two, 2],
    [four, 4],
  ] as const) {
    assert.ok(Math.abs(each.compute - (6 / nodes + 3 / nodes + 1)) < 1e-9, `${each.compute} ms`);
    assert.ok(Math.abs(each.exchange - exchange(nodes)) < 1e-9, `${each.exchange} ms, not ${exchange(nodes)}`);
    assert.ok(Math.abs(each.speedup - 10 / (each.compute + each.exchange)) < 1e-12);
    assert.equal(each.limit, "network");
  }
});

test("with a network that costs nothing what is not divided is the limit, and any batch hides what is sent", () => {
  const [each] = predictNetwork({ ...options, nodes: [8], gigabits: [1e6] }, measured);
  assert.deepEqual([each.limit, each.hiddenFrom], ["update", 640]);
  assert.ok(each.speedup < 10 / (9 / 8 + 1));
});

test("below 160 samples a rank updates are whole: they do not get shorter, and weights are not sent", () => {
  const at = (batchSize: number) => predictNetwork({ ...options, batchSize, nodes: [2], gigabits: [1] }, measured)[0];
  assert.ok(Math.abs(at(128).compute - (6 / 2 + 4)) < 1e-9);
  assert.ok(Math.abs(at(160).compute - (6 / 2 + 3 / 2 + 1)) < 1e-9);
  assert.ok(at(160).exchange > at(128).exchange);
});

test("passes are told by the names of operations", () => {
  const names = measured.operations.map(({ operation }) => ({ operation: operation as "dense", layer: 0 }));
  assert.deepEqual(passesOf(names), ["forward", "update", "update", "wait"]);
});
