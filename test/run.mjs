/**
 * The runner behind `npm test`: every compiled test once, then the cases of every kernel again under each other ISA that this
 * machine has and on the reference back end. `node test/run.mjs cli random` runs only files with such a name.
 * `--long`, behind `npm run test:long`, runs the exhaustive forms under `test/long/` instead, each once, and then all kernel and
 * contract tests under those. `--minutes M` begins no further file after so long, and names those that were not run.
 * Fails on any failing test, on a test file without a test, and when nothing ran.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { run } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
const concurrency = 2;
const { values: options, positionals: wanted } = parseArgs({
  options: { long: { type: "boolean", default: false }, minutes: { type: "string" } },
  allowPositionals: true,
});
const { long } = options;
const hangMs = (long ? 45 : 10) * 60_000;
const deadline = options.minutes === undefined ? Infinity : performance.now() + Number(options.minutes) * 60_000;
if (Number.isNaN(deadline)) throw new Error(`--minutes takes a number, not "${options.minutes}"`);

/** Outputs whose source was deleted or renamed would run on as ghosts. */
function removeStaleOutputs() {
  for (const path of filesUnder(dist)) {
    // Copies for callers (native/types.mjs), not the compiler's.
    if (relative(dist, path).startsWith("types")) continue;
    const source = /^(.*)\.(?:js|js\.map|d\.ts|d\.ts\.map)$/.exec(relative(dist, path))?.[1];
    if (source !== undefined && !existsSync(join(root, `${source}.ts`))) rmSync(path);
  }
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** What the addon runs by default and what else this CPU has; nothing without the addon. */
async function nativeIsas() {
  const module = join(dist, "src", "kernels", "native.js");
  if (!existsSync(module)) return { isa: null, isas: [] };
  const { nativeStatus } = await import(pathToFileURL(module).href);
  const { available, isa, isas } = nativeStatus();
  return available ? { isa, isas } : { isa: null, isas: [] };
}

/** Runs the files, a few at a time, with the variables set. */
async function runPass({ name, files, variables }) {
  const started = performance.now();
  const pass = { name, passed: 0, failed: 0, skipped: 0, notRun: [], seconds: 0 };
  console.log(`\n${name}: ${files.length} files`);
  const before = { ...process.env };
  Object.assign(process.env, variables);
  const waiting = [...files];
  const lane = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      if (performance.now() >= deadline) pass.notRun.push(nameOf(file));
      else await runFile(file, pass);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  if (pass.notRun.length > 0) console.log(`  NOT RUN, the time was up: ${pass.notRun.join(", ")}`);

  for (const variable of Object.keys(variables)) {
    if (before[variable] === undefined) delete process.env[variable];
    else process.env[variable] = before[variable];
  }
  pass.seconds = (performance.now() - started) / 1000;
  return pass;
}

const nameOf = (file) => relative(join(dist, "test"), file);

/** Runs one file, prints its line and each failure, and adds its counts to the pass. */
async function runFile(file, pass) {
  const counts = { passed: 0, failed: 0, skipped: 0, seconds: 0 };
  for await (const { type, data } of run({ files: [file], timeout: hangMs })) {
    if (type === "test:stdout" || type === "test:stderr") process.stdout.write(data.message);
    if (type !== "test:pass" && type !== "test:fail") continue;
    if (data.nesting === 0) counts.seconds += data.details.duration_ms / 1000;
    const isFile = data.name === data.file;
    const parentOfFailure = data.details.error?.failureType === "subtestsFailed";
    if (parentOfFailure || (data.details.type === "suite" && type === "test:pass")) continue;
    if (data.skip !== undefined || data.todo !== undefined) counts.skipped++;
    else if (type === "test:fail") {
      counts.failed++;
      printFailure(data);
    } else if (isFile) {
      counts.failed++;
      console.log(`  FAILED ${relative(root, data.file)}: it holds no test`);
    } else counts.passed++;
  }
  const { passed, failed, skipped, seconds } = counts;
  const words = [
    `${passed} passed`,
    failed > 0 && `${failed} FAILED`,
    skipped > 0 && `${skipped} skipped`,
    seconds >= 10 && `${seconds.toFixed(0)} s`,
  ];
  console.log(`  ${nameOf(file)}: ${words.filter(Boolean).join(", ")}`);
  for (const key of ["passed", "failed", "skipped"]) pass[key] += counts[key];
}

function printFailure({ name, file, details }) {
  const { error } = details;
  const cause = error?.cause ?? error;
  const end = error?.signal ? `ended by ${error.signal}` : error?.exitCode ? `exit code ${error.exitCode}` : "";
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  const title = name === file ? relative(root, file) : name;
  console.log(`  FAILED ${title} ${end}\n${text.replace(/^/gm, "    ")}`);
}

function realDataSets() {
  const folder = process.env.HEDDLE_DATA_DIR;
  if (!folder) return "none: set HEDDLE_DATA_DIR to test on it too";
  if (!existsSync(folder)) return `none: HEDDLE_DATA_DIR names ${folder}, which does not exist`;
  const entries = readdirSync(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return names.join(", ") || `none: ${folder} has no folders`;
}

removeStaleOutputs();
const everything = filesUnder(join(dist, "test"))
  .filter((path) => path.endsWith(".test.js"))
  .filter((path) => wanted.length === 0 || wanted.some((word) => nameOf(path).includes(word)))
  .sort();
const all = everything.filter((path) => nameOf(path).startsWith("long/") === long);
const again = long ? /^(?:native|contract)\b/ : /^native.(?:operations|gemm|invariance)\b/;
const againText = long ? "kernels and contracts" : "kernels";
const kernelFiles = everything.filter((path) => again.test(nameOf(path)));

const { isa: defaultIsa, isas } = await nativeIsas();
const backend = process.env.HEDDLE_BACKEND ?? (defaultIsa ? `native ${defaultIsa}` : "reference");
const passes = [{ name: `all tests (${backend})`, files: all, variables: {} }];
if (kernelFiles.length > 0) {
  for (const isa of isas) {
    // What ran as the default already is not run again.
    if (isa === defaultIsa) continue;
    passes.push({
      name: `${againText}, HEDDLE_ISA=${isa}`,
      files: kernelFiles,
      variables: { HEDDLE_ISA: isa },
    });
  }
  const variables = { HEDDLE_BACKEND: "reference" };
  passes.push({ name: `${againText}, HEDDLE_BACKEND=reference`, files: kernelFiles, variables });
}

// Decoded images are kept apart from the user's own.
const cache = mkdtempSync(join(tmpdir(), "heddle-cache-"));
process.env.HEDDLE_CACHE_DIR = cache;
process.on("exit", () => rmSync(cache, { recursive: true, force: true }));

console.log(`real data: ${realDataSets()}`);
const results = [];
for (const pass of passes) results.push(await runPass(pass));

console.log("\nsummary");
for (const { name, passed, failed, skipped, notRun, seconds } of results) {
  const rest = notRun.length > 0 ? `, ${notRun.length} files NOT RUN` : "";
  console.log(`  ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped${rest}, ${seconds.toFixed(1)} s`);
}
const ran = results.reduce((sum, { passed, failed }) => sum + passed + failed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
const left = results.reduce((sum, { notRun }) => sum + notRun.length, 0);
const nothing = ran === 0 && left === 0;
if (nothing) console.log("FAILED: no test ran. `npm run build` compiles them to dist/test.");
else {
  const skipped = results.reduce((sum, result) => sum + result.skipped, 0);
  console.log(`\n${ran - failed} passed, ${failed} failed, ${skipped} skipped`);
}
process.exitCode = failed > 0 || nothing ? 1 : 0;
