// Memory of a run from the end of epoch 1 over 10,000 steps, read at the end of each epoch. The goal: RSS grows by less
// than 1 % or 4 MB, `external` and `arrayBuffers` stay. With --gc the main thread's garbage is collected before each
// reading: what grows then is held.
//
//   npm run build && node bench/memory.mjs [--steps N] [--threads N] [--gc]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "10000" },
    threads: { type: "string", default: "2" },
    gc: { type: "boolean", default: false },
  },
});
setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");
const read = () => {
  // The second collection waits for the sweeping of the first.
  if (values.gc) for (let i = 0; i < 2; i++) gc();
  return process.memoryUsage();
};
const { train } = await import("../dist/src/index.js");
const { trainConfigSchema } = await import("../dist/src/config/schema.js");

const folder = mkdtempSync(join(tmpdir(), "heddle-memory-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
const row = (cells) => console.log(`| ${cells.join(" | ")} |`);
const kinds = ["rss", "heapUsed", "external", "arrayBuffers"];
row(["net", "batch", "steps", "", "after epoch 1 MB", "half way", "at the end", "most", "growth MB", "%"]);
row(["---", "---:", "---:", "---", ...Array(6).fill("---:")]);
for (const [net, dataset, batchSize] of [
  ["digits-mlp", "synthetic-digits", 16],
  ["dtu-mlp", "synthetic-digits-28", 16],
]) {
  // Both sets: 5,000 samples, of which a tenth is kept for validation.
  const perEpoch = Math.ceil(4500 / batchSize);
  const epochs = 1 + Math.ceil(Number(values.steps) / perEpoch);
  const settings = { model: net, dataset, batchSize, epochs, threads: Number(values.threads), out: join(folder, net) };
  const readings = [];
  const onEvent = ({ kind }) => kind === "epoch" && readings.push(read());
  const { status } = await train({ config: trainConfigSchema.parse(settings), sources: {}, onEvent });
  if (status !== "done" || readings.length !== epochs) throw new Error(`${net}: ${status}`);
  for (const kind of kinds) {
    const list = readings.map((reading) => reading[kind]);
    const [first, last] = [list[0], list[list.length - 1]];
    const growth = last - first;
    const cells = [first, list[list.length >> 1], last, Math.max(...list), growth].map(megabytes);
    row([net, batchSize, perEpoch * (epochs - 1), kind, ...cells, ((growth / first) * 100).toFixed(1)]);
  }
}
