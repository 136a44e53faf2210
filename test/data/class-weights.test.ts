import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { classWeights } from "../../src/data/class-weights.js";
import { dataFolder, saying } from "./fixtures.js";

const all = (n: number) => Uint32Array.from({ length: n }, (_, i) => i);

test("balanced: each class counts alike, and the samples count as many as they are", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 60 }), (labels) => {
      const train = all(labels.length);
      const weights = classWeights("balanced", ["a", "b", "c", "d"], labels, train)!;
      const present = new Set(labels);
      for (const label of present) {
        const n = labels.filter((other) => other === label).length;
        assert.ok(Math.abs(n * weights[label] - labels.length / present.size) < 1e-9);
      }
    }),
  );
  assert.deepEqual(classWeights("balanced", ["a", "b"], [0, 0, 0, 1], all(4)), [4 / 6, 2]);
  assert.deepEqual(classWeights("balanced", ["a", "b"], [0, 1, 1, 1], Uint32Array.of(0, 1)), [1, 1], "training only");
  assert.equal(classWeights("none", ["a", "b"], [0, 1], all(2)), null);
});

test("weights of a file are scaled to a mean of one over the samples", (t) => {
  const folder = dataFolder(t, { good: "1\n 3e0\r\n", short: "1\n", zero: "1\n0\n", word: "1\ntwo\n", hole: "\n1\n" });
  const read = (name: string) => classWeights(join(folder, name), ["a", "b"], [0, 0, 0, 1], all(4));
  assert.deepEqual(read("good"), [4 / 6, 2]);
  assert.throws(() => read("short"), saying(3, "short", "2 lines", "got 1"));
  assert.throws(() => read("zero"), saying(3, "zero, line 2", "a number above 0", '"0"'));
  assert.throws(() => read("word"), saying(3, "word, line 2", '"two"'));
  assert.throws(() => read("hole"), saying(3, "hole, line 1", '""'));
  assert.throws(() => read("none-such"), saying(3, "none-such", "none, balanced", "no such file"));
});
