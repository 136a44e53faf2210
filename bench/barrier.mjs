// Microseconds of a barrier: a program of nothing but barriers, run by worker threads. The goal is under 1 with a core for
// each rank; ranks beyond the cores sleep, as `Engine` has it.
//
//   npm run build && node bench/barrier.mjs [--seconds S]
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

const { loadBackend } = await import("../dist/src/kernels/index.js");
const { stepBlock } = await import("../dist/src/kernels/layout.js");
const { ProgramWriter } = await import("../dist/src/kernels/program-writer.js");

const barriers = 1000;
const words = { offset: 0, bytes: 512 };
const blockBytes = stepBlock.words * 8;
const endless = 0x7fffffff;

if (isMainThread) {
  const { values } = parseArgs({ options: { seconds: { type: "string", default: "2" } } });
  const cores = availableParallelism();
  console.log(`${cores} cores\n`);
  const row = (cells) => console.log(`| ${cells.join(" | ")} |`);
  row(["ranks", "wait by", "us a barrier, best", "median"]);
  row(["---:", "---", "---:", "---:"]);
  for (const [ranks, spin] of [...(cores >= 2 ? [[2, 1]] : []), [2, 0], [2 * cores, 0]]) {
    const buffer = new SharedArrayBuffer(512 + ranks * blockBytes);
    const lastRound = new Int32Array(new SharedArrayBuffer(4)).fill(endless);
    const shared = { buffer, lastRound, ranks, spin, seconds: Number(values.seconds) };
    const times = await Promise.all(
      Array.from({ length: ranks }, (_, rank) => {
        const worker = new Worker(new URL(import.meta.url), { workerData: { ...shared, rank } });
        return new Promise((resolve, reject) => worker.on("message", resolve).on("error", reject));
      }),
    );
    const [first] = times;
    const sorted = first.toSorted((a, b) => a - b);
    row([ranks, spin ? "spinning" : "sleeping", sorted[0].toFixed(3), sorted[sorted.length >> 1].toFixed(3)]);
  }
} else {
  const { buffer, lastRound, ranks, spin, seconds, rank } = workerData;
  const backend = loadBackend("native");
  const writer = new ProgramWriter(4, { offset: 512 + rank * blockBytes, bytes: blockBytes });
  for (let i = 0; i < barriers; i++) writer.add("barrier", { words, ranks, spin });
  const program = backend.load(writer.finish(), new Uint8Array(buffer));
  const times = [];
  const end = performance.now() + seconds * 1000;
  // Rank 0 names the last round one round before it: by its end all have met after the name was written.
  for (let round = 0; round <= Atomics.load(lastRound, 0); round++) {
    if (rank === 0 && performance.now() > end) Atomics.compareExchange(lastRound, 0, endless, round + 1);
    const start = performance.now();
    for (let at = 0; at >= 0; ) at = backend.run(program, at);
    times.push(((performance.now() - start) * 1000) / barriers);
  }
  // The first rounds wait for threads that still start.
  parentPort.postMessage(times.slice(Math.min(3, times.length - 1)));
}
