import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { largestRemainder, stratifiedSplit, stratifiedSubset } from "../../src/data/split.js";
import { saying } from "./fixtures.js";

const classes = 4;
const labelsOf = fc.array(fc.nat(classes - 1), { minLength: 2, maxLength: 80 });
const all = (n: number) => Uint32Array.from({ length: n }, (_, i) => i);
const sizes = (indices: Uint32Array, labels: ArrayLike<number>) => {
  const counts = new Array<number>(classes).fill(0);
  for (const index of indices) counts[labels[index]]++;
  return counts;
};
const isAscending = (indices: Uint32Array) => indices.every((index, i) => i === 0 || indices[i - 1] < index);

test("a split divides the samples: ascending, complete, each class with its share", () => {
  fc.assert(
    fc.property(labelsOf, fc.nat(), fc.nat(), (labels, wish, seed) => {
      const count = wish % labels.length;
      const { train, validation } = stratifiedSplit(labels, classes, count, seed);
      assert.equal(validation.length, count);
      assert.ok(isAscending(train) && isAscending(validation));
      assert.deepEqual(Uint32Array.from([...train, ...validation]).sort(), all(labels.length));
      assert.deepEqual(sizes(validation, labels), largestRemainder(sizes(all(labels.length), labels), count));
    }),
  );
});

test("a subset takes each class with its share, and only from what is given", () => {
  fc.assert(
    fc.property(labelsOf, fc.nat(), fc.nat(), (labels, wish, seed) => {
      const given = all(labels.length).filter((i) => i % 3 !== 1);
      const n = 1 + (wish % given.length);
      const subset = stratifiedSubset(given, labels, classes, n, seed);
      assert.equal(subset.length, n);
      assert.ok(isAscending(subset) && subset.every((index) => given.includes(index)));
      assert.deepEqual(sizes(subset, labels), largestRemainder(sizes(given, labels), n));
      const { train, validation } = stratifiedSplit(labels, classes, n === 1 ? 0 : 1, seed, subset);
      assert.deepEqual(Uint32Array.from([...train, ...validation]).sort(), subset);
    }),
  );
});

test("largest remainder: nobody is more than one from its quota, nor over its size", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 12 }), fc.nat(), (parts, wish) => {
      const total = parts.reduce((sum, size) => sum + size, 0);
      const count = total === 0 ? 0 : wish % (total + 1);
      const shares = largestRemainder(parts, count);
      assert.equal(
        shares.reduce((sum, share) => sum + share, 0),
        count,
      );
      for (const [i, share] of shares.entries()) {
        assert.ok(share <= parts[i] && Math.abs(share - (total && (parts[i] * count) / total)) < 1);
      }
    }),
  );
  assert.deepEqual(largestRemainder([3, 3, 3], 4), [2, 1, 1], "ties go to the earlier class");
});

test("the seed decides which samples, the number of them stays", () => {
  const labels = Array.from({ length: 400 }, (_, i) => i % classes);
  const one = stratifiedSplit(labels, classes, 0.1, 1);
  assert.deepEqual(stratifiedSplit(labels, classes, 0.1, 1), one);
  assert.notDeepEqual(stratifiedSplit(labels, classes, 0.1, 2).validation, one.validation);
  assert.deepEqual(sizes(one.validation, labels), [10, 10, 10, 10]);
  assert.notDeepEqual(
    stratifiedSubset(all(400), labels, classes, 40, 1),
    one.validation,
    "another purpose, other draws",
  );
});

test("0 is none, a share is rounded but never to nothing, a whole number is a count", () => {
  const labels = Array.from({ length: 40 }, (_, i) => i % classes);
  const held = (validation: number) => stratifiedSplit(labels, classes, validation, 0).validation.length;
  assert.deepEqual([0, 0.001, 0.1, 0.98, 1, 39].map(held), [0, 1, 4, 39, 1, 39]);
});

test("what cannot be held back or chosen is a usage error", () => {
  const labels = [0, 1, 2, 3];
  for (const validation of [4, 5, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 0.99]) {
    const call = () => stratifiedSplit(labels, classes, validation, 0);
    assert.throws(call, saying(2, "--validation", "4 samples", `got ${validation}`));
  }
  for (const n of [0, 5, -1, 1.5, Number.NaN]) {
    assert.throws(() => stratifiedSubset(all(4), labels, classes, n, 0), saying(2, "--subset", "1..4", `got ${n}`));
  }
});
