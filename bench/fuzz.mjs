// Fuzzes every reader of files: 10,000 damaged inputs each, and for each an error of our own or the right answer, soon, and
// in little memory. Each reader has a process of its own, so that a crash or a hang is seen and memory is its own.
//
//   npm run build && node bench/fuzz.mjs [--inputs N] [--seed S] [--reader NAME] [--limit SECONDS] [--json]
//
// Needs modern-tar and sharp (both are installed for the tests). An input is made from its seed and number alone. Ends with
// exit code 1 where a reader fails. `memory` is by how much the process grew beyond what it held after reading whole files.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fuzz } from "../dist/test/data/fuzz.js";
import { fuzzedReaders } from "../dist/test/data/fuzz-readers.js";

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "10000" },
    seed: { type: "string", default: "0" },
    reader: { type: "string" },
    limit: { type: "string", default: "3600" },
    json: { type: "boolean", default: false },
    child: { type: "boolean", default: false },
  },
});
const folder = mkdtempSync(join(tmpdir(), "heddle-fuzz-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const readers = (await fuzzedReaders(folder)).filter(
  ({ name }) => values.reader === undefined || name === values.reader,
);

if (values.child) {
  const [reader] = readers;
  for (const seed of reader.seeds) await reader.read(seed);
  const before = process.resourceUsage().maxRSS;
  const started = performance.now();
  const { failures, ...report } = await fuzz(reader, Number(values.inputs), Number(values.seed));
  const seconds = (performance.now() - started) / 1000;
  const memoryMiB = (process.resourceUsage().maxRSS - before) / 1024;
  const shown = failures.slice(0, 3).map(({ input, bytes, reason }) => ({
    input,
    bytes: Buffer.from(bytes).toString("base64").slice(0, 2000),
    reason,
  }));
  console.log(JSON.stringify({ ...report, failed: failures.length, failures: shown, seconds, memoryMiB }));
  process.exit();
}

/** A report of the reader, or how its process ended. */
function runReader(name) {
  const args = ["--child", "--reader", name, "--inputs", values.inputs, "--seed", values.seed];
  const { status, signal, stdout, stderr, error } = spawnSync(
    process.execPath,
    [fileURLToPath(import.meta.url), ...args],
    {
      encoding: "utf8",
      timeout: Number(values.limit) * 1000,
      maxBuffer: 2 ** 28,
    },
  );
  if (status === 0) return { reader: name, ...JSON.parse(stdout) };
  const reason = `the process ended with ${signal ?? status}: ${error?.message ?? stderr}`;
  return { reader: name, inputs: Number(values.inputs), failed: 1, failures: [{ input: -1, bytes: "", reason }] };
}

const columns = ["reader", "inputs", "refused", "answered", "failed", "slowestMs", "memoryMiB", "seconds"];
const cell = (value) =>
  typeof value === "number" && !Number.isInteger(value) ? value.toFixed(1) : String(value ?? "-");
if (!values.json) console.log(columns.map((name) => name.padEnd(name === "reader" ? 22 : 10)).join(""));
const reports = [];
for (const { name } of readers) {
  const report = runReader(name);
  reports.push(report);
  if (values.json) continue;
  console.log(columns.map((column) => cell(report[column]).padEnd(column === "reader" ? 22 : 10)).join(""));
  for (const { input, reason, bytes } of report.failures) console.log(`  input ${input}: ${reason}\n  ${bytes}`);
}
if (values.json) console.log(JSON.stringify({ seed: Number(values.seed), reports }));
process.exitCode = reports.some(({ failed }) => failed > 0) ? 1 : 0;
