/** The range test of the rate: what it suggests, and that nothing of it stays. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { summarize } from "../../src/run/summary.js";
import { findRate, rateOf } from "../../src/train/find-rate.js";
import { train } from "../../src/train/trainer.js";
import { configOf, temporaryFolder } from "../engine/runs.js";

test("it leaves no trace: a run after it has the bytes of one without, and a second test says the same", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const config = configOf({
    subset: 300,
    epochs: 1,
    threads: 2,
    model: "fc 16 >> bn >> relu >> drop 0.2 >> fc 10",
    out,
  });
  const hash = async (): Promise<string> => {
    const outcome = await train({ config: { ...config, out: "none" } });
    assert.equal(outcome.status, "done");
    return outcome.result.weightsHash;
  };
  const before = await hash();
  const first = await findRate({ config });
  assert.deepEqual(await findRate({ config: { ...config, threads: 1 } }), first);
  assert.equal(await hash(), before);
  assert.deepEqual(readdirSync(join(out, "..")), []);
  assert.ok(first.suggestion !== null && first.suggestion > 1e-5 && first.suggestion < 1, `${first.suggestion}`);
  assert.ok(first.suggestion <= first.lowest);
});

test("the suggestion is where the smoothed loss falls fastest; a loss that never falls has none", () => {
  const rates = Array.from({ length: 120 }, (_, i) => 1e-7 * 10 ** (i / 15));
  // Falls by a logistic curve in log(rate) around 1e-3, and is lost at the end.
  const losses = rates.map((rate) => 2.3 - 2 / (1 + (1e-3 / rate) ** 2) + (rate > 0.1 ? 50 * rate : 0));
  const { suggestion, lowest, diverged, points } = rateOf(rates, losses);
  // The average of the last ten or so lags behind by a few rates.
  assert.ok(suggestion !== null && suggestion > 1e-3 && suggestion < 4e-3, `${suggestion}`);
  assert.ok(lowest > suggestion && lowest < 0.2 && diverged !== null && diverged > 0.1);
  assert.equal(points[0].smoothed.toFixed(9), losses[0].toFixed(9));
  assert.equal(
    rateOf(
      rates,
      rates.map(() => 2.3),
    ).suggestion,
    null,
  );
  // Steps from the first that was not finite on were not made.
  assert.equal(rateOf(rates, losses.slice(0, 70)).diverged, rates[70]);
});

test("summary --schedule has the rates that a run uses, and momentum where that moves", async () => {
  const run = { dataset: "synthetic-digits", batchSize: 900, epochs: 4, lr: 0.1 };
  const { schedule } = await summarize("digits-mlp", { ...run, schedule: "cosine warmup=1epoch" });
  const expected = [1, 2, 3, 4, 5].map((t) => (0.1 * t) / 6);
  assert.deepEqual([schedule?.updates, schedule?.updatesPerEpoch], [20, 5]);
  assert.deepEqual(
    schedule?.rates.slice(0, 5),
    expected.map((_, t) => 0.1 * ((t + 1) / 6)),
  );
  assert.equal(schedule?.rates[5], 0.1);
  assert.ok(Math.abs(schedule.rates[19] - 0.0010926199633097156) < 1e-15);
  const cycle = await summarize("digits-mlp", { ...run, schedule: "one-cycle" });
  assert.ok(cycle.schedule?.momenta?.every((value) => value >= 0.85 && value <= 0.95));
  assert.equal((await summarize("digits-mlp")).schedule, undefined);
});
