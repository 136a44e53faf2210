/**
 * Numbers at which other trainers went wrong, as far as they are of a whole update or run: windows of accumulation, lengths and their
 * limits, endings, and which test has which (those of single updates are in native/reported.test.ts).
 *
 *   optimizers, epsilon, decay        native/reported, native/optimizers, golden/hundred    Muon    optim/muon, contract/layer-padding
 *   groups, frozen parts              train/groups, golden/hundred            norms, clipping     engine/finishing, train/clip-norm
 *   schedules, plateau, rates logged  optim/schedules, train/plateau, train/every-stop    more epochs    train/resume-with
 *   early stopping, endings           train/early-stop, train/endings         averages            train/ema, golden/steering
 *   mixes, resized crop               data/mixing, data/resized-crop          checkpoints, NaN    train/checkpoints, train/overflow
 *   transfer                          model/adopt                             search, seeds       search/
 *   range test                        train/find-rate                         batch norm          native/reported
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { identity } from "../../src/base/random.js";
import { factorOf, normOf } from "../../src/engine/norm.js";
import { pack, unpack } from "../../src/kernels/ops/plain.js";
import { lossOf } from "../../src/losses/index.js";
import { resolveNet } from "../../src/nn/net.js";
import { ruleOf } from "../../src/optim/index.js";
import { courseOf } from "../../src/optim/schedules/index.js";
import type { TrainEvent } from "../../src/train/events.js";
import { train } from "../../src/train/trainer.js";
import { engineOf } from "../contract/lab.js";
import { configOf, run, type Settings, temporaryFolder } from "../engine/runs.js";
import { chosenBackend } from "../kernels/addon.js";
import { call, execute, f64, wholeStep } from "../kernels/lab.js";
import { refusal } from "../run/refuses.js";

test("the incoming weights of each unit are shortened: [3, 4] to [1.2, 1.6]; [1, 1] and [0, 0] stay", () => {
  const w = new Float64Array(2 * f64.lanes);
  const units = [
    [3, 1, 0],
    [4, 1, 0],
  ].map((row) => Float64Array.from(row));
  pack(units, w, 2, 3);
  const out = execute(
    chosenBackend(),
    f64,
    [call("maxNorm", { w, k: 2, n: 3, panels: [0, 1], most: 2 })],
    [wholeStep(1)],
  );
  const [first, second] = unpack(out.of<Float64Array>(w), 2, 3);
  for (const [found, expected] of [
    [first, [1.2, 1, 0]],
    [second, [1.6, 1, 0]],
  ] as const) {
    for (const [i, value] of expected.entries()) assert.ok(Math.abs(found[i] - value) < 1e-15, `${found.join()}`);
  }
});

test("one norm over all layers, of the mean of a window; a norm of 0 shortens nothing", () => {
  const places = [
    { parameter: 0, from: 0, to: 2 },
    { parameter: 1, from: 2, to: 3 },
  ];
  const { norm } = normOf(Float64Array.of(9, 16, 144), places);
  assert.deepEqual([norm, factorOf(norm, 6.5), factorOf(norm, 13), factorOf(0, 1)], [13, 0.5, 1, 1]);
  // [2, 0] and [0, 2] are the window [1, 1].
  const window = normOf(Float64Array.of(1, 1, 0), places).norm;
  assert.ok(Math.abs(factorOf(window, 1) - 0.7071067811865475) < 1e-15);
});

/** One pixel; without weights both classes are as likely, so a sample's gradient is its pixel times a constant. */
async function windowsOf(batch: number, accumulate: number): Promise<number[]> {
  const input = { height: 1, width: 1, channels: 1 };
  const net = resolveNet({ input, classes: 2, layers: [{ type: "dense", units: 2 }] });
  const images = Uint8Array.from({ length: 10 }, (_, i) => i + 1);
  const dataset = { train: { count: 10, images, labels: new Uint16Array(10) }, test: null };
  const engine = engineOf(1);
  engine.configure({
    ...{ net, dtype: "f64", batchSize: batch * accumulate, minibatch: batch, places: 10, dataset },
    ...{ optimizer: ruleOf("sgd"), loss: lossOf("cross-entropy") },
    preprocessing: { standardize: "test", ...input, maximum: 255, kind: "affine", scale: [1], shift: [0] },
  });
  engine.setParameters([new Float64Array(2), new Float64Array(2)]);
  const updates = Math.ceil(10 / (batch * accumulate));
  const order = identity(10);
  const found: number[] = [];
  // So small that the next gradient does not see the step.
  const lr = 1e-12;
  for (let from = 0; from < updates; from++) {
    const before = engine.parameters()[0][0];
    const totals = { loss: 0, correct: 0, samples: 0 };
    const [{ steps }] = await engine.train({
      order,
      from,
      until: from + 1,
      epoch: 0,
      before: 0,
      totals,
      optimizer: "sgd",
      lr,
    });
    assert.equal(steps, from + 1);
    found.push((engine.parameters()[0][0] - before) / lr / 0.5);
  }
  return found;
}

test("a window's gradient is the mean over its samples, the last window shorter: 3.5 and 8.5, 5 and 10", async () => {
  for (const [accumulate, expected] of [
    [2, [3.5, 8.5]],
    [3, [5, 10]],
  ] as const) {
    const found = await windowsOf(3, accumulate);
    assert.equal(found.length, 2);
    for (const [i, value] of expected.entries()) assert.ok(Math.abs(found[i] - value) < 1e-3, found.join());
  }
});

test("--accumulate 4 of 4,500 samples in minibatches of 64 are 18 updates, for a curve too; weights of classes are a window's", async (t) => {
  const whole: Settings = {
    epochs: 1,
    dtype: "f64",
    optimizer: "sgd momentum=0.9",
    lr: 0.05,
    classWeights: "balanced",
  };
  const parts = await run(t, { ...whole, batchSize: 64, accumulate: 4, schedule: "one-cycle" });
  const large = await run(t, { ...whole, batchSize: 256, schedule: "one-cycle" });
  assert.deepEqual([parts.steps, large.steps], [18, 18]);
  for (const split of ["validation", "test"] as const) {
    const [one, other] = [parts, large].map((result) => result[split]!.values["loss"]!);
    assert.ok(Math.abs(one - other) < 1e-9, `${one}, ${other}`);
  }
  const course = courseOf("one-cycle", 0.01, { updates: 18, updatesPerEpoch: 18 });
  assert.ok(Math.abs(course.rate(17) - 4e-8) < 1e-17);
});

test("lengths: restarts at updates 1, 4, 10; a warm-up of an epoch of windows; one as long as the run is refused", async (t) => {
  const course = courseOf("cosine first=3 factor=2", 0.1, { updates: 14, updatesPerEpoch: 7 });
  const rates = Array.from({ length: 10 }, (_, update) => course.rate(update));
  for (const [i, value] of [0.1, 0.075, 0.025, 0.1].entries()) assert.ok(Math.abs(rates[i] - value) < 1e-15);
  assert.equal(rates[9], 0.1);
  assert.ok(Math.abs(rates[4] - 0.0933012701892219) < 1e-15);
  // 7 minibatches of an epoch are 3 updates.
  const windows: Settings = {
    subset: 120,
    validation: 20,
    batchSize: 16,
    accumulate: 3,
    epochs: 2,
    schedule: "constant warmup=1epoch",
  };
  const used: number[] = [];
  const onEvent = (event: TrainEvent): void => void (event.kind === "step" && used.push(event.lr));
  await run(t, { ...windows, lr: 1, logSteps: true }, { onEvent });
  assert.deepEqual(used, [1 / 4, 2 / 4, 3 / 4, 1, 1, 1]);
  for (const warmup of ["2epochs", "6"]) {
    await assert.rejects(
      run(t, { ...windows, schedule: `cosine warmup=${warmup}` }),
      refusal(2, /fewer updates than the run's 6, got 6/),
    );
  }
});

/** Validation gets worse again at this rate. */
const rough: Settings = { subset: 500, threads: 1, lr: 0.3 };

test("--stop-at and --max-time after a worse epoch: the model is that of the best; times of all starts add up", async (t) => {
  const losses: number[] = [];
  const training: number[] = [];
  const onEvent = (event: TrainEvent): void => {
    if (event.kind !== "epoch") return;
    losses.push(event.validation!.values["loss"]!);
    training.push(event.train.values["loss"]!);
  };
  await run(t, { ...rough, epochs: 6 }, { onEvent });
  const worse = losses.findIndex((loss, i) => i > 0 && loss > Math.min(...losses.slice(0, i)));
  assert.ok(worse > 0, losses.join());
  const best = losses.indexOf(Math.min(...losses.slice(0, worse))) + 1;
  const { weightsHash: expected } = await run(t, { ...rough, epochs: best });
  const goal = Math.max(...training.slice(best, worse + 1));
  if (goal < Math.min(...training.slice(0, best))) {
    const met = await run(t, { ...rough, epochs: 12, stopAt: `train loss <= ${goal}` });
    assert.deepEqual([met.ended, met.bestEpoch, met.modelHash], ["stop-at", best, expected]);
  }

  // A clock that is set forward by half of the time in each of two starts.
  const clock = performance.now.bind(performance);
  let ahead = 0;
  performance.now = () => clock() + ahead;
  t.after(() => {
    performance.now = clock;
  });
  const out = join(temporaryFolder(t), "run");
  const controller = new AbortController();
  const first = ({ kind }: TrainEvent): void => {
    if (kind !== "step" || ahead > 0) return;
    ahead += 3_600_000;
    controller.abort();
  };
  const timed = configOf({ ...rough, epochs: 100, maxTime: "100min", logSteps: true, out });
  assert.equal((await train({ config: timed, onEvent: first, signal: controller.signal })).status, "stopped");
  const second = (event: TrainEvent): void => {
    if (event.kind === "epoch" && event.epoch === worse + 1) ahead += 3_600_000;
  };
  const ended = await train({ config: configOf({}), resume: out, onEvent: second });
  assert.ok(ended.status === "done");
  assert.deepEqual([ended.result.ended, ended.result.epoch], ["max-time", worse + 1]);
  assert.deepEqual([ended.result.bestEpoch, ended.result.modelHash], [best, expected]);
});
