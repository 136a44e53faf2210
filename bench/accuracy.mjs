// Trains the nets of the source documents on real data and writes what they reach to bench/results/accuracy.md.
//
//   node bench/accuracy.mjs [--data-dir DIR] [--only TEXT] [--threads N] [--seed N] [--torch COMMAND] [--epochs N] [--subset N] [--out FILE]
//
// --torch names a Python that can import torch and numpy: each net is then trained there too, from the same first weights,
// with the same settings, on the same samples in an order of its own. Rows of earlier runs stay until they are run again.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: {
    "data-dir": { type: "string", default: process.env.HEDDLE_DATA_DIR },
    only: { type: "string", default: "" },
    threads: { type: "string", default: "2" },
    seed: { type: "string", default: "0" },
    torch: { type: "string" },
    // For a look whether it runs.
    epochs: { type: "string" },
    subset: { type: "string" },
    out: { type: "string", default: join(root, "bench/results/accuracy.md") },
  },
});
const dataDir = values["data-dir"];
const seed = Number(values.seed);
const { train } = await import("../dist/src/index.js");
const { findDataset } = await import("../dist/src/data/index.js");
const { fitPreprocessing } = await import("../dist/src/data/standardize.js");
const { buildNet } = await import("../dist/src/zoo/index.js");
const { resolveNet } = await import("../dist/src/nn/net.js");
const { initializeParameter } = await import("../dist/src/nn/initializers/index.js");

const adam = { optimizer: "adam", lr: 1e-3 };
const momentum = { optimizer: "sgd momentum=0.9", lr: 0.01 };
const mnist = { dataset: "mnist", standardize: "dataset" };
const fashion = { dataset: "fashion-mnist", epochs: 15, batchSize: 128 };
const cifar = { dataset: "cifar-10", batchSize: 64, allowMissing: true };
const cases = [
  { ...mnist, model: "lenet5", epochs: 5, batchSize: 16, ...momentum },
  {
    ...mnist,
    model: "lenet5",
    epochs: 5,
    batchSize: 16,
    ...momentum,
    augment: "rotate 8deg, shift 0.08, zoom 0.05",
    goal: 0.99,
  },
  { ...fashion, model: "cs596-1conv", ...adam, goal: 0.91 },
  { ...fashion, model: "cs596-3conv", ...adam },
  { ...fashion, model: "cs596-3conv", ...adam, augment: "cs596" },
  { ...fashion, model: "cs596-4conv-bn", ...adam, epochs: 10, standardize: "dataset", goal: 0.925 },
  { ...cifar, model: "kth-4.d", epochs: 15, ...adam, standardize: "centered", goal: 0.68 },
  { ...cifar, model: "dtu-mlp", epochs: 10, ...adam },
  { ...cifar, model: "lenet5", epochs: 10, ...adam },
];
const settingsOf = ({ batchSize, optimizer, lr, standardize = "unit", augment }) =>
  [
    `batch ${batchSize}`,
    `${optimizer} ${lr}`,
    standardize,
    `seed ${seed}`,
    ...(augment ? [`augment ${augment}`] : []),
  ].join(", ");

/** What PyTorch reaches with the same. */
async function torchAccuracy({ dataset, model, goal: _, ...settings }) {
  const folder = mkdtempSync(join(tmpdir(), "heddle-accuracy-"));
  try {
    const data = await findDataset(dataset).load({ dataDir, allowMissing: settings.allowMissing ?? false });
    const spec = buildNet(model, { input: data.shape, classes: data.classes.length });
    const net = resolveNet(spec);
    const everyone = Uint32Array.from({ length: data.train.count }, (_, i) => i);
    const preprocessing = fitPreprocessing(settings.standardize ?? "unit", data, everyone);
    const { scale, shift } = preprocessing;
    const tensors = net.parameters.flatMap((parameter, i) =>
      parameter.learned === false
        ? []
        : [Buffer.from(Float32Array.from(initializeParameter(parameter, i, seed)).buffer)],
    );
    writeFileSync(join(folder, "weights"), Buffer.concat(tensors));
    for (const split of ["train", "test"]) {
      writeFileSync(join(folder, `${split}.images`), data[split].images);
      writeFileSync(join(folder, `${split}.labels`), data[split].labels);
    }
    const shape = [data.shape.channels, data.shape.height, data.shape.width];
    const ask = { ...settings, layers: spec.layers, shape, scale, shift, seed, threads: Number(values.threads) };
    writeFileSync(join(folder, "ask.json"), JSON.stringify(ask));
    const [file, ...args] = values.torch.split(/\s+/);
    const { status, stdout } = spawnSync(file, [...args, join(root, "bench/peers/torch_accuracy.py"), folder], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (status !== 0) throw new Error(`${values.torch} ended with ${status}`);
    return JSON.parse(stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const file = values.out;
const fewer = {
  ...(values.epochs && { epochs: Number(values.epochs) }),
  ...(values.subset && { subset: Number(values.subset) }),
};
const rowStart = (each) => `| ${each.model} | ${each.dataset} | ${each.epochs} | ${settingsOf(each)} |`;
const old = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
const rows = cases.map((each) => old.find((line) => line.startsWith(rowStart(each))));
for (const [i, each] of cases.entries()) {
  const { goal, ...config } = each;
  if (!rowStart(each).includes(values.only)) continue;
  const folder = mkdtempSync(join(tmpdir(), "heddle-accuracy-"));
  const outcome = await train({
    config: {
      ...config,
      ...fewer,
      dataDir,
      seed,
      validation: 0,
      threads: Number(values.threads),
      out: join(folder, "run"),
    },
  });
  rmSync(folder, { recursive: true });
  const { test, seconds, threads, weightsHash } = outcome.result;
  const torch = values.torch && !each.augment ? await torchAccuracy(each) : null;
  const cells = [
    ...[
      each.model,
      each.dataset,
      each.epochs,
      settingsOf(each),
      test.values.accuracy.toFixed(4),
      goal ? `${goal}` : "",
    ],
    ...[
      `${seconds.toFixed(1)} s`,
      threads,
      torch ? torch.accuracy.toFixed(4) : "",
      torch ? `${torch.seconds.toFixed(1)} s` : "",
    ],
    `\`${weightsHash.slice(0, 23)}…\``,
  ];
  rows[i] = `| ${cells.join(" | ")} |`;
  process.stderr.write(`${rows[i]}\n`);
  const head = [
    "net",
    "data",
    "epochs",
    "settings",
    "test",
    "goal",
    "time",
    "threads",
    "PyTorch test",
    "its time",
    "weights",
  ];
  writeFileSync(
    file,
    [
      "# What nets reach",
      "",
      `Test accuracy with the weights of the last epoch, no validation split, ${cpus()[0].model.trim()}, ${cpus().length} cores,`,
      "`node bench/accuracy.mjs`. CIFAR-10 is trained on 40,000 images, without its fifth batch. Where PyTorch was run (`--torch`), it",
      "had the same net, first weights, settings and epochs.",
      "",
      `| ${head.join(" | ")} |`,
      `| ${head.map(() => "---").join(" | ")} |`,
      ...rows.filter((row) => row !== undefined),
      "",
    ].join("\n"),
  );
}
