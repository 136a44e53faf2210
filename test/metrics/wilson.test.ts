/** Wilson's interval: published values, and ends that rounding would miss. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { wilson } from "../../src/metrics/wilson.js";

test("the published values: Newcombe 1998, table I, method 3", () => {
  const cases = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ];
  for (const [hits, samples, low, high] of cases) {
    const interval = wilson(hits / samples, samples)!;
    assert.equal(interval.low.toFixed(4), low.toFixed(4));
    assert.equal(interval.high.toFixed(4), high.toFixed(4));
  }
});

test("statsmodels' digits, at the ends and within", () => {
  const cases = [
    [0, 10, 0, 0.2775327998628892],
    [10, 10, 0.7224672001371107, 1],
    [98, 100, 0.9299882092714561, 0.9944980324498377],
    [1, 2, 0.09453120573423072, 0.9054687942657693],
  ];
  for (const [hits, samples, low, high] of cases) {
    const interval = wilson(hits / samples, samples)!;
    assert.ok(Math.abs(interval.low - low) < 1e-12 && Math.abs(interval.high - high) < 1e-12, `${hits}/${samples}`);
  }
});

test("exactly 0 below none, exactly 1 above all, nothing of nothing; the share lies within", () => {
  assert.equal(wilson(0, 0), null);
  for (let n = 1; n <= 20_000; n++) {
    assert.equal(wilson(0, n)!.low, 0, `0 of ${n}`);
    assert.equal(wilson(1, n)!.high, 1, `${n} of ${n}`);
  }
  for (let n = 1; n <= 400; n++) {
    for (let k = 0; k <= n; k++) {
      const { low, high } = wilson(k / n, n)!;
      assert.ok(0 <= low && low <= k / n && k / n <= high && high <= 1, `${k} of ${n}`);
    }
  }
});
