/** Top-k accuracy: ties rank by class number, as in the accuracy; k at or above the class count says nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Answers } from "../../src/metrics/answers.js";
import { topK } from "../../src/metrics/top-k.js";

const answersOf = (labels: number[], rows: number[][]): Answers =>
  new Answers({
    classes: rows[0].length,
    labels,
    predicted: rows.map((row) => row.indexOf(Math.max(...row))),
    losses: labels.map(() => 0),
    logits: rows.flat(),
  });

test("a hit is a class among the k with the largest logits", () => {
  const answers = answersOf(
    [0, 1, 2, 6],
    [
      [7, 6, 5, 4, 3, 2, 1],
      [1, 2, 3, 4, 5, 6, 7],
      [7, 6, 5, 4, 3, 2, 1],
      [7, 6, 5, 4, 3, 2, 1],
    ],
  );
  assert.deepEqual(
    [1, 2, 3, 5, 6].map((k) => topK(k).of(answers)),
    [0.25, 0.25, 0.5, 0.5, 0.75],
  );
  assert.equal(topK(7).of(answers), null);
});

test("of equal logits the lower class ranks first", () => {
  const equal = answersOf([0, 1, 2, 0, 1, 0], new Array<number[]>(6).fill([40, 40, 40]));
  assert.equal(topK(1).of(equal), 0.5, "the share of class 0, as the accuracy is");
  assert.equal(topK(2).of(equal), 5 / 6);
});
