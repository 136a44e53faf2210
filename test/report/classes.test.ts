/** Scores of classes from counts, and the pairs confused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { classScores, confusedPairs } from "../../src/report/sections/classes.js";

test("a class without samples, or never predicted, has no number where there is nothing to divide by", () => {
  const counts = [
    [3, 1, 0, 0],
    [0, 4, 0, 0],
    [0, 0, 0, 0],
    [2, 0, 0, 0],
  ];
  assert.deepEqual(
    classScores(counts).map(({ support, precision, recall, f1 }) => [support, precision, recall, f1]),
    [
      [4, 3 / 5, 3 / 4, 6 / 9],
      [4, 4 / 5, 1, 8 / 9],
      [0, null, null, null],
      [2, null, 0, 0],
    ],
  );
});

test("pairs go by samples, with their share of the true class", () => {
  const counts = [
    [3, 1],
    [2, 0],
  ];
  assert.deepEqual(confusedPairs(counts), [
    { truth: 1, guess: 0, samples: 2, share: 1 },
    { truth: 0, guess: 1, samples: 1, share: 0.25 },
  ]);
  assert.deepEqual(confusedPairs([[5]]), []);
});
