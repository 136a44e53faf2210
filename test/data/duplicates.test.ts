/** Images that stand in a set more than once: where, how often, and under which labels. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Dataset } from "../../src/data/dataset.js";
import { findDuplicates } from "../../src/datatools/duplicates.js";

/** One pixel an image: the pixel is the image's identity. */
function dataset(train: readonly [pixel: number, label: number][], test: readonly [number, number][] | null): Dataset {
  const split = (samples: readonly [number, number][]) => ({
    count: samples.length,
    images: Uint8Array.from(samples, ([pixel]) => pixel),
    labels: Uint16Array.from(samples, ([, label]) => label),
  });
  const shape = { height: 1, width: 1, channels: 1 };
  const classes = ["a", "b"];
  return { name: "small", shape, classes, maximum: 255, train: split(train), test: test && split(test), notes: [] };
}

test("copies across the splits come with every place and label", () => {
  const train: [number, number][] = [
    [5, 0],
    [6, 0],
    [5, 0],
    [7, 1],
  ];
  const { across, inTrain, inTest, contradictions } = findDuplicates(
    dataset(train, [
      [7, 0],
      [8, 1],
      [5, 0],
      [8, 1],
    ]),
  );
  assert.deepEqual(across, [
    { train: [0, 2], test: [2], labels: [0] },
    { train: [3], test: [0], labels: [0, 1] },
  ]);
  assert.deepEqual([inTrain, inTest, contradictions], [1, 1, 1]);
});

test("samples from files of their own are named", () => {
  const set = dataset([[1, 0]], [[1, 0]]);
  const train = { ...set.train, names: ["train/a/1.png"] };
  const test = { ...dataset([[1, 0]], null).train, names: ["test/a/9.png"] };
  assert.deepEqual(findDuplicates({ ...set, train, test }).across[0].names, ["train/a/1.png", "test/a/9.png"]);
});

test("a set without copies, and one without a test split", () => {
  const none = { across: [], inTrain: 0, inTest: 0, contradictions: 0 };
  assert.deepEqual(findDuplicates(dataset([[1, 0]], [[2, 0]])), none);
  assert.deepEqual(
    findDuplicates(
      dataset(
        [
          [1, 0],
          [1, 1],
        ],
        null,
      ),
    ),
    { ...none, inTrain: 1, contradictions: 1 },
  );
});
