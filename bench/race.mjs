// Races Heddle with its peers on this machine, taking turns, and writes bench/results/<machine>.md.
//
//   npm run bench -- [--race gemm|mlp|conv]… [--name NAME] [--seconds S] [--rounds N] [--torch NAME=COMMAND]… [--keras NAME=COMMAND]… [--blas NAME=LIBRARY]… [--note TEXT]… [--out DIR] [--check FILE]
//
// COMMAND starts a Python that can import torch (or keras and tensorflow), with whatever environment it needs; {threads} becomes the number of
// threads, which PyTorch's own setting does not tell its BLAS, e.g.
//   --torch "PyTorch=env OMP_NUM_THREADS={threads} OPENBLAS_NUM_THREADS={threads} /usr/bin/python3"
// --check FILE: a page that was written before; ends with 1 where a ratio is lower than there by more than 5 %.
// A NAME that ends in "channels-last" has its tensors so. LIBRARY exports sgemm_ or dnnl_sgemm. Peers that are not given are left out of the tables.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fallen } from "./race/fallen.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: {
    race: { type: "string", multiple: true, default: ["gemm", "mlp"] },
    name: { type: "string" },
    seconds: { type: "string", default: "1.5" },
    rounds: { type: "string", default: "4" },
    torch: { type: "string", multiple: true, default: [] },
    keras: { type: "string", multiple: true, default: [] },
    check: { type: "string" },
    blas: { type: "string", multiple: true, default: [] },
    out: { type: "string", default: join(root, "bench/results") },
    note: { type: "string", multiple: true, default: [] },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const { benchStep } = await import("../dist/src/measure/step.js");
const { buildNet } = await import("../dist/src/zoo/index.js");
const { measuredPeak } = await import("../dist/src/measure/peak.js");
const { loadBackend } = await import("../dist/src/kernels/index.js");

const backend = loadBackend("native");
const cpu = cpus()[0].model.trim();
const name = values.name ?? cpu.toLowerCase().replace(/[^a-z0-9]+/g, "-");
const peak = { f32: measuredPeak(backend, "f32"), f64: measuredPeak(backend, "f64") };
const lines = [
  `# ${cpu}, ${cpus().length} cores, ${backend.isa}`,
  "",
  `Measured ${new Date().toISOString().slice(0, 10)} with \`npm run bench\`; peers take turns with Heddle, ${rounds} rounds, bests.`,
  `FMA peak of one core: ${(peak.f32 / 1e9).toFixed(0)} GFLOP/s in f32, ${(peak.f64 / 1e9).toFixed(0)} in f64.`,
];
for (const note of values.note) lines.push(note);
const log = (text) => process.stderr.write(`${text}\n`);
const pair = (text) => {
  const at = text.indexOf("=");
  return [text.slice(0, at), text.slice(at + 1)];
};
const table = (head, rows) => {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  lines.push("", line(head), line(head.map((_, i) => (i === 0 ? "---" : "---:"))), ...rows.map(line));
};

/** A framework that answers one line per question. */
class Peer {
  constructor({ text, script }, threads) {
    const [label, command] = pair(text);
    this.label = label;
    const [file, ...args] = command.replaceAll("{threads}", threads).split(/\s+/);
    this.child = spawn(file, [...args, join(root, "bench/peers", script)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }
  async read() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.label} ended without an answer`);
    return JSON.parse(value);
  }
  ask(net, batch, threads) {
    const { input, layers } = buildNet(net, {});
    const shape = [input.channels, input.height, input.width];
    const channelsLast = this.label.endsWith("channels-last");
    this.child.stdin.write(`${JSON.stringify({ layers, shape, batch, threads, seconds, channelsLast })}\n`);
    return this.read();
  }
}

const nets = {
  mlp: [
    ["digits-mlp", 64],
    ["dtu-mlp", 64],
    ["dtu-mlp", 512],
    ["cs596-2layer", 512],
  ],
  conv: [
    ["lenet5", 64],
    ["cs596-1conv", 512],
    ["cs596-3conv", 512],
    ["cs596-4conv-bn", 128],
    ["cs596-vgg", 128],
    ["cs596-vgg-bn", 64],
    ["kth-3.2", 64],
    ["kth-4.d", 64],
    ["vgg16-cifar", 64],
  ],
};

async function raceSteps(cases) {
  const given = (texts, script) => texts.map((text) => ({ text, script, label: pair(text)[0], version: "" }));
  const peers = [...given(values.torch, "torch_step.py"), ...given(values.keras, "keras_step.py")];
  const rows = [];
  const single = new Map();
  for (const threads of [1, 2]) {
    const racers = peers.map((peer) => new Peer(peer, threads));
    for (const [i, racer] of racers.entries()) peers[i].version = (await racer.read()).version;
    for (const [net, batch] of cases) {
      const best = { ms: Infinity, median: Infinity, share: 0, peers: racers.map(() => Infinity) };
      for (let round = 0; round < rounds; round++) {
        const ours = await benchStep({
          model: net,
          batchSize: batch,
          threads,
          optimizer: "adam",
          dtype: "f32",
          backend: "native",
          seconds,
        });
        if (ours.msPerStep.best < best.ms) Object.assign(best, { ms: ours.msPerStep.best, share: ours.peakShare });
        best.median = Math.min(best.median, ours.msPerStep.median);
        for (const [i, racer] of racers.entries())
          best.peers[i] = Math.min(best.peers[i], (await racer.ask(net, batch, threads)).best);
      }
      const key = `${net} ${batch}`;
      if (threads === 1) single.set(key, best.ms);
      log(
        `${key}, ${threads} threads: ${best.ms.toFixed(4)} ms; peers ${best.peers.map((ms) => ms.toFixed(4)).join(", ")}`,
      );
      const times = threads === 1 ? "" : (single.get(key) / best.ms).toFixed(2);
      rows.push([
        net,
        batch,
        threads,
        best.ms.toFixed(4),
        best.median.toFixed(4),
        `${(best.share * 100).toFixed(0)} %`,
        times,
        ...best.peers.flatMap((ms) => [ms.toFixed(3), `**${(ms / best.ms).toFixed(2)}**`]),
      ]);
    }
    for (const { child } of racers) child.stdin.end();
  }
  lines.push(
    "",
    "## Training step",
    "",
    "Adam, softmax cross-entropy, f32, synthetic input. Heddle's step gathers and standardizes from bytes;",
    "`times` is the peer's best over Heddle's best.",
  );
  const head = ["net", "batch", "threads", "Heddle ms", "median", "of peak", "times 1 thread"];
  table([...head, ...peers.flatMap(({ label, version }) => [`${label} ${version} ms`, "times"])], rows);
}

function raceGemm() {
  const folder = mkdtempSync(join(tmpdir(), "heddle-race-"));
  const program = join(folder, "gemm_race");
  const run = (file, args, options = {}) => {
    const { status, stdout } = spawnSync(file, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
      ...options,
    });
    if (status !== 0) throw new Error(`${file} ended with ${status}`);
    return stdout;
  };
  try {
    if (!existsSync(join(root, "native/build/Release/libheddle_blas.so")))
      run("npm", ["run", "--silent", "build:blas"], { cwd: root });
    run(process.env.CXX ?? "c++", ["-O2", "-std=c++17", join(root, "bench/peers/gemm_race.cc"), "-o", program, "-ldl"]);
    const libraries = [`heddle=${join(root, "native/build/Release/libheddle_blas.so")}`, ...values.blas];
    const env = { ...process.env, OPENBLAS_NUM_THREADS: "1", BLIS_NUM_THREADS: "1", OMP_NUM_THREADS: "1" };
    const peers = values.blas.map((text) => pair(text)[0]);
    const results = JSON.parse(run(program, [String(seconds / 4), ...libraries], { env }));
    lines.push(
      "",
      "## Matrix product, one thread",
      "",
      "GFLOP/s, m x n x k, row-major, warm, best of many; `ratio` to the best of the peers.",
    );
    table(
      ["shape", "", "Heddle", "of peak", ...peers, "ratio"],
      results.map((row) => {
        const best = Math.max(...peers.map((peer) => row[peer] ?? 0));
        return [
          row.shape,
          row.type,
          row.heddle,
          `${((row.heddle * 1e11) / peak[row.type]).toFixed(0)} %`,
          ...peers.map((peer) => row[peer] ?? ""),
          best > 0 ? `**${(row.heddle / best).toFixed(2)}**` : "",
        ];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const race of values.race) {
  if (race === "gemm") raceGemm();
  else await raceSteps(nets[race]);
}
const before = values.check === undefined ? null : readFileSync(values.check, "utf8");
mkdirSync(values.out, { recursive: true });
const file = join(values.out, `${name}.md`);
const page = `${lines.join("\n")}\n`;
writeFileSync(file, page);
log(`wrote ${file}`);
if (before !== null) {
  const { compared, fell } = fallen(before, page);
  for (const { name, from, to } of fell) log(`fell: ${name}: from ${from} to ${to}`);
  log(`${compared} ratios compared with ${values.check}, ${fell.length} fell by more than 5 %`);
  // Nothing to compare is no success.
  process.exitCode = compared > 0 && fell.length === 0 ? 0 : 1;
}
