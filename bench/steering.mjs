// What steering a training costs, each beside what it is compared with, taking turns, the best of each; in seconds of a core
// (all threads of the process), which other programs on the machine disturb least.
//
//   update of N parameters     over a plain copy that moves the same bytes (what is read and written, half of it each)     goal 1.3
//   Muon                       share of a step: the step less the same with sgd's momentum, over the step                   goal 8 %
//   checkpoints                every 100 updates of dtu-mlp: an epoch more than with none within it                         goal 5 %
//   a frozen trunk             a step without over a step with all but the last dense layers frozen                         goal 1.8
//
//   npm run build && HEDDLE_DATA_DIR=… node bench/steering.mjs [--rounds 7] [--millions 10] [--threads 1]
//     [--net cifar-speedrun] [--batch 256] [--dataset mnist] [--subset 20000]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    millions: { type: "string", default: "10" },
    threads: { type: "string", default: "1" },
    net: { type: "string", default: "cifar-speedrun" },
    batch: { type: "string", default: "256" },
    dataset: { type: "string", default: "mnist" },
    subset: { type: "string", default: "20000" },
  },
});
const [rounds, threads, batchSize] = [values.rounds, values.threads, values.batch].map(Number);
const load = (module) => import(new URL(`../dist/src/${module}.js`, import.meta.url).href);
const { Engine } = await load("engine/engine");
const { train } = await load("index");
const { loadBackend } = await load("kernels/index");
const { ruleScalars, stepBlock } = await load("kernels/layout");
const { ProgramWriter } = await load("kernels/program-writer");
const { initializeParameter } = await load("nn/initializers/index");
const { lossOf } = await load("losses/index");
const { resolveNet } = await load("nn/net");
const { parameterGroups } = await load("run/parameter-groups");
const { readSetting } = await load("base/setting");
const { loopNames, optimizers, ruleOf } = await load("optim/index");
const { writeStepNumbers } = await load("engine/rules");
const { buildNet } = await load("zoo/index");

/** Seconds of a core. */
async function cost(work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
/** The least of each, one after the other in every round. */
async function leastOf(...works) {
  const best = works.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    for (const [i, work] of works.entries()) best[i] = Math.min(best[i], await cost(work));
  }
  return best;
}
const row = (...cells) => console.log(`| ${cells.join(" | ")} |`);
const ms = (seconds) => (seconds * 1000).toFixed(2);

row("what", "ms", "beside", "ms", "result", "goal");
row("---", "---:", "---", "---:", "---:", "---:");

/** One rank's update of a flat row of parameters, and a copy of as many bytes. */
async function updates(optimizer) {
  const backend = loadBackend("native");
  const numbers = Math.ceil((Number(values.millions) * 1e6) / 16) * 16;
  const rule = ruleOf(optimizer);
  const rows = 2 + rule.state.length;
  const first = Math.ceil((stepBlock.words * 8) / 64) * 64;
  const arena = new Uint8Array(new SharedArrayBuffer(first + rows * numbers * 4));
  new Float32Array(arena.buffer, first).fill(0.01);
  const region = (i) => ({ offset: first + i * numbers * 4, bytes: numbers * 4 });
  const writer = new ProgramWriter(4, { offset: 0, bytes: stepBlock.words * 8 });
  const state = rule.state.map((_, i) => region(2 + i));
  const vectors = [0, numbers / 16];
  writer.add("flatUpdate", { w: region(0), g: region(1), state, vectors, optimizer: loopNames.indexOf(rule.loop) });
  const program = backend.load(writer.finish(), arena);
  const block = new Float64Array(arena.buffer, 0, stepBlock.words);
  block[stepBlock.start] = block[stepBlock.finish] = 1;
  writeStepNumbers(block.subarray(stepBlock.hyperparameters, stepBlock.hyperparameters + ruleScalars), rule, 1, {
    lr: 1e-6,
  });
  // Weights and gradient are read, weights written; each kind of state is both.
  const moved = ((3 + 2 * rule.state.length) * numbers * 4) / 2;
  const [from, to] = [new Uint8Array(moved).fill(1), new Uint8Array(moved).fill(2)];
  const run = () => {
    for (let status = 0; status >= 0; ) status = backend.run(program, status);
  };
  const [update, copy] = await leastOf(run, () => void to.set(from));
  row(
    `${optimizer}, ${values.millions} M`,
    ms(update),
    "a copy",
    ms(copy),
    `${(update / copy).toFixed(2)} times`,
    "1.3",
  );
  backend.unload(program);
}

const engine = new Engine(threads, "native");
/** A few steps of a net, as an engine makes them. */
function stepper(name, { optimizer, freeze }, input) {
  const net = resolveNet(buildNet(name, { input, classes: 10 }));
  const { height, width, channels } = net.spec.input;
  const images = Uint8Array.from({ length: batchSize * height * width * channels }, (_, i) => (i * 7919) % 255);
  const labels = Uint16Array.from({ length: batchSize }, (_, i) => i % 10);
  const setting = readSetting(optimizers, optimizer, { where: "optimizer", what: "an optimizer" });
  const { assignment, updaters } = parameterGroups(net, { optimizer: setting, lr: 1e-4, freeze });
  const tensors = net.parameters.map((spec, i) => Float32Array.from(initializeParameter(spec, i, 0, undefined)));
  const order = Uint32Array.from({ length: batchSize }, (_, i) => i);
  return {
    prepare() {
      engine.configure({
        ...{ net, optimizer: ruleOf(optimizer), assignment, batchSize, dtype: "f32", loss: lossOf("cross-entropy") },
        ...{ places: batchSize, dataset: { train: { count: batchSize, images, labels }, test: null } },
        preprocessing: {
          ...{ standardize: "unit", kind: "affine", height, width, channels },
          ...{ scale: Array(channels).fill(1 / 255), shift: Array(channels).fill(0) },
        },
      });
      engine.setParameters(tensors);
    },
    step: () =>
      engine.train({
        ...{ order, from: 0, before: 0, epoch: 0, totals: { loss: 0, correct: 0, samples: 0 } },
        ...{ optimizer, updaters, lr: 1e-4 },
      }),
  };
}
/** The least of each in turns; a step is timed alone, its plan is not. */
async function steps(...steppers) {
  const best = steppers.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    for (const [i, { prepare, step }] of steppers.entries()) {
      prepare();
      await step();
      for (let n = 0; n < 2; n++) best[i] = Math.min(best[i], await cost(step));
    }
  }
  return best;
}

for (const optimizer of ["sgd", "sgd momentum=0.9", "adagrad", "rmsprop", "adam", "adamw"]) await updates(optimizer);

const color = { height: 32, width: 32, channels: 3 };
const [muon, momentum] = await steps(
  stepper(values.net, { optimizer: "muon" }, color),
  stepper(values.net, { optimizer: "sgd momentum=0.9" }, color),
);
const share = ((muon - momentum) / muon) * 100;
row(
  `${values.net}, batch ${batchSize}: muon`,
  ms(muon),
  "momentum",
  ms(momentum),
  `${share.toFixed(1)} % of a step`,
  "8 %",
);

const [whole, frozen] = await steps(
  stepper("cs596-3conv", { optimizer: "adam" }),
  stepper("cs596-3conv", { optimizer: "adam", freeze: "conv2d" }),
);
row(
  "cs596-3conv, all trained",
  ms(whole),
  "convolutions frozen",
  ms(frozen),
  `${(whole / frozen).toFixed(2)} times`,
  "1.8",
);
await engine.close();

const folder = mkdtempSync(join(tmpdir(), "heddle-steering-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
for (let round = 0; round < Math.min(rounds, 3); round++) {
  for (const [i, checkpointEvery] of ["100steps", "10epochs"].entries()) {
    let before = process.cpuUsage();
    const onEvent = ({ kind, epoch }) => {
      if (kind !== "epoch") return;
      const { user, system } = process.cpuUsage(before);
      if (epoch > 1) best[i] = Math.min(best[i], (user + system) / 1e6);
      before = process.cpuUsage();
    };
    const config = {
      dataset: values.dataset,
      model: "dtu-mlp",
      batchSize: 64,
      subset: Number(values.subset),
      epochs: 3,
    };
    const out = join(folder, `${round}-${i}`);
    await train({ config: { ...config, threads, checkpointEvery, out, lr: 1e-5 }, onEvent, report: false });
    rmSync(out, { recursive: true });
  }
}
const more = (best[0] / best[1] - 1) * 100;
row(
  "dtu-mlp, a checkpoint every 100 updates",
  ms(best[0]),
  "none within an epoch",
  ms(best[1]),
  `${more.toFixed(1)} %`,
  "5 %",
);
