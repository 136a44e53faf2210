// Time to accuracy beside PyTorch: `heddle repro NAME` and the same recipe in PyTorch, taking turns on the same cores.
//
//   node bench/speed.mjs [mnist-99|cifar10-94] --data-dir DIR [--rounds N] [--threads N] [--torch COMMAND] [--quick] [--out FILE]
//
// COMMAND starts a Python that can import torch, as for bench/race.mjs: --torch "env OMP_NUM_THREADS={threads} /usr/bin/python3".
// Prints a Markdown table with the medians and their ratio; without --torch, Heddle's alone.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "data-dir": { type: "string", default: process.env.HEDDLE_DATA_DIR },
    rounds: { type: "string", default: "3" },
    threads: { type: "string", default: "2" },
    torch: { type: "string" },
    quick: { type: "boolean", default: false },
    out: { type: "string" },
  },
});
const dataDir = values["data-dir"];
if (!dataDir) throw new Error("--data-dir or HEDDLE_DATA_DIR: the folder that holds the sets' folders");
const [name = "mnist-99"] = positionals;

function output(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: exit ${status}\n${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

function ours() {
  const out = mkdtempSync(join(tmpdir(), "heddle-speed-"));
  try {
    const args = ["repro", name, "--seeds", "1", "--out", join(out, "run"), "--data-dir", dataDir];
    const more = ["--threads", values.threads, "--json", "--quiet", ...(values.quick ? ["--quick"] : [])];
    const result = output(process.execPath, [join(root, "bin/heddle.js"), ...args, ...more]);
    return { accuracy: result.accuracy.mean, ...result.seconds, peakShare: result.peakShare, machine: result.machine };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** The options of a setting such as "adam betas=0.7,0.9". */
const option = (setting, name) => new RegExp(`${name}=([\\d.,]+)`).exec(setting)?.[1].split(",").map(Number);

/** The script of each recipe, and what it is told of the settings. */
const peers = {
  "mnist-99": {
    script: "torch_speed.py",
    recipe: ({ batchSize, lr, optimizer, schedule }) => ({
      batchSize,
      lr,
      betas: option(optimizer, "betas") ?? [0.9, 0.999],
      rise: option(schedule, "rise")?.[0] ?? 0.3,
    }),
  },
  "cifar10-94": {
    script: "torch_cifar94.py",
    recipe: ({ epochs, batchSize, subset = null, lr, optimizer, labelSmoothing }) => ({
      ...{ epochs, batchSize, subset, lr, labelSmoothing },
      momentum: option(optimizer, "momentum")[0],
      weightDecay: option(optimizer, "weight-decay")[0],
      adamwLr: option(optimizer, "adamw-lr")[0],
    }),
  },
};
if (!peers[name]) throw new Error(`expected ${Object.keys(peers).join(" or ")}, got ${name}`);
const { experiments } = await import("../dist/src/repro/experiments/index.js");
const { settings, quick } = experiments.find((experiment) => experiment.name === name);

function theirs(round) {
  const recipe = peers[name].recipe({ ...settings, ...(values.quick && quick) });
  const [command, ...args] = values.torch.replaceAll("{threads}", values.threads).split(" ");
  const script = join(root, "bench/peers", peers[name].script);
  return output(command, [...args, script, dataDir, values.threads, String(round), JSON.stringify(recipe)]);
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)];
const rounds = Number(values.rounds);
const runs = { Heddle: [], ...(values.torch && { PyTorch: [] }) };
for (let round = 0; round < rounds; round++) {
  runs.Heddle.push(ours());
  if (values.torch) runs.PyTorch.push(theirs(round));
}
const of = (name, key) => median(runs[name].map((run) => run[key]));
const { cpu, isa } = runs.Heddle[0].machine;
const lines = [
  `${name}${values.quick ? ", QUICK: no result" : ""}: ${cpu}, ${isa}, ${values.threads} threads, ${new Date().toISOString().slice(0, 10)}, medians of ${rounds} rounds in turns`,
  "",
  "| | test accuracy | training, s | command, s | share of FMA peak |",
  "| --- | ---: | ---: | ---: | ---: |",
  ...Object.keys(runs).map((name) => {
    const share = runs[name][0].peakShare === undefined ? "" : `${(100 * of(name, "peakShare")).toFixed(1)} %`;
    return `| ${name} | ${of(name, "accuracy").toFixed(4)} | ${of(name, "training").toFixed(3)} | ${of(name, "command").toFixed(3)} | ${share} |`;
  }),
  ...(values.torch
    ? ["", `PyTorch takes ${(of("PyTorch", "training") / of("Heddle", "training")).toFixed(2)} times as long to train.`]
    : []),
];
console.log(lines.join("\n"));
if (values.out) writeFileSync(values.out, `${lines.join("\n")}\n`);
