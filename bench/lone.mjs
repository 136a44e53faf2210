// How long one request after the other waits at `heddle serve`, beside what the same model takes in this process for the same
// PNG: medians. A lone request is to start at once: at most twice the model's own time and 1 ms more.
//
//   npm run build && node bench/lone.mjs [--model NET] [--requests N] [--hold]
//
// The server has core 0, this process core 1; both are asked in turn, so that a busy machine slows both. With --hold more ends with 1.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "lenet5" },
    requests: { type: "string", default: "3000" },
    hold: { type: "boolean", default: false },
  },
});
const heddle = fileURLToPath(new URL("../bin/heddle.js", import.meta.url));
const { encodePng } = await import("../dist/src/formats/png.js");
const { decodeImage, findDataset, openPredictor } = await import("../dist/src/index.js");

const folder = mkdtempSync(join(tmpdir(), "heddle-lone-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const run = join(folder, "run");
const train = `train --dataset synthetic-digits-28 --model ${values.model} --max-steps 50 --no-report --out`.split(" ");
const { status, stderr } = spawnSync(process.execPath, [heddle, ...train, run], { encoding: "utf8" });
if (status !== 0) throw new Error(stderr);
const { train: images, shape } = await findDataset("synthetic-digits-28").load({});
const png = Buffer.from(encodePng({ ...shape, pixels: images.images.subarray(0, shape.height * shape.width) }));

spawnSync("taskset", ["-acp", "1", String(process.pid)]);
const onCore = ["-c", "0", process.execPath, heddle, "serve", run, "--port", "0"];
const server = spawn("taskset", onCore, { stdio: ["ignore", "pipe", "inherit"] });
process.on("exit", () => server.kill("SIGKILL"));
const url = await new Promise((done) => server.stdout.setEncoding("utf8").once("data", (text) => done(text.trim())));
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const ask = () =>
  new Promise((done, failed) => {
    const asked = request(`${url}/predict`, { method: "POST", agent }, (answer) => {
      answer.resume();
      answer.on("end", () => (answer.statusCode === 200 ? done() : failed(new Error(`${answer.statusCode}`))));
    });
    asked.on("error", failed);
    asked.end(png);
  });
const predictor = openPredictor(run);
const times = { request: [], own: [] };
const timed = async (kind, what) => {
  const began = performance.now();
  await what();
  times[kind].push(performance.now() - began);
};
for (let i = 0; i < Number(values.requests); i++) {
  await timed("request", ask);
  await timed("own", async () => predictor.predictImages([await decodeImage(png, "digit")]));
}
const median = (all) => all.slice(all.length >> 3).sort((a, b) => a - b)[(all.length - (all.length >> 3)) >> 1];
const [asked, own] = [median(times.request), median(times.own)];
const most = 2 * own + 1;
console.log("| model | median of a lone request, ms | predict's own, ms | at most, ms |");
console.log("| --- | ---: | ---: | ---: |");
console.log(`| ${values.model} | ${asked.toFixed(3)} | ${own.toFixed(3)} | ${most.toFixed(3)} |`);
process.exit(values.hold && asked > most ? 1 : 0);
