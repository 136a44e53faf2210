// How long the end of an epoch holds the caller's thread: a timer that should come every millisecond, and the longest wait
// for it, in each epoch; and what the thread computed in that time, which a busy machine does not lengthen. Weights are
// looked at, packed, hashed and written then; the thread should stay free (under 50 ms).
//
//   npm run build && node bench/epoch-end.mjs [--model NET] [--epochs N] [--threads N] [--subset N]
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "mlp:2900-2900-2900" },
    epochs: { type: "string", default: "4" },
    // One, so that a core is left for the thread that is looked at.
    threads: { type: "string", default: "1" },
    subset: { type: "string", default: "1000" },
  },
});
const { train } = await import("../dist/src/index.js");
const folder = mkdtempSync(join(tmpdir(), "heddle-epoch-end-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

// Nanoseconds that this thread has had a core for.
const computed = () => Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
let [last, lastComputed, lastStep] = [performance.now(), computed(), 0];
let longest = { wall: 0, computed: 0 };
const tick = () => {
  const [now, own] = [performance.now(), computed()];
  longest = {
    wall: Math.max(longest.wall, now - last),
    computed: Math.max(longest.computed, own - lastComputed),
  };
  [last, lastComputed] = [now, own];
};
const timer = setInterval(tick, 1);

const row = (cells) => console.log(`| ${cells.join(" | ")} |`);
const onEvent = (event) => {
  tick();
  if (event.kind === "start") {
    console.log(`${event.header.model}, ${event.header.parameters} parameters, ${event.header.threads} threads\n`);
    row(["epoch", "thread held at most, ms", "of it computing, ms", "from the last progress to the epoch's event, ms"]);
    row(["---:", "---:", "---:", "---:"]);
    longest = { wall: 0, computed: 0 };
  }
  if (event.kind === "progress") lastStep = performance.now();
  if (event.kind === "epoch") {
    const end = performance.now() - lastStep;
    row([event.epoch, longest.wall.toFixed(1), longest.computed.toFixed(1), end.toFixed(0)]);
    longest = { wall: 0, computed: 0 };
  }
};
const config = {
  dataset: "synthetic-digits-28",
  model: values.model,
  epochs: Number(values.epochs),
  threads: Number(values.threads),
  subset: Number(values.subset),
  out: join(folder, "run"),
};
await train({ config, onEvent });
clearInterval(timer);
