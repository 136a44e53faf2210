/** The engine at work: shards cover every sample, nothing is allocated while it trains, and it refuses what cannot fit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { identity } from "../../src/base/random.js";
import { Arena } from "../../src/engine/arena.js";
import { Engine, type EngineOptions } from "../../src/engine/engine.js";
import { makePlan } from "../../src/engine/plan.js";
import { Ranks } from "../../src/engine/ranks.js";
import { loadBackend } from "../../src/kernels/index.js";
import { stepBlock } from "../../src/kernels/layout.js";
import { lossOf } from "../../src/losses/index.js";
import { initializeParameter } from "../../src/nn/initializers/index.js";
import { resolveNet } from "../../src/nn/net.js";
import { ruleOf } from "../../src/optim/index.js";
import { buildNet } from "../../src/zoo/index.js";
import { formulaDataset } from "../golden/formula.js";
import { configOf, run } from "./runs.js";

const { backend: choice } = configOf({});
const shape = { height: 8, width: 8, channels: 1 };
const samples = 300;
const net = resolveNet(buildNet("mlp:33", { input: shape, classes: 10 }));
const loss = lossOf("cross-entropy");
const optimizer = ruleOf("adam");
const options: EngineOptions = {
  net,
  loss,
  optimizer,
  dtype: "f32",
  batchSize: 64,
  preprocessing: { kind: "affine", standardize: "unit", ...shape, maximum: 16, scale: [1 / 16], shift: [0] },
  dataset: formulaDataset(samples, shape, 16),
  places: samples,
};
const job = { from: 0, epoch: 0, before: 0, optimizer: "adam", lr: 1e-3 } as const;

async function withEngine(threads: number, given: EngineOptions, work: (engine: Engine) => Promise<void>) {
  const engine = new Engine(threads, choice);
  try {
    engine.configure(given);
    engine.setParameters(
      net.parameters.map((spec, i) => Float32Array.from(initializeParameter(spec, i, 0, undefined))),
    );
    await work(engine);
  } finally {
    await engine.close();
  }
}

for (const ranks of [1, 2, 3, 7]) {
  test(`the shards of ${ranks} ranks are the minibatch, and what they score is every sample once`, async () => {
    const parts = { ...options, ranks, spin: false, samples, perImage: false, probabilities: false };
    const plan = makePlan(parts);
    const arena = Arena.allocate("f32", plan.bytes, Infinity, loadBackend(choice));
    const pool = new Ranks(ranks);
    try {
      pool.use(plan, arena, choice);
      arena.uint32(plan.regions.order).set(identity(samples));
      // Five steps of 64 samples would be 320: the last one has 44.
      await pool.run({ kind: "train", places: samples, ...job });
      let end = 0;
      for (const region of plan.regions.stepBlocks) {
        const block = arena.float64(region);
        assert.equal(block[stepBlock.first], end);
        assert.deepEqual([block[stepBlock.cursor], block[stepBlock.chunk]], [256, 44]);
        end += block[stepBlock.rows];
      }
      assert.equal(end, 44);
      const predicted = arena.int32(plan.regions.predicted).fill(-1);
      await pool.run({ kind: "score", places: samples });
      assert.ok(predicted.every((place) => place >= 0 && place < 10));
    } finally {
      await pool.close();
    }
  });
}

test("a program that reaches beyond the arena is refused before it runs, and the other ranks leave", async () => {
  const plan = makePlan({ ...options, ranks: 3, spin: false, samples, perImage: false, probabilities: false });
  const arena = Arena.allocate("f32", plan.bytes, Infinity, loadBackend(choice));
  const pool = new Ranks(3);
  try {
    // The first buffer of rank 1's first operation.
    plan.train![1][3] = plan.bytes;
    pool.use(plan, arena, choice);
    const expected = /load: program word \d+: .*outside the arena/;
    await assert.rejects(pool.run({ kind: "train", places: samples, ...job }), (error: Error) => {
      assert.match(error.message, expected);
      return true;
    });
  } finally {
    await pool.close();
  }
});

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
/** Bytes of array buffers that something still holds, and of Node's own pools. */
function buffersInUse(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}
/** Node takes pools of 8 KB for messages and files as it goes; a step's gradient would be 20 KB, an epoch's far more. */
const pools = 16 * 1024;

test("epochs on the ranks allocate nothing outside the heap", async () => {
  await withEngine(2, options, async (engine) => {
    const order = identity(samples);
    const epoch = (n: number) =>
      engine.train({ ...job, order, before: n * 5, totals: { loss: 0, correct: 0, samples: 0 } });
    const into = engine.parameters();
    await epoch(0);
    const before = buffersInUse();
    for (let n = 1; n <= 30; n++) {
      await epoch(n);
      engine.parameters(into);
    }
    const after = buffersInUse();
    assert.ok(after <= before + pools, `${before} bytes before, ${after} after`);
  });
});

test("a whole run needs no more memory in its last epochs than in its first", async (t) => {
  const used: number[] = [];
  const onEvent = ({ kind }: { kind: string }) => {
    if (kind === "epoch") used.push(buffersInUse());
  };
  // A loss that falls in each epoch: the best weights change hands every time.
  await run(t, { model: "mlp:67", subset: 500, epochs: 12, threads: 2 }, { onEvent });
  assert.equal(used.length, 12);
  // Messages between threads come and go: the floor must not rise, once the second epoch has made the second copy.
  const floor = (epochs: number[]): number => Math.min(...epochs);
  assert.ok(floor(used.slice(6)) <= floor(used.slice(2, 6)) + pools, used.join(" "));
});

test("an arena larger than the memory is refused before it is made, with both numbers", () => {
  const make = () => Arena.allocate("f32", 3e9, 2e9, loadBackend(choice));
  assert.throws(make, /memory: expected at least 3000 MB .*, got 2000 MB available\. Take a smaller --batch-size/);
});

test("scoring that is no longer wanted ends at once; the next is whole again", async () => {
  await withEngine(2, options, async (engine) => {
    const controller = new AbortController();
    const order = identity(samples);
    const broken = engine.scoreUnless(controller.signal, order);
    controller.abort();
    assert.equal(await broken, null);
    assert.equal(await engine.scoreUnless(controller.signal, order), null);
    assert.deepEqual((await engine.scoreUnless(undefined, order))?.answers, (await engine.score(order)).answers);
  });
});
