import assert from "node:assert/strict";
import { test } from "node:test";
import { noisyLabels } from "../../src/data/label-noise.js";
import { saying } from "./fixtures.js";

const labelsOf = (count: number, classes: number) => Uint16Array.from({ length: count }, (_, i) => (i * 7) % classes);
const all = (n: number) => Uint32Array.from({ length: n }, (_, i) => i);

test("noise changes about its share of labels, to each other class alike", () => {
  const [count, classes] = [20_000, 5];
  const labels = labelsOf(count, classes);
  const { labels: noisy, changed } = noisyLabels(labels, all(count), classes, 0.3, 4);
  const moves = new Map<number, number>();
  for (const [i, label] of labels.entries()) {
    const move = (noisy[i] - label + classes) % classes;
    moves.set(move, (moves.get(move) ?? 0) + 1);
  }
  assert.equal(changed, count - moves.get(0)!);
  // Five standard deviations of a binomial.
  assert.ok(Math.abs(changed - 6000) < 5 * Math.sqrt(count * 0.3 * 0.7), `${changed}`);
  for (const move of [1, 2, 3, 4]) {
    assert.ok(Math.abs(moves.get(move)! - changed / 4) < 5 * Math.sqrt((changed * 3) / 16), `${move}`);
  }
  assert.deepEqual(labels, labelsOf(count, classes), "the data themselves stay");
});

test("a sample's noise depends on the seed and the sample alone, and only training samples get any", () => {
  const labels = labelsOf(200, 3);
  const whole = noisyLabels(labels, all(200), 3, 0.5, 1).labels;
  const some = all(200).filter((i) => i % 3 === 0);
  const part = noisyLabels(labels, some, 3, 0.5, 1).labels;
  for (let i = 0; i < 200; i++) assert.equal(part[i], i % 3 === 0 ? whole[i] : labels[i]);
  assert.notDeepEqual(noisyLabels(labels, all(200), 3, 0.5, 2).labels, whole);
  const more = noisyLabels(labels, all(200), 3, 0.8, 1).labels;
  for (let i = 0; i < 200; i++) if (whole[i] !== labels[i]) assert.equal(more[i], whole[i], "more noise adds to less");
});

test("no noise changes nothing, full noise everything", () => {
  const labels = labelsOf(50, 4);
  assert.deepEqual(noisyLabels(labels, all(50), 4, 0, 0), { labels, changed: 0 });
  const { labels: wrong, changed } = noisyLabels(labels, all(50), 4, 1, 0);
  assert.equal(changed, 50);
  for (let i = 0; i < 50; i++) assert.ok(wrong[i] !== labels[i] && wrong[i] < 4);
  assert.throws(() => noisyLabels(labels, all(50), 1, 0.1, 0), saying(2, "--target-noise", "two classes"));
});
