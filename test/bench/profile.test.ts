/** What a profile says adds up, and its trace keeps the rules of the format. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { chromeTrace, slicesAtMost, traceNote } from "../../src/engine/chrome-trace.js";
import { passesOf, savedBy } from "../../src/engine/costs.js";
import { layerTimes, slicesOf } from "../../src/engine/layer-times.js";
import type { ProgramPart } from "../../src/kernels/program-writer.js";
import { adviceOf } from "../../src/measure/advice.js";
import { profileStep } from "../../src/measure/profile.js";
import { resolveNet } from "../../src/nn/net.js";
import { ruleOf } from "../../src/optim/index.js";
import { run, temporaryFolder } from "../engine/runs.js";

interface Event {
  readonly ph: string;
  readonly tid: number;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args?: { readonly name?: string };
}

const backend = (process.env["HEDDLE_BACKEND"] ?? "auto") as "auto";

/** Throws where slices of a track neither nest nor are apart; in whole nanoseconds, as viewers take them. */
function assertNested(events: readonly Event[]): void {
  const slices = events.filter(({ ph }) => ph === "X");
  for (const track of new Set(slices.map(({ tid }) => tid))) {
    const open: number[] = [];
    const own = slices
      .filter(({ tid }) => tid === track)
      .map(({ ts, dur }) => ({ from: Math.round(ts * 1000), to: Math.round(ts * 1000) + Math.round(dur * 1000) }))
      .sort((a, b) => a.from - b.from || b.to - a.to);
    for (const { from, to } of own) {
      assert.ok(to >= from);
      while (open.length > 0 && open[open.length - 1] <= from) open.pop();
      assert.ok(open.length === 0 || to <= open[open.length - 1], `${from}..${to} beyond ${open.at(-1)}`);
      open.push(to);
    }
  }
}

test("shares sum to one, layers come once per pass, and the trace holds every rank's steps", async () => {
  const model = "conv 4x3 >> relu >> pool 2 >> residual(conv 4x3 pad 1) >> fc 10";
  const options = { model, threads: 2, backend, batchSize: 16, seconds: 0.05 } as const;
  const { profile, trace } = await profileStep(options);
  const sum = profile.layers.reduce((total, { share }) => total + share, 0);
  assert.ok(Math.abs(sum - 1) < 1e-3, `${sum}`);
  const total = profile.layers.reduce((ms, each) => ms + each.ms, 0);
  assert.ok(Math.abs(total / profile.msPerStep.mean - 1) < 0.05, `${total}`);
  const named = profile.layers.map(({ layer, type, pass }) => `${layer} ${type} ${pass}`);
  assert.equal(new Set(named).size, named.length);
  for (const pass of ["forward", "backward", "update"]) assert.ok(named.includes(`0 conv2d ${pass}`), pass);
  // The block's own time is its addition: the convolution inside has a line of its own.
  assert.ok(
    named.some((name) => /^3\.\w+\.0 conv2d forward$/.test(name)),
    named.join(),
  );
  for (const { peakShare, ms } of profile.layers) {
    assert.ok(ms >= 0);
    assert.ok(peakShare === null || (peakShare >= 0 && peakShare <= 1));
  }
  assert.equal(profile.ranks.length, 2);
  assert.match(profile.advice, /^[A-Z\d].*\.$/);

  const { traceEvents } = JSON.parse(trace) as { traceEvents: Event[] };
  assertNested(traceEvents);
  const named2 = traceEvents.filter(({ name }) => name === "thread_name").map(({ tid, args }) => [tid, args?.name]);
  assert.deepEqual(named2, [
    [1, "rank 0"],
    [2, "rank 1"],
  ]);
  const slices = traceEvents.filter(({ ph }) => ph === "X");
  assert.equal(Math.min(...slices.map(({ ts }) => ts)), 0);
  for (const step of slices.filter(({ name }) => name.startsWith("step"))) {
    const within = slices.filter(
      ({ name, tid, ts }) => tid === step.tid && !name.startsWith("step") && ts >= step.ts && ts < step.ts + step.dur,
    );
    const length = within.reduce((all, { dur }) => all + dur, 0);
    assert.ok(Math.abs(length / step.dur - 1) < 0.05, `${length} of ${step.dur}`);
  }
});

test("a run is profiled as it was trained", async (t) => {
  const out = join(temporaryFolder(t), "run");
  await run(t, { subset: 200, epochs: 1, batchSize: 40, optimizer: "sgd", model: "mlp:7", threads: 1, out });
  const { profile } = await profileStep({ model: out, threads: 1, backend, seconds: 0.02 });
  assert.equal(profile.batchSize, 40);
  assert.ok(profile.layers.some(({ layer, type }) => layer === "2" && type === "dense"));
});

test("multiply-adds are two operations each; Winograd's share counts what it multiplies", () => {
  const net = resolveNet({
    input: { height: 128, width: 128, channels: 1 },
    classes: 2,
    layers: [
      { type: "conv2d", filters: 128, kernel: 3, padding: "same" },
      { type: "global-average-pool" },
      { type: "flatten" },
      { type: "dense", units: 2 },
    ],
  });
  assert.equal(net.layers[0].multiplyAdds, 18_874_368);
  const parts = [{ operation: "conv", layer: 0 }] as ProgramPart[];
  const window = { ranks: [{ seconds: 1, waited: 0, profile: Float64Array.of(0.5) }], steps: 1 };
  const traffic = { net, dtype: "f32", batchSize: 1, rule: ruleOf("sgd") } as const;
  const { times } = layerTimes([parts], [window], traffic, 1e9);
  assert.equal(times[0].gflops, (37_748_736 * 2) / 1e9);
  assert.deepEqual(
    times.map(({ pass, share }) => [pass, share]),
    [
      ["forward", 0.5],
      ["other", 0.5],
    ],
  );
  assert.deepEqual([savedBy("winograd"), savedBy("conv")], [4, 1]);
});

test("waiting is all that ranks waited, though a barrier left and entered again counts less", () => {
  const parts = [
    { operation: "gather", layer: null },
    { operation: "dense", layer: 0 },
    { operation: "softmaxCrossEntropy", layer: null },
    { operation: "denseInputGradient", layer: 0 },
    { operation: "barrier", layer: null },
    { operation: "denseUpdate", layer: 0 },
  ] as ProgramPart[];
  assert.deepEqual(passesOf(parts), ["data", "forward", "loss", "backward", "wait", "update"]);
  const profile = Float64Array.of(1, 2, 3, 4, 1, 6);
  const slices = slicesOf(parts, { ranks: [{ seconds: 40, waited: 8, profile }], steps: 2 }, 0);
  assert.deepEqual(
    slices.map(({ seconds }) => seconds),
    [0.5, 1, 1.5, 2, 4, 3],
  );
});

test("a trace too long for its viewers keeps its beginning and its end, and says so", () => {
  const slice = (i: number) => ({ name: `${i}`, category: "c", track: 0, begin: i, end: i + 1 });
  const trace = chromeTrace(
    ["rank 0"],
    Array.from({ length: slicesAtMost + 7 }, (_, i) => slice(i)),
    {},
  );
  const { text } = trace;
  assert.match(text.slice(0, 200), /"leftOut":"7 slices of the middle"/);
  assert.match(text.slice(-200), new RegExp(`"name":"${slicesAtMost + 6}"`));
  assert.match(traceNote("t.json", trace), /^t\.json: open it .*: 7 slices between them are left out/);
  assert.doesNotMatch(traceNote("t.json", chromeTrace(["rank 0"], [slice(0)], {})), /left out/);
});

test("advice follows from what was measured", () => {
  const found = {
    ...{ model: "m", batchSize: 64, dtype: "f32", threads: 1, backend: "native", isa: "avx2", steps: 1 },
    ...{ msPerStep: { best: 1, median: 1, mean: 1 }, samplesPerSecond: 1, gflops: 1, peakShare: 0.5, imbalance: 0 },
    ranks: [{ compute: 1, wait: 0 }],
  } as const;
  const of = (pass: string, share: number) => ({
    ...{ layer: pass === "forward" ? "0" : null, type: "dense", pass, ms: share, share },
    ...{ gflops: null, peakShare: null, bytes: null },
  });
  const say = (more: object) => adviceOf({ ...found, layers: [], ...more } as never);
  assert.match(say({ threads: 4000 }), /^Use --threads \d+: 4000 ranks share/);
  assert.match(say({ backend: "reference" }), /^Build the addon/);
  assert.match(say({ layers: [of("forward", 0.9)] }), /layer 0 dense takes most, 90\.00 %/);
  assert.match(say({ layers: [of("data", 0.4)] }), /^Gathering and augmenting images takes 40\.00 %/);
  assert.match(say({ layers: [of("update", 0.6)] }), /--batch-size \(128\)/);
});
