/** Parameter groups and frozen layers, by their effect on a run's weights. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { floatsOf } from "../../src/base/numbers.js";
import { identity } from "../../src/base/random.js";
import { lossOf } from "../../src/losses/index.js";
import { readModel } from "../../src/model/model-file.js";
import { resolveNet } from "../../src/nn/net.js";
import { ruleOf } from "../../src/optim/index.js";
import { readMetrics } from "../../src/run/metrics-file.js";
import { parameterGroups } from "../../src/run/parameter-groups.js";
import { summarize } from "../../src/run/summary.js";
import { train } from "../../src/train/trainer.js";
import { buildNet } from "../../src/zoo/index.js";
import { engineOf, standardized, weightsOf } from "../contract/lab.js";
import { configOf, type Settings, temporaryFolder } from "../engine/runs.js";
import { formulaDataset } from "../golden/formula.js";
import { refusal } from "../run/refuses.js";

const model = "conv 8x3 >> bn >> relu >> drop 0.2 >> pool 2 >> flatten >> fc 12 >> bn >> relu >> drop 0.3 >> fc 10";
const short: Settings = { model, subset: 160, epochs: 2, threads: 2, batchSize: 32, lr: 0.01, seed: 3 };

async function trained(t: TestContext, settings: Settings) {
  const out = join(temporaryFolder(t), "run");
  const notes: string[] = [];
  const config = configOf({ ...short, ...settings, out });
  const outcome = await train({ config, onEvent: (event) => event.kind === "note" && notes.push(event.text) });
  assert.equal(outcome.status, "done");
  const file = readModel(join(out, "model.safetensors"));
  const bytes = (name: string): string =>
    Buffer.from(file.tensors.find((tensor) => tensor.name === name)!.data.buffer.slice(0)).toString("base64") +
    Array.from(file.tensors.find((tensor) => tensor.name === name)!.data as Float32Array).join();
  return { out, notes, outcome, bytes, names: file.tensors.map(({ name }) => name) };
}

test("frozen layers keep their bytes and statistics under decay, L1, momentum and an average, at any threads", async (t) => {
  const start = await trained(t, { epochs: 1 });
  const init = join(start.out, "model.safetensors");
  const frozen: Settings = { init, freeze: "0..5", l1: 0.01, ema: 0.9, optimizer: "sgd momentum=0.9 weight-decay=0.5" };
  const one = await trained(t, { ...frozen, threads: 1 });
  const three = await trained(t, { ...frozen, threads: 3 });
  assert.equal(one.outcome.result.weightsHash, three.outcome.result.weightsHash);
  for (const name of start.names) {
    const same = one.bytes(name) === start.bytes(name);
    assert.equal(same, /^[0-5]\./.test(name), name);
  }
  assert.match(one.notes.join("\n"), /Frozen: 96 numbers of 4 tensors; layers 0, 1, 2, 3, 4, 5 run as in evaluation\./);
  const [told, ofImages] = await Promise.all(
    [{}, { initializer: "whitening samples=20" }].map((more) => trained(t, { freeze: "0", epochs: 1, ...more })),
  ).then((runs) => runs.map(({ notes }) => notes.some((note) => note.includes("They keep their random start"))));
  assert.deepEqual([told, ofImages], [true, false], "what starts from the images is meant to stay");
  // Dropout of a frozen part draws nothing: another rate there is the same run.
  const other = await trained(t, { ...frozen, model: model.replace("drop 0.2", "drop 0.9") });
  assert.equal(other.outcome.result.weightsHash, one.outcome.result.weightsHash);
  // A part of a layer: its bias alone.
  const bias = await trained(t, { init, groups: "0 bias, 1: frozen", optimizer: "adamw weight-decay=0.5" });
  for (const name of start.names) {
    assert.equal(
      bias.bytes(name) === start.bytes(name),
      ["0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var"].includes(name),
      name,
    );
  }
});

test("through a frozen batch norm the gradient is that of scoring", async () => {
  const input = { height: 4, width: 4, channels: 2 };
  const layers = [
    { type: "conv2d", filters: 3, kernel: 3, padding: "same" },
    { type: "batch-norm", momentum: 0.1, epsilon: 1e-5 },
    { type: "tanh" },
    { type: "dropout", rate: 0.5 },
    { type: "flatten" },
    { type: "dense", units: 10 },
  ];
  const net = resolveNet({ input, classes: 10, layers });
  const optimizer = { name: "sgd", momentum: 0, nesterov: false, weightDecay: 0, decoupled: false };
  const { assignment, updaters } = parameterGroups(net, { optimizer, lr: 1, freeze: "1, 3" });
  const weights = weightsOf(net, "f64");
  const statistics = net.parameters.findIndex(({ name }) => name === "1.running_var");
  weights[statistics] = Float64Array.of(0.5, 2, 1.5);
  for (const ranks of [1, 2]) {
    const engine = engineOf(ranks);
    const options = {
      net,
      dtype: "f64",
      batchSize: 12,
      optimizer: ruleOf("sgd"),
      assignment,
      loss: lossOf("cross-entropy"),
    } as const;
    engine.configure({
      ...options,
      preprocessing: standardized(input),
      dataset: formulaDataset(12, input, 255),
      places: 12,
    });
    const lossAt = async (tensors: readonly Float64Array[]): Promise<number> => {
      engine.setParameters(tensors);
      const { answers } = await engine.score(identity(12));
      return Array.from(answers.losses).reduce((sum, loss) => sum + loss, 0) / 12;
    };
    engine.setParameters(weights);
    const totals = { loss: 0, correct: 0, samples: 0 };
    await engine.train({ order: identity(12), from: 0, epoch: 0, before: 0, totals, optimizer, updaters, lr: 1 });
    const after = engine.parameters();
    for (const [i, at] of [
      [0, 5],
      [0, 40],
      [1, 2],
    ]) {
      const moved = (by: number) =>
        weights.map((tensor, k) =>
          k === i ? (tensor as Float64Array).map((w, j) => (j === at ? w + by : w)) : (tensor as Float64Array),
        );
      const slope = ((await lossAt(moved(1e-5))) - (await lossAt(moved(-1e-5)))) / 2e-5;
      const gradient = weights[i][at] - after[i][at];
      assert.ok(Math.abs(slope - gradient) < 1e-8, `${net.parameters[i].name} ${at}: ${slope} ${gradient}`);
    }
    assert.deepEqual(after[2], weights[2]);
    assert.deepEqual(after[statistics], weights[statistics]);
    assert.ok(after[0] instanceof floatsOf("f64"));
  }
});

test("a group's decay of 0 is none: biases and norms have the bytes of a run without decay, weights differ", async (t) => {
  const once: Settings = { epochs: 1, batchSize: "full", optimizer: "sgd" };
  const plain = await trained(t, once);
  const decayed = await trained(t, { ...once, optimizer: "sgd weight-decay=0.5", groups: "bias, norm: decay 0" });
  for (const name of plain.names) {
    const isWeight = ["0.weight", "6.weight", "10.weight"].includes(name);
    assert.equal(plain.bytes(name) === decayed.bytes(name), !isWeight, name);
  }
});

test("each group has its own rate and optimizer, in proportion at every update, and a resume goes on with them", async (t) => {
  const groups = [
    { match: "last", lr: 0.1, optimizer: "sgd momentum=0.9 nesterov" },
    { match: "conv*", lr: 0.001 },
  ];
  const settings: Settings = { groups, schedule: "one-cycle", logSteps: true, epochs: 3 };
  const whole = await trained(t, settings);
  const rates = readMetrics(join(whole.out, "metrics.jsonl")).lines.filter(({ kind }) => kind === "step");
  for (const line of rates) {
    const { last, "conv*": conv, "all others": rest } = line["rates"] as Record<string, number>;
    assert.equal(rest, line["lr"]);
    assert.ok(Math.abs(last / rest - 10) < 1e-12 && Math.abs(conv / rest - 0.1) < 1e-14);
  }
  const out = join(temporaryFolder(t), "run");
  const controller = new AbortController();
  await train({
    config: configOf({ ...short, ...settings, out }),
    signal: controller.signal,
    onEvent: (event) => event.kind === "epoch" && controller.abort(),
  });
  const resumed = await train({ resume: out, config: configOf({ threads: 1 }) });
  assert.equal(resumed.status === "done" && resumed.result.weightsHash, whole.outcome.result.weightsHash);
  const lines = readMetrics(join(out, "metrics.jsonl")).lines.filter(({ kind }) => kind === "step");
  assert.deepEqual(
    lines.map((line) => line["rates"]),
    rates.map((line) => line["rates"]),
  );
});

test("where the rate follows validation, those of the groups follow with it, in what is logged too", async (t) => {
  const schedule = "plateau factor=0.5 patience=1 min-delta=9 warmup=2";
  const { out } = await trained(t, { groups: "last: lr 0.1", schedule, logSteps: true, epochs: 4, batchSize: "full" });
  const { lines } = readMetrics(join(out, "metrics.jsonl"));
  for (const kind of ["step", "epoch"]) {
    const rates = lines.filter((line) => line["kind"] === kind).map((line) => line["rates"] as Record<string, number>);
    const factors = [1 / 3, 2 / 3, 0.5, 0.25];
    for (const [i, factor] of factors.entries()) {
      assert.ok(Math.abs(rates[i]["all others"] - 0.01 * factor) < 1e-15, JSON.stringify(rates));
      assert.ok(Math.abs(rates[i]["last"] - 0.1 * factor) < 1e-14, JSON.stringify(rates));
    }
  }
});

test("--unfreeze-at: the first step of what was frozen is at most the rate; a resume before and after is the same run", async (t) => {
  const start = await trained(t, { epochs: 1 });
  const init = join(start.out, "model.safetensors");
  const settings: Settings = {
    init,
    freeze: "0..5",
    unfreezeAt: 3,
    epochs: 4,
    optimizer: "adam",
    lr: 0.01,
    batchSize: "full",
  };
  const whole = await trained(t, settings);
  assert.match(whole.notes.join("\n"), /Epoch 3: nothing is frozen/);
  const two = await trained(t, { ...settings, epochs: 3, validation: 0 });
  const before = readModel(init).tensors.find(({ name }) => name === "0.weight")!.data as Float32Array;
  const after = readModel(join(two.out, "model.safetensors")).tensors.find(({ name }) => name === "0.weight")!
    .data as Float32Array;
  const steps = Array.from(after, (w, i) => Math.abs(w - before[i]));
  assert.ok(Math.max(...steps) <= 0.01 * (1 + 1e-4) && Math.max(...steps) > 0.009, `${Math.max(...steps)}`);
  for (const stopAfter of [1, 2, 3]) {
    const out = join(temporaryFolder(t), "run");
    const controller = new AbortController();
    await train({
      config: configOf({ ...short, ...settings, out }),
      signal: controller.signal,
      onEvent: (event) => event.kind === "epoch" && event.epoch === stopAfter && controller.abort(),
    });
    const resumed = await train({ resume: out, config: configOf({ threads: 1 }) });
    assert.equal(
      resumed.status === "done" && resumed.result.weightsHash,
      whole.outcome.result.weightsHash,
      `${stopAfter}`,
    );
  }
});

test("summary's groups add up; a group of nothing, a typing error and contradictions are refused", async () => {
  const { groups } = await summarize("lenet5", { groups: "weight: lr 0.01" });
  assert.deepEqual(
    groups?.map(({ parameters }) => parameters),
    [61_470, 236],
  );
  const refuse = (given: object, message: RegExp) => assert.rejects(summarize("lenet5", given), refusal(2, message));
  await refuse(
    { groups: "bias: decay 0; 0 bias: lr 1" },
    /"0 bias" matches, got none that the groups before it left\. There are 0\.weight/,
  );
  await refuse({ groups: "bias, nrm: decay 0" }, /"nrm" matches, got none\./);
  await refuse(
    { groups: "bias: dekay 0" },
    /expected lr, decay, optimizer or frozen, got "dekay 0"\. Did you mean decay\?/,
  );
  await refuse({ groups: "bias: frozen, lr 1" }, /expected frozen alone, got lr beside it/);
  await refuse({ groups: "bias" }, /A colon stands before/);
  await refuse({ groups: "bias: lr 0" }, /expected a number above 0, got "0"/);
  await refuse({ freeze: "all" }, /expected something to train, got all of the net frozen/);
  await refuse({ freeze: "77" }, /freeze: expected tensors that "77" matches/);
  const net = resolveNet(buildNet("cs596-4conv-bn", {}));
  const optimizer = { name: "sgd" };
  const all = parameterGroups(net, {
    optimizer,
    lr: 1,
    groups: [
      { match: "norm", decay: 0 },
      { match: "0..2 weight", lr: 2 },
    ],
  });
  const counts = all.groups.map(({ parameters }) => parameters);
  assert.equal(
    counts.reduce((sum, each) => sum + each),
    net.parameterCount,
  );
  assert.ok(
    all.groups[0].tensors.every((name) =>
      net.layers.some(({ spec, place }) => spec.type === "batch-norm" && name.startsWith(`${place.name}.`)),
    ),
  );
});

test("the settings that say nothing alone are refused", async () => {
  const refused = (settings: Settings, message: RegExp) =>
    assert.rejects(train({ config: configOf({ ...short, ...settings, out: "none" }) }), refusal(2, message));
  await refused({ unfreezeAt: 2 }, /unfreeze-?[aA]t: expected --?freeze|unfreezeAt: expected freeze/);
  await refused({ freeze: "0", unfreezeAt: 9 }, /an epoch of the run, got 9 of 2/);
  await refused({ resetHead: true }, /reset-?[hH]ead: expected .*init/);
});

test("a norm over the whole gradient counts what is trained alone, and groups and frozen layers hold with it", async (t) => {
  const settings: Settings = {
    groups: "last: lr 0.1; 0..1: frozen",
    clipNorm: 0.1,
    optimizer: "sgd momentum=0.9",
    logSteps: true,
  };
  const one = await trained(t, { ...settings, threads: 1 });
  const three = await trained(t, { ...settings, threads: 3 });
  assert.equal(one.outcome.result.weightsHash, three.outcome.result.weightsHash);
  const start = await trained(t, { epochs: 1, lr: 1e-30 });
  for (const name of start.names) {
    if (/^[01]\.weight/.test(name)) assert.equal(one.bytes(name), start.bytes(name), name);
  }
  const norms = readMetrics(join(one.out, "metrics.jsonl")).lines.filter(({ kind }) => kind === "step");
  assert.ok(norms.every((line) => Number(line["gradientNorm"]) > 0));
});
