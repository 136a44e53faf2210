/** Schedules: the rate of each update, and what a run says of it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ruleOf } from "../../src/optim/index.js";
import { courseOf, rateOf, schedules } from "../../src/optim/schedules/index.js";
import { run } from "../engine/runs.js";
import { goldenPlateaus, goldenSchedules } from "../golden/golden.js";

const length = { updates: 100, updatesPerEpoch: 25 };

test("a warm-up of W updates is base (t + 1) / (W + 1), then the curve over the rest", () => {
  const rate = rateOf("constant warmup=4", 0.5, length);
  assert.deepEqual([0, 1, 2, 3, 4, 99].map(rate), [0.1, 0.2, 0.5 * (3 / 5), 0.4, 0.5, 0.5]);
  assert.deepEqual([0, 24, 25].map(rateOf("constant warmup=1epoch", 1, length)), [1 / 26, 25 / 26, 1]);
  assert.deepEqual([0, 1].map(rateOf("constant warmup=1step", 1, length)), [0.5, 1]);
});

test("a warm-up as long as the run is refused, before anything is written", async (t) => {
  assert.throws(
    () => rateOf("constant warmup=100", 1, length),
    /warmup: expected fewer updates than the run's 100, got 100/,
  );
  await assert.rejects(run(t, { epochs: 1, schedule: "constant warmup=1epoch" }), { kind: "usage" });
});

for (const { schedule, base, rate, momentum } of goldenSchedules()) {
  test(`${schedule} over ${rate.length} updates is PyTorch's`, () => {
    const course = courseOf(schedule, base, { updates: rate.length, updatesPerEpoch: 5 });
    for (const [t, expected] of rate.entries()) {
      assert.ok(Math.abs(course.rate(t) - expected) < 1e-14, `rate ${t}: ${course.rate(t)}, not ${expected}`);
      const wanted = momentum?.[t];
      const given = course.momentum(t);
      if (wanted === undefined) assert.equal(given, undefined);
      else assert.ok(Math.abs((given ?? 0) - wanted) < 1e-14, `momentum ${t}: ${given}, not ${wanted}`);
    }
  });
}

test("every schedule has a golden case", () => {
  const covered = [...goldenSchedules(), ...goldenPlateaus()].map(({ schedule }) => schedule.split(" ")[0]);
  assert.deepEqual(
    schedules.map(({ name }) => name).filter((name) => name !== "constant" && !covered.includes(name)),
    [],
  );
});

test("epochs in a length are updates of the run: a milestone's epoch is the first with the lower rate", () => {
  const rate = rateOf("multistep 3epochs,6epochs", 0.1, { updates: 40, updatesPerEpoch: 4 });
  const ofEpochs = Array.from({ length: 10 }, (_, epoch) => [rate(4 * epoch), rate(4 * epoch + 3)]);
  for (const [epoch, rates] of ofEpochs.entries()) {
    for (const found of rates)
      assert.ok(Math.abs(found - [0.1, 0.01, 0.001][epoch < 3 ? 0 : epoch < 6 ? 1 : 2]) < 1e-15);
  }
  assert.equal(rateOf("exponential 0.5 every=1epoch", 1, { updates: 40, updatesPerEpoch: 4 })(11), 0.25);
});

test("a schedule's momentum takes the place of momentum and of Adam's first beta; plain sgd has none", () => {
  assert.deepEqual(ruleOf("sgd momentum=0.9").scalars(1, 0.1, 0.5), [0.1, 0.5]);
  assert.deepEqual(ruleOf("adam").scalars(1, 0.1, 0.5).slice(0, 2), [0.2, 0.5]);
  assert.deepEqual(ruleOf("sgd").scalars(1, 0.1, 0.5), [0.1]);
});

for (const { name, examples = [name] } of schedules) {
  test(`${name}: every rate of a run is finite and not negative, with and without a warm-up`, () => {
    for (const sentence of examples.flatMap((example) =>
      example.includes("warmup") ? [example] : [example, `${example} warmup=7`, `${example} warmup=1epoch`],
    )) {
      for (const updates of [26, 99, 100, 1000]) {
        const rate = rateOf(sentence, 0.1, { updates, updatesPerEpoch: 25 });
        for (let t = 0; t < updates; t++) assert.ok(rate(t) >= 0 && rate(t) < 10, `${sentence}: ${rate(t)} at ${t}`);
      }
    }
  });
}

test("the rate really used stands in metrics.jsonl, per step and per epoch", async (t) => {
  const settings = { subset: 500, validation: 100, batchSize: 50, epochs: 2, logSteps: true, lr: 0.01 } as const;
  const { run: folder } = await run(t, { ...settings, schedule: "constant warmup=4" });
  const lines = readFileSync(`${folder}/metrics.jsonl`, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  const rate = rateOf("constant warmup=4", 0.01, { updates: 16, updatesPerEpoch: 8 });
  const steps = lines.filter(({ kind }) => kind === "step").map(({ lr }) => lr);
  assert.deepEqual(
    steps,
    Array.from({ length: 16 }, (_, update) => rate(update)),
  );
  assert.deepEqual(
    lines.filter(({ kind }) => kind === "epoch").map(({ lr }) => lr),
    [0.01, 0.01],
  );
});

interface Line {
  readonly kind: string;
  readonly lr: number;
}

test("cosine after a warm-up: PyTorch's curve over the rest, the base reached once", () => {
  const rate = rateOf("cosine warmup=5", 0.1, { updates: 20, updatesPerEpoch: 5 });
  const expected = [0.016666666666666666, 0.083333333333333343, 0.1, 0.0010926199633097156];
  for (const [i, t] of [0, 4, 5, 19].entries()) assert.ok(Math.abs(rate(t) - expected[i]) < 1e-15, `${t}: ${rate(t)}`);
});
