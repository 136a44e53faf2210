import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { holdBack, largestRemainder, type SplitRule, stratifiedSubset } from "../../src/data/split.js";
import { saying } from "./fixtures.js";

const classes = 4;
const labelsOf = fc.array(fc.nat(classes - 1), { minLength: 2, maxLength: 80 });
const all = (n: number) => Uint32Array.from({ length: n }, (_, i) => i);
const sizes = (indices: Uint32Array, labels: ArrayLike<number>) => {
  const counts = new Array<number>(classes).fill(0);
  for (const index of indices) counts[labels[index]]++;
  return counts;
};
const plain: SplitRule = { amount: 0, flag: "--validation", order: "stratified", seed: 0, groups: null };
const stratifiedSplit = (
  labels: ArrayLike<number>,
  of: number,
  validation: number,
  seed: number,
  from: Uint32Array = all(labels.length),
) => holdBack(from, labels, of, { ...plain, amount: validation, seed });
const isAscending = (indices: Uint32Array) => indices.every((index, i) => i === 0 || indices[i - 1] < index);

test("a split divides the samples: ascending, complete, each class with its share", () => {
  fc.assert(
    fc.property(labelsOf, fc.nat(), fc.nat(), (labels, wish, seed) => {
      const count = wish % labels.length;
      const { rest: train, held: validation } = stratifiedSplit(labels, classes, count, seed);
      assert.equal(validation.length, count);
      assert.ok(isAscending(train) && isAscending(validation));
      assert.deepEqual(Uint32Array.from([...train, ...validation]).sort(), all(labels.length));
      // A count holds; within it, nobody who has two is left without one on either side.
      const whole = sizes(all(labels.length), labels);
      const held = sizes(validation, labels);
      const several = whole.filter((size) => size > 1);
      if (count >= several.length) assert.ok(whole.every((size, i) => size < 2 || held[i] > 0));
      if (count <= several.reduce((sum, size) => sum + size - 1, 0))
        assert.ok(whole.every((size, i) => held[i] < size || size === 0));
      const shares = largestRemainder(whole, count);
      if (whole.every((size, i) => size > 1 && shares[i] > 0 && shares[i] < size)) assert.deepEqual(held, shares);
    }),
    { seed: 1 },
  );
});

test("a share leaves each class of two or more one on either side, and a lone sample to training", () => {
  const labels = [0, ...new Array<number>(2).fill(1), ...new Array<number>(37).fill(2)];
  const { held, rest } = stratifiedSplit(labels, 3, 0.1, 0);
  assert.deepEqual(sizes(held, labels).slice(0, 3), [0, 1, 3]);
  assert.deepEqual(sizes(rest, labels).slice(0, 3), [1, 1, 34]);
  const most = stratifiedSplit(labels, 3, 0.9, 0);
  assert.deepEqual(sizes(most.rest, labels).slice(0, 3), [1, 1, 2]);
  const tiny = Array.from({ length: 12 }, (_, i) => i >> 1);
  assert.equal(stratifiedSplit(tiny, 6, 0.1, 0).held.length, 6, "a share grows with the classes");
  assert.equal(stratifiedSplit(tiny, 6, 2, 0).held.length, 2, "a count does not");
});

test("a subset takes each class with its share, and only from what is given", () => {
  fc.assert(
    fc.property(labelsOf, fc.nat(), fc.nat(), (labels, wish, seed) => {
      const given = all(labels.length).filter((i) => i % 3 !== 1);
      const n = 1 + (wish % given.length);
      const subset = stratifiedSubset(given, labels, classes, n, seed);
      assert.equal(subset.length, n);
      assert.ok(isAscending(subset) && subset.every((index) => given.includes(index)));
      const of = sizes(given, labels);
      const taken = sizes(subset, labels);
      const present = of.filter((size) => size > 0).length;
      if (n >= present) assert.ok(of.every((size, i) => size === 0 || taken[i] > 0));
      const shares = largestRemainder(of, n);
      if (of.every((size, i) => size === 0 || shares[i] > 0)) assert.deepEqual(taken, shares);
      const { rest: train, held: validation } = stratifiedSplit(labels, classes, n === 1 ? 0 : 1, seed, subset);
      assert.deepEqual(
        [...train, ...validation].sort((a, b) => a - b),
        Array.from(subset),
      );
    }),
    { seed: 1 },
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
  assert.notDeepEqual(stratifiedSplit(labels, classes, 0.1, 2).held, one.held);
  assert.deepEqual(sizes(one.held, labels), [10, 10, 10, 10]);
  assert.notDeepEqual(stratifiedSubset(all(400), labels, classes, 40, 1), one.held, "another purpose, other draws");
});

test("0 is none, a share is rounded but never to nothing, a whole number is a count", () => {
  const labels = Array.from({ length: 40 }, (_, i) => i % classes);
  const held = (validation: number) => stratifiedSplit(labels, classes, validation, 0).held.length;
  assert.deepEqual([0, 0.001, 0.1, 0.98, 1, 39].map(held), [0, 4, 4, 36, 1, 39]);
});

test("what cannot be held back or chosen is a usage error", () => {
  const labels = [0, 1, 2, 3];
  for (const validation of [4, 5, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 0.99]) {
    const call = () => stratifiedSplit(labels, classes, validation, 0);
    assert.throws(call, saying(2, "--validation", "4 samples", `got ${validation}`));
  }
  assert.throws(
    () => stratifiedSplit(labels, classes, 0.999, 0),
    saying(2, "--validation", "got 0.999, which leaves none"),
  );
  for (const n of [0, 5, -1, 1.5, Number.NaN]) {
    assert.throws(() => stratifiedSubset(all(4), labels, classes, n, 0), saying(2, "--subset", "1..4", `got ${n}`));
  }
});

/** Labels, and a group for each sample: few groups, so that most have several samples, of several classes. */
const grouped = fc
  .array(fc.tuple(fc.nat(classes - 1), fc.nat(9)), { minLength: 2, maxLength: 80 })
  .map((samples) => ({ labels: samples.map(([label]) => label), groups: samples.map(([, group]) => group) }))
  .filter(({ groups }) => new Set(groups).size > 1);

for (const order of ["stratified", "sequential"] as const) {
  test(`${order}: no group stands on two sides, and no sample is lost`, () => {
    fc.assert(
      fc.property(grouped, fc.nat(), fc.nat(), ({ labels, groups }, wish, seed) => {
        const indices: Uint32Array = all(labels.length).filter((i) => i % 5 !== 2 || i < 3);
        const validation = 1 + (wish % Math.max(1, Math.floor(indices.length / 3)));
        let sides;
        try {
          sides = holdBack(indices, labels, classes, { ...plain, amount: validation, order, seed, groups });
        } catch (error) {
          // So few or large groups that none is left to train on, or a count of all samples.
          return assert.ok(saying(2, "--")(error));
        }
        const of = (side: Uint32Array) => new Set(Array.from(side, (index) => groups[index]));
        const both = [...of(sides.held)].filter((group) => of(sides.rest).has(group));
        assert.deepEqual(both, []);
        assert.ok(sides.held.length > 0 && sides.rest.length > 0);
        assert.ok(isAscending(sides.rest) && isAscending(sides.held));
        assert.deepEqual(Uint32Array.from([...sides.rest, ...sides.held]).sort(), indices);
      }),
    );
  });
}

test("sequential takes the last ones, and completes the group that the cut would part", () => {
  const labels = new Uint16Array(10);
  const rule: SplitRule = { ...plain, amount: 3, order: "sequential" };
  assert.deepEqual(Array.from(holdBack(all(10), labels, 1, rule).held), [7, 8, 9]);
  assert.deepEqual(Array.from(holdBack(all(10), labels, 1, { ...rule, amount: 0.2 }).held), [8, 9]);
  const groups = [0, 1, 2, 2, 0, 3, 3, 3, 4, 4];
  assert.deepEqual(Array.from(holdBack(all(10), labels, 1, { ...rule, groups }).held), [5, 6, 7, 8, 9]);
  assert.deepEqual(Array.from(holdBack(Uint32Array.of(8, 4, 0), labels, 1, { ...rule, amount: 1 }).held), [8]);
});

test("whole groups come as near to each class's share as they can, drawn by the seed", () => {
  // Each class has 20 groups of 5 samples.
  const labels = Array.from({ length: 400 }, (_, i) => Math.floor(i / 100));
  const groups = labels.map((_, i) => Math.floor(i / 5));
  const held = (validation: number, seed: number) =>
    holdBack(all(400), labels, classes, { ...plain, amount: validation, seed, groups }).held;
  assert.deepEqual(sizes(held(0.2, 1), labels), [20, 20, 20, 20]);
  assert.deepEqual(sizes(held(0.21, 1), labels), [20, 20, 20, 20]);
  assert.deepEqual(held(0.2, 1), held(0.2, 1));
  assert.notDeepEqual(held(0.2, 1), held(0.2, 2));
  assert.equal(held(1, 1).length, 5, "one group, where each is larger than its class's share");
});

test("groups of several classes are taken until each class has its share", () => {
  // 40 groups of one sample of each class, and one of all that is left.
  const labels = Array.from({ length: 200 }, (_, i) => i % classes);
  const groups = labels.map((_, i) => (i < 160 ? Math.floor(i / classes) : 40));
  const rule: SplitRule = { ...plain, amount: 40, seed: 3, groups };
  const { held: validation } = holdBack(all(200), labels, classes, rule);
  assert.deepEqual(sizes(validation, labels), [10, 10, 10, 10]);
});

test("a single group cannot be divided", () => {
  for (const order of ["stratified", "sequential"] as const) {
    const call = () =>
      holdBack(all(8), new Uint16Array(8), 1, { ...plain, amount: 4, order, groups: new Uint8Array(8) });
    assert.throws(call, saying(2, "--group-by", "a group to train on", "got 1 in all"));
  }
});
