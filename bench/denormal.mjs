// A training step on denormal numbers against one on normal numbers, taking turns: the goal is within 10 %. (On this kind
// of CPU a denormal costs a hundred cycles or more, unless it counts as zero.)
//
//   npm run build && node bench/denormal.mjs [--rounds N]
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "100" } } });
const load = (module) => import(new URL(`../dist/src/${module}.js`, import.meta.url).href);
const { Engine } = await load("engine/engine");
const { initializeParameter } = await load("nn/initializers/index");
const { lossOf } = await load("losses/index");
const { resolveNet } = await load("nn/net");
const { ruleOf } = await load("optim/index");
const { buildNet } = await load("zoo/index");

const batchSize = 64;
const steps = 2;
const samples = batchSize * steps;

/** An engine, and a function that times a few steps of it in milliseconds a step. */
async function open(net, optimizerName, { weights = 1, input = 1 }) {
  const engine = new Engine(1, "native");
  const optimizer = ruleOf(optimizerName);
  const { height, width, channels } = net.spec.input;
  const images = Uint8Array.from({ length: samples * height * width * channels }, (_, i) => 1 + ((i * 7919) % 255));
  const labels = Uint16Array.from({ length: samples }, (_, i) => i % net.spec.classes);
  engine.configure({
    ...{ net, optimizer, batchSize, dtype: "f32", loss: lossOf("cross-entropy"), places: samples },
    dataset: { train: { count: samples, images, labels }, test: null },
    preprocessing: {
      ...{ standardize: "unit", kind: "affine", height, width, channels },
      scale: Array(channels).fill(input / 255),
      shift: Array(channels).fill(0),
    },
  });
  const tensors = net.parameters.map((spec, i) =>
    Float32Array.from(initializeParameter(spec, i, 0, undefined), (w) => w * weights),
  );
  const order = Uint32Array.from({ length: samples }, (_, i) => i);
  const totals = { loss: 0, correct: 0, samples: 0 };
  const job = { order, from: 0, before: 0, epoch: 0, totals, optimizer: optimizerName };
  const time = async () => {
    // The first update makes a denormal weight zero: they are written anew each time.
    engine.setParameters(tensors);
    const [{ seconds }] = await engine.train({ ...job, lr: 1e-4 });
    return (seconds / steps) * 1000;
  };
  return { time, close: () => engine.close() };
}

const row = (cells) => console.log(`| ${cells.join(" | ")} |`);
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
row(["net", "optimizer", "numbers", "ms a step, best", "median", "times normal", "of medians"]);
row(["---", "---", "---", ...Array(4).fill("---:")]);
for (const name of ["digits-mlp", "dtu-mlp"]) {
  for (const optimizerName of ["sgd", "adam"]) {
    const net = resolveNet(buildNet(name, {}));
    const cases = [
      ["normal", {}],
      ["weights of 1e-40", { weights: 1e-39 }],
      ["inputs of 1e-37, sums below", { input: 1e-37 }],
    ];
    const engines = [];
    for (const [, scales] of cases) engines.push(await open(net, optimizerName, scales));
    const times = cases.map(() => []);
    for (let round = 0; round < 10 + Number(values.rounds); round++) {
      for (const [i, { time }] of engines.entries()) {
        const ms = await time();
        if (round >= 10) times[i].push(ms);
      }
    }
    for (const { close } of engines) await close();
    for (const [i, [what]] of cases.entries()) {
      const best = Math.min(...times[i]);
      const ratios = [best / Math.min(...times[0]), median(times[i]) / median(times[0])].map((ratio) =>
        ratio.toFixed(2),
      );
      row([name, optimizerName, what, best.toFixed(4), median(times[i]).toFixed(4), `**${ratios[0]}**`, ratios[1]]);
    }
  }
}
