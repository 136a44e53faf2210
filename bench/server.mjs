// Four `heddle train --threads 2` at once against the four one after the other, whole processes: what a shared server
// costs. On 2 cores the goal is 1.3 times at most.
//
//   npm run build && node bench/server.mjs [--rounds N] [--runs N] [--threads N] [--epochs N]
//                                                        HEDDLE_DATA_DIR: on MNIST; else on synthetic-digits-28
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    runs: { type: "string", default: "4" },
    threads: { type: "string", default: "2" },
    epochs: { type: "string" },
  },
});
const mnist = Boolean(process.env.HEDDLE_DATA_DIR);
const dataset = mnist ? "mnist" : "synthetic-digits-28";
const epochs = values.epochs ?? (mnist ? "2" : "20");
const heddle = fileURLToPath(new URL("../bin/heddle.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "heddle-server-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

let number = 0;
const train = () =>
  new Promise((resolve, reject) => {
    const args = ["train", "--dataset", dataset, "--model", "dtu-mlp", "--epochs", epochs, "--json"];
    const out = join(folder, String(number++));
    const child = spawn(process.execPath, [heddle, ...args, "--threads", values.threads, "--out", out], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    let text = "";
    child.stdout.on("data", (data) => (text += data));
    child.on("close", (code) =>
      code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`train ended with ${code}`)),
    );
  });
const timed = async (work) => {
  const start = performance.now();
  const results = await work();
  return { seconds: (performance.now() - start) / 1000, hashes: results.map(({ weightsHash }) => weightsHash) };
};
const runs = Array.from({ length: Number(values.runs) });
const inSequence = async () => {
  const results = [];
  for (const _ of runs) results.push(await train());
  return results;
};
const atOnce = () => Promise.all(runs.map(train));
const row = (cells) => console.log(`| ${cells.join(" | ")} |`);

console.log(`${runs.length} x heddle train --dataset ${dataset} --epochs ${epochs} --threads ${values.threads}\n`);
row(["round", "in sequence s", "at once s", "ratio"]);
row(["---", "---:", "---:", "---:"]);
const all = { sequence: [], once: [] };
const hashes = new Set();
for (let round = 1; round <= Number(values.rounds); round++) {
  const sequence = await timed(inSequence);
  const once = await timed(atOnce);
  all.sequence.push(sequence.seconds);
  all.once.push(once.seconds);
  for (const hash of [...sequence.hashes, ...once.hashes]) hashes.add(hash);
  row([round, sequence.seconds.toFixed(2), once.seconds.toFixed(2), (once.seconds / sequence.seconds).toFixed(2)]);
}
const [sequence, once] = [Math.min(...all.sequence), Math.min(...all.once)];
row(["best", sequence.toFixed(2), once.toFixed(2), `**${(once / sequence).toFixed(2)}**`]);
if (hashes.size !== 1) throw new Error(`the runs ended in different weights: ${[...hashes].join(", ")}`);
