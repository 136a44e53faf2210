// Kills training with SIGKILL at ten seeded random lines of metrics.jsonl, resumes each time at another number of
// threads, and compares with the unbroken run, to the bit. Exit 1 where a single byte differs.
//
//   npm run build && node bench/kill.mjs [--seed S] [--kills N]        HEDDLE_DATA_DIR: on MNIST too
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const load = (module) => import(new URL(`../dist/${module}.js`, import.meta.url).href);
const { Stream } = await load("src/base/random");
const { comparable, killAtLine, metricsOf } = await load("test/robustness/kill");
const { start } = await load("test/robustness/program");

const options = { seed: { type: "string", default: "0" }, kills: { type: "string", default: "10" } };
const [seed, kills] = ["seed", "kills"].map((name) => Number(parseArgs({ options }).values[name]));
/** A run is killed, resumed, killed once more, and resumed to its end. */
const killsPerRun = 2;
const threadCounts = [1, 2, 3, 7, 16];

const dataDir = process.env.HEDDLE_DATA_DIR;
const cases = [
  {
    name: "synthetic-digits",
    settings: ["--model", "mlp:512-256", "--batch-size", "16", "--epochs", "8"],
    // 4,500 samples after validation.
    steps: Math.ceil(4500 / 16),
    epochs: 8,
  },
  dataDir && {
    name: "mnist",
    settings: ["--dataset", "mnist", "--data-dir", dataDir, "--subset", "5000", "--batch-size", "50", "--epochs", "4"],
    steps: 4500 / 50,
    epochs: 4,
  },
].filter(Boolean);

const json = ({ code, stdout, stderr }) => {
  if (code !== 0) throw new Error(`exit code ${code}:\n${stderr}`);
  return JSON.parse(stdout);
};
const row = (cells) => console.log(cells.map((cell, i) => String(cell).padEnd([17, 5, 8, 21, 24, 9][i])).join(" "));

const folder = mkdtempSync(join(tmpdir(), "heddle-kill-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
process.on("SIGINT", () => process.exit(130));

let different = 0;
let done = 0;
for (const [number, { name, settings, steps, epochs }] of cases.entries()) {
  const draws = new Stream(seed, "shuffle", number);
  const inFolder = { cwd: folder };
  const args = ["train", ...settings, "--log-steps", "--json", "--out"];
  const unbroken = json(await start([...args, `${name}-unbroken`, "--threads", "1"], inFolder).ended);
  const lines = comparable(metricsOf(join(folder, `${name}-unbroken`)));
  console.log(`${name}: ${epochs} epochs of ${steps} steps, unbroken ${unbroken.weightsHash}\n`);
  row(["kill at line", "of", "threads", "dead after line", "resume begins", "the bytes"]);
  for (let run = 0; run < kills / killsPerRun; run++) {
    const path = join(folder, `${name}-${run}`);
    const killed = [];
    let command = [...args, `${name}-${run}`];
    let threads = 0;
    const others = () => {
      const counts = threadCounts.filter((count) => count !== threads);
      return counts[draws.below(counts.length)];
    };
    for (let kill = 0; kill < killsPerRun; kill++) {
      // In the first half of what is left, so that there is something to kill.
      const before = metricsOf(path).length;
      const line = before + 1 + draws.below(Math.max(1, Math.floor((lines.length - before) / 2)));
      threads = others();
      const outcome = await killAtLine([...command, "--threads", threads], { ...inFolder, run: path, line });
      killed.push({ line, threads, ...outcome });
      command = ["train", "--resume", `${name}-${run}`, "--json"];
    }
    threads = others();
    const last = await start([...command, "--threads", threads], inFolder).ended;
    const { weightsHash, modelHash } = json(last);
    const same =
      weightsHash === unbroken.weightsHash &&
      modelHash === unbroken.modelHash &&
      comparable(metricsOf(path)).join("\n") === lines.join("\n") &&
      readFileSync(join(path, "model.safetensors")).equals(
        readFileSync(join(folder, `${name}-unbroken`, "model.safetensors")),
      );
    if (!same) different++;
    for (const [i, { line, threads: used, lines: left, signal }] of killed.entries()) {
      if (signal === "SIGKILL") done++;
      const { kind, epoch, step } = left.length > 0 ? JSON.parse(left[left.length - 1]) : {};
      const at = kind === "step" ? `epoch ${epoch}, step ${step}` : `epoch ${epoch}, whole`;
      const next = killed[i + 1] ?? { stderr: last.stderr, threads };
      const resumed = /^resumed in (epoch \d+, after \d+)/m.exec(next.stderr)?.[1] ?? "?";
      const verdict = i < killed.length - 1 ? "" : same ? "the same" : "DIFFERENT";
      row([line, lines.length, used, signal ? at : "ended before", `${resumed} (${next.threads} threads)`, verdict]);
    }
  }
  console.log();
}
console.log(
  `${done} kills, seed ${seed}: ${different === 0 ? "every run ended in the same bytes" : `${different} runs DIFFER`}`,
);
process.exitCode = different === 0 && done === kills * cases.length ? 0 : 1;
