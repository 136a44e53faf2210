// Requests a second that `heddle serve` answers, by autocannon: one image of MNIST's size a request, no pipelining, the server on
// one core and the client on another. First as many as come (a closed loop, which hides stalls), then 1,000 a second.
//
//   npm run build && node bench/serve.mjs --autocannon DIR [--model NET] [--seconds S] [--connections N]
//
// DIR is a folder where autocannon is installed (npm install autocannon). Errors, timeouts and answers other than 2xx end it with 1.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    autocannon: { type: "string" },
    model: { type: "string", default: "lenet5" },
    seconds: { type: "string", default: "10" },
    connections: { type: "string", default: "8" },
    rate: { type: "string", default: "1000" },
  },
});
if (!values.autocannon) throw new Error("--autocannon DIR: where autocannon is installed");
const heddle = fileURLToPath(new URL("../bin/heddle.js", import.meta.url));
const { encodePng } = await import("../dist/src/formats/png.js");
const { findDataset } = await import("../dist/src/index.js");
const autocannon = createRequire(join(resolve(values.autocannon), "x.js"))("autocannon");

const folder = mkdtempSync(join(tmpdir(), "heddle-serve-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const run = join(folder, "run");
const train = [
  "train",
  "--dataset",
  "synthetic-digits-28",
  "--model",
  values.model,
  "--epochs",
  "1",
  "--out",
  run,
  "--no-report",
];
const { status, stderr } = spawnSync(process.execPath, [heddle, ...train], { encoding: "utf8" });
if (status !== 0) throw new Error(stderr);
const { train: images, shape } = await findDataset("synthetic-digits-28").load({});
const pixels = images.images.subarray(0, shape.height * shape.width);
const forms = {
  PNG: Buffer.from(encodePng({ ...shape, pixels })),
  "JSON of pixels": JSON.stringify({ images: [[...pixels]] }),
};

// This process is the client, on the second core.
spawnSync("taskset", ["-acp", "1", String(process.pid)]);
const server = spawn("taskset", ["-c", "0", process.execPath, heddle, "serve", run, "--port", "0"], {
  stdio: ["ignore", "pipe", "inherit"],
});
process.on("exit", () => server.kill("SIGKILL"));
const url = await new Promise((done) => server.stdout.setEncoding("utf8").once("data", (text) => done(text.trim())));

const shoot = (body, more) =>
  autocannon({
    url: `${url}/predict`,
    method: "POST",
    body,
    connections: Number(values.connections),
    pipelining: 1,
    duration: Number(values.seconds),
    ...more,
  });
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1]) / 1024;
/** Seconds of the processor that the server has taken; what other programs do to the times above it leaves alone. */
const computing = () => {
  const [, rest] = readFileSync(`/proc/${server.pid}/stat`, "utf8").split(") ");
  const fields = rest.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
console.log(
  "| body | load | requests/s | CPU us a request | mean ms | p50 ms | p99 ms | slowest ms | errors, timeouts, non-2xx |",
);
console.log("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
for (const [form, body] of Object.entries(forms)) {
  // Both ways, for the client is compiled as it runs too.
  for (const more of [{}, { overallRate: Number(values.rate) }]) await shoot(body, { duration: 2, ...more });
  for (const [load, more] of [
    [`${values.connections} connections`, {}],
    [`${values.rate} a second`, { overallRate: Number(values.rate) }],
  ]) {
    const before = computing();
    const { requests, latency, errors, timeouts, non2xx } = await shoot(body, more);
    const cpu = Math.round((1e6 * (computing() - before)) / requests.total);
    const cells = [form, load, Math.round(requests.average), cpu, latency.mean, latency.p50, latency.p99, latency.max];
    console.log(`| ${[...cells, `${errors}, ${timeouts}, ${non2xx}`].join(" | ")} |`);
    if (errors + timeouts + non2xx > 0) process.exitCode = 1;
  }
}
console.log(`\nmemory of the server at the end: ${memory().toFixed(0)} MiB`);
const ended = new Promise((done) => server.once("exit", done));
const stopping = performance.now();
server.kill("SIGTERM");
await ended;
console.log(`stopped within ${((performance.now() - stopping) / 1000).toFixed(1)} s`);
process.exit();
