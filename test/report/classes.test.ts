/** The pairs confused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { confusedPairs } from "../../src/report/sections/classes.js";

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
