/**
 * `npm run test:platforms [-- TARGET…]`: builds the addon for each target as it ships, reads from its bytes what it asks of a system,
 * and, where this machine has Nodes and emulators of it, trains a small net there in both number formats: the weights must be
 * those of this machine's own build. Says what it skips and why. With `--all` it runs the tests of the kernels there too.
 */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
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
// An emulator takes fifty times what the machine itself would.
const longestTests = 3 * 60 * 60_000;
// That of what compiles them has nothing to do where they are not compiled.
const kernelTests = /^(?:native(?!.compile)|kernels)\b.*\.test\.js$/;

class Failure extends Error {}

/** What a command prints; into files, for Node under wine knows no pipes as its output. */
function run([command, ...args], { variables = {}, cwd, timeout = hangMs }) {
  const [out, err] = ["out", "err"].map((name) => join(folder, name));
  const files = [out, err].map((path) => openSync(path, "w"));
  const env = { ...process.env, ...variables };
  const given = { cwd, env, stdio: ["ignore", ...files], timeout };
  const { status, signal, error } = spawnSync(command, args, given);
  for (const file of files) closeSync(file);
  if (status === 0) return readFileSync(out, "utf8");
  const said = [out, err].map((path) => readFileSync(path, "utf8").trim().split("\n").slice(-25).join("\n"));
  throw new Failure(`${args.join(" ")}: ${error?.message ?? signal ?? `exit code ${status}`}\n${said.join("\n")}`);
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

/** The hash of the weights of a short training, and what computed it. */
function train(runner, package_, dtype) {
  const out = join(folder, "trained.json");
  rmSync(out, { force: true });
  const script = fileURLToPath(new URL("train.mjs", import.meta.url));
  run([...runner.command, script, join(package_, "dist", "src", "index.js"), dtype, out], { ...runner, cwd: package_ });
  return JSON.parse(readFileSync(out, "utf8"));
}

/** All of them run, whatever fails; says of each file how many of its tests passed. */
function testKernels(runner, package_) {
  for (const part of [join("dist", "test"), join("test", "golden")])
    cpSync(join(root, part), join(package_, part), { recursive: true });
  const folder = join(package_, "dist", "test");
  const files = readdirSync(folder, { recursive: true }).filter((file) => kernelTests.test(file));
  const variables = { ...runner.variables, HEDDLE_TEST_EMULATED: "1" };
  const failed = [];
  const total = { tests: 0, pass: 0, fail: 0, skipped: 0 };
  for (const file of files.sort()) {
    const started = performance.now();
    try {
      const command = [...runner.command, "--test-reporter=tap", join(folder, file)];
      const told = run(command, { cwd: package_, variables, timeout: longestTests });
      const counts = Object.keys(total).map((name) => [
        name,
        Number(new RegExp(`^# ${name} (\\d+)$`, "m").exec(told)?.[1]),
      ]);
      for (const [name, count] of counts) total[name] += count;
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      console.log(`  ${file}: ${counts.map(([name, count]) => `${count} ${name}`).join(", ")}, ${seconds} s`);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failed.push(file);
      console.log(`  ${file}: FAILED: ${error.message}`);
    }
  }
  const words = Object.entries(total).map(([name, count]) => `${count} ${name}`);
  console.log(`  all files that ended well: ${words.join(", ")}`);
  if (failed.length > 0) throw new Failure(`tests in ${failed.join(", ")}`);
}

async function check(target, folder, wanted, all) {
  const addon = await buildTarget(target);
  const bytes = readFileSync(addon);
  // The compiler brings the list of what Apple's library exports.
  const system = namesOf(join(dirname(zig), "lib", "libc", "darwin", "libSystem.tbd"));
  const faults = faultsOf(target, readBinary(bytes), bytes.length, system);
  // Signatures and lists of exports have the file's name, which must not be another each time.
  if (bytes.includes("heddle.node.")) faults.push("has the name of a temporary file in it: no two builds are the same");
  if (faults.length > 0) throw new Failure(faults.join("\n"));
  let runner;
  try {
    runner = runnerOf(target.name, folder);
  } catch (error) {
    if (!(error instanceof Lacking)) throw error;
    console.log(`${target.name}: checked; ${(bytes.length / 1e6).toFixed(2)} MB; NOT RUN: ${error.message}`);
    return;
  }
  const package_ = install(folder, addon, target);
  for (const [dtype, hash] of Object.entries(wanted)) {
    const { weightsHash, isa } = train(runner, package_, dtype);
    if (weightsHash !== hash) throw new Failure(`${dtype} by ${isa}: ${weightsHash}, here ${hash}`);
    console.log(`${target.name}: ${dtype} by ${isa}, the same weights`);
  }
  if (all) testKernels(runner, package_);
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
  for (const dtype of ["f32", "f64"]) wanted[dtype] = train(here, root, dtype).weightsHash;
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
