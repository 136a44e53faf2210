/**
 * `npm run test:platforms [-- TARGET…]`: builds the addon for each target as it ships, reads from its bytes what it asks of a system,
 * and, where this machine has Nodes and emulators of it, trains a small net there in both number formats: the weights must be
 * those of this machine's own build. Says what it skips and why. With `--all` it runs the tests of the kernels there too.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readBinary } from "../../dist/test/platforms/binary.js";
import { faultsOf, namesOf } from "../../dist/test/platforms/demands.js";
import { buildTarget } from "../../native/prebuilds.mjs";
import { targets } from "../../native/targets.mjs";
import { NoToolchain, zig } from "../../native/toolchain.mjs";
import { Lacking, runnerOf } from "./nodes.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const hangMs = 15 * 60_000;
const kernelTests = /^(?:native|kernels)\b.*\.test\.js$/;

class Failure extends Error {}

function run([command, ...args], { variables = {}, cwd }) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...variables };
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: hangMs });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"]) child[name].on("data", (text) => (output[name] += text));
    child.on("error", reject);
    child.on("close", (status, signal) => {
      if (status === 0) return resolve(output.stdout);
      const said = `${output.stdout}${output.stderr}`.trim().split("\n").slice(-25).join("\n");
      reject(new Failure(`${args.join(" ")} ended with ${signal ?? `exit code ${status}`}\n${said}`));
    });
  });
}

/** The package as it is installed, with one target's addon alone. */
function install(folder, addon, target) {
  const package_ = join(folder, target.name);
  for (const part of ["bin", join("dist", "src"), "package.json"])
    cpSync(join(root, part), join(package_, part), { recursive: true });
  mkdirSync(join(package_, "prebuilds", target.path, ".."), { recursive: true });
  cpSync(addon, join(package_, "prebuilds", target.path));
  symlinkSync(join(root, "node_modules"), join(package_, "node_modules"));
  return package_;
}

/** The hash of the weights of a short training. */
async function train(runner, package_, dtype) {
  const settings = [
    "--dtype",
    dtype,
    "--model",
    "conv 8x3 >> bn >> relu >> pool 2 >> flatten >> fc 24 >> gelu >> fc 10",
  ];
  const few = ["--epochs", "2", "--subset", "600", "--out", "none", "--backend", "native", "--json", "--quiet"];
  const command = [...runner.command, join(package_, "bin", "heddle.js"), "train", ...settings, ...few];
  const { weightsHash, isa } = JSON.parse(await run(command, { ...runner, cwd: package_ }));
  return { weightsHash, isa };
}

async function testKernels(runner, package_) {
  cpSync(join(root, "dist", "test"), join(package_, "dist", "test"), { recursive: true });
  const folder = join(package_, "dist", "test");
  const files = readdirSync(folder, { recursive: true }).filter((file) => kernelTests.test(file));
  for (const file of files.sort()) {
    const started = performance.now();
    await run([...runner.command, join(folder, file)], { ...runner, cwd: package_ });
    console.log(`  ${file}: passed, ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
}

async function check(target, folder, wanted, all) {
  const addon = await buildTarget(target);
  const bytes = readFileSync(addon);
  // The compiler brings the list of what Apple's library exports.
  const system = namesOf(join(dirname(zig), "lib", "libc", "darwin", "libSystem.tbd"));
  const faults = faultsOf(target, readBinary(bytes), bytes.length, system);
  if (faults.length > 0) throw new Failure(faults.join("\n"));
  let runner;
  try {
    runner = runnerOf(target.name);
  } catch (error) {
    if (!(error instanceof Lacking)) throw error;
    console.log(`${target.name}: checked; ${(bytes.length / 1e6).toFixed(2)} MB; NOT RUN: ${error.message}`);
    return;
  }
  const package_ = install(folder, addon, target);
  for (const [dtype, hash] of Object.entries(wanted)) {
    const { weightsHash, isa } = await train(runner, package_, dtype);
    if (weightsHash !== hash) throw new Failure(`${dtype} by ${isa}: ${weightsHash}, here ${hash}`);
    console.log(`${target.name}: ${dtype} by ${isa}, the same weights`);
  }
  if (all) await testKernels(runner, package_);
}

const words = process.argv.slice(2);
const [all, names] = [words.includes("--all"), words.filter((word) => word !== "--all")];
const unknown = names.filter((name) => !targets.some((target) => target.name === name));
if (unknown.length > 0)
  throw new Error(`${unknown.join(", ")}: expected ${targets.map(({ name }) => name).join(", ")}`);
const folder = mkdtempSync(join(tmpdir(), "heddle-platforms-"));
try {
  const here = { command: [process.execPath] };
  const wanted = {};
  for (const dtype of ["f32", "f64"]) wanted[dtype] = (await train(here, root, dtype)).weightsHash;
  for (const target of targets) {
    if (names.length > 0 && !names.includes(target.name)) continue;
    try {
      await check(target, folder, wanted, all);
    } catch (error) {
      if (error instanceof NoToolchain) {
        console.log(`${target.name}: NOT BUILT: ${error.message}`);
        continue;
      }
      console.log(`${target.name}: FAILED: ${error.message}`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
