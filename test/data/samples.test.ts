/** The samples of all splits under one number, and the validation split that a set may bring. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Split } from "../../src/base/shape.js";
import type { Dataset } from "../../src/data/dataset.js";
import { placeOf, samplesOf, splitsOf } from "../../src/data/samples.js";
import { splitSamples } from "../../src/data/split-samples.js";
import { saying } from "./fixtures.js";

const split = (count: number): Split => ({
  count,
  images: new Uint8Array(count),
  labels: Uint16Array.from({ length: count }, (_, i) => i % 2),
});
const set = (train: number, test: number | null, validation: number | null): Dataset => ({
  name: "set",
  shape: { height: 1, width: 1, channels: 1 },
  classes: ["a", "b"],
  maximum: 255,
  train: split(train),
  test: test === null ? null : split(test),
  validation: validation === null ? null : split(validation),
  notes: [],
});

test("samples are counted through the training, the test and the validation split", () => {
  const whole = set(4, 2, 3);
  assert.deepEqual([...samplesOf(whole, "train")], [0, 1, 2, 3]);
  assert.deepEqual([...samplesOf(whole, "test")], [4, 5]);
  assert.deepEqual([...samplesOf(whole, "validation")], [6, 7, 8]);
  assert.deepEqual([...samplesOf(set(4, null, 3), "validation")], [4, 5, 6]);
  assert.deepEqual([...samplesOf(set(4, 2, null), "validation")], []);
  for (const [name, first] of [
    ["train", 0],
    ["test", 4],
    ["validation", 6],
  ] as const) {
    for (const [at, sample] of samplesOf(whole, name).entries()) {
      assert.deepEqual(placeOf(whole, sample), { split: whole[name], at }, `${first} + ${at}`);
    }
  }
  assert.equal(splitsOf(set(1, null, null)).length, 1);
});

const rule = { subset: undefined, validationSplit: "stratified", groupBy: undefined, seed: 0 } as const;

test("the set's own validation split is held back unless another is asked for", () => {
  const whole = set(10, 2, 3);
  for (const validation of [undefined, "own"] as const) {
    const { train, validation: held } = splitSamples(whole, { ...rule, validation });
    assert.deepEqual([train.length, [...held]], [10, [12, 13, 14]]);
  }
  const share = splitSamples(whole, { ...rule, validation: 0.2 });
  assert.deepEqual([share.train.length, share.validation.length], [8, 2]);
  assert.ok(share.validation.every((sample) => sample < 10));
  const few = splitSamples(whole, { ...rule, validation: undefined, subset: 4 });
  assert.deepEqual([few.train.length, few.validation.length], [4, 3]);
  const none = splitSamples(set(10, 2, null), { ...rule, validation: undefined });
  assert.deepEqual([none.train.length, none.validation.length], [8, 2]);
});

test("a split that the set does not bring, or that no group can choose, is refused", () => {
  const own = { ...rule, validation: "own" } as const;
  assert.throws(() => splitSamples(set(10, 2, null), own), saying(2, "--validation own", "got set", "0.1"));
  const grouped = { ...rule, validation: undefined, groupBy: "(.)" };
  assert.throws(() => splitSamples(set(10, 2, 3), grouped), saying(2, "--group-by", "the validation split that set"));
});
