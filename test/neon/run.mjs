/**
 * `npm run test:neon`, after a build: two plain C++ programs of the kernels, products_check.cc, which compares with `generic`, and
 * replay.cc, which runs the cases of test/kernels/cases; and their bits between instruction sets: AVX-512 = AVX2 here, NEON
 * under qemu = AVX2, generic there = generic here. Skips, and says so, what this machine has no compiler or emulator for.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { baseSources, flags, kernelUnits } from "../../native/build.mjs";
import { CompileError, Objects } from "../../native/compile.mjs";
import { writePrograms } from "./programs.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const native = join(root, "native");
const build = mkdtempSync(join(tmpdir(), "heddle-neon-"));
const file = join(build, "programs");
const cross = "aarch64-linux-gnu-g++";
const emulator = "qemu-aarch64";
const hangMs = 5 * 60_000;

class Failure extends Error {}

function run(command, args) {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    timeout: hangMs,
  });
  if (error !== undefined || status !== 0)
    throw new Failure(`${command} ${args.join(" ")}: ${error?.message ?? signal ?? `exit code ${status}`}\n${stderr}`);
  return stdout;
}

const works = (name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0;

/** Compiles the program for a machine: the kernels' units as they ship, everything else with no flags of theirs. */
async function compile(compiler, machine) {
  const objects = new Objects(native, { command: [compiler], version: compiler });
  const object = (source) => join(build, `${machine}-${source.replaceAll(/\W/g, "-")}.o`);
  const job = (source, own, prefix) =>
    objects.job(
      source,
      object(source),
      own.filter((flag) => flag !== "-fPIC"),
      prefix,
    );
  const units = kernelUnits(machine).map((unit) => job(unit.source, unit.flags, unit.prefix));
  const withoutNode = new Set(["addon.cc", "measure.cc"]);
  const shared = baseSources().filter((source) => !withoutNode.has(source));
  const plain = (source) => job(source, [...flags, "-O1"]);
  const rest = shared.map(plain);
  const programs = ["products_check", "replay"].map((name) => ({
    name,
    main: plain(join(root, "test", "neon", `${name}.cc`)),
  }));
  await objects.compile([...units, ...rest, ...programs.map(({ main }) => main)]);
  return Object.fromEntries(
    programs.map(({ name, main }) => {
      const program = join(build, `${machine}-${name}`);
      const parts = [...units, ...rest, main].map(({ output }) => output);
      run(compiler, ["-pthread", "-o", program, ...parts, "-ldl"]);
      return [name, program];
    }),
  );
}

/** The hash of each case of each instruction set, from the programs' lines "<isa> <case> <hash>". */
function hashesOf(programs, prefix = []) {
  const isas = new Map();
  for (const [name, args] of [
    ["products_check", []],
    ["replay", [file]],
  ]) {
    const [command, ...rest] = [...prefix, programs[name], ...args];
    for (const line of run(command, rest).trim().split("\n")) {
      const [, isa, title, hash] = /^(\S+) (.+) ([0-9a-f]{16})$/.exec(line) ?? [];
      if (isa === undefined) throw new Failure(`${name}: unexpected line: ${line}`);
      if (!isas.has(isa)) isas.set(isa, new Map());
      // Titles of an operation's cases may be alike.
      let unique = title;
      for (let i = 2; isas.get(isa).has(unique); i++) unique = `${title}, ${i}`;
      isas.get(isa).set(unique, hash);
    }
  }
  for (const [isa, hashes] of isas) console.log(`  ${isa}: ${hashes.size} cases`);
  return isas;
}

function assertSame(left, right, title) {
  const names = new Set([...left.keys(), ...right.keys()]);
  const different = [...names].filter((name) => left.get(name) !== right.get(name));
  if (different.length > 0) {
    const shown = different.slice(0, 20).map((name) => `\n  ${name}: ${left.get(name)} and ${right.get(name)}`);
    throw new Failure(`${title}: ${different.length} of ${names.size} cases differ${shown.join("")}`);
  }
  console.log(`  ${title}: the same bits in ${names.size} cases`);
}

async function main() {
  const compiler = [process.env.CXX, "c++", "g++", "clang++"].find((name) => name !== undefined && works(name));
  if (process.arch !== "x64") return console.log(`SKIPPED: AVX2's bits need an x64 machine, this is ${process.arch}`);
  if (compiler === undefined) return console.log("SKIPPED: no C++ compiler (Debian: apt install g++)");
  console.log(`x64, ${compiler}`);
  console.log(`${writePrograms(file)} cases of operations`);
  const here = hashesOf(await compile(compiler, "x64"));
  const avx2 = here.get("avx2");
  if (avx2 === undefined) return console.log("SKIPPED: this CPU lacks AVX2, whose bits NEON's are compared with");
  if (here.has("avx512")) assertSame(here.get("avx512"), avx2, "AVX-512 and AVX2");

  if (!works(cross)) return console.log(`SKIPPED NEON: no ${cross} (Debian: apt install g++-aarch64-linux-gnu)`);
  if (!works(emulator)) return console.log(`SKIPPED NEON: no ${emulator} (Debian: apt install qemu-user)`);
  console.log(`arm64, ${cross}, ${emulator}`);
  const there = hashesOf(await compile(cross, "arm64"), [emulator, "-L", "/usr/aarch64-linux-gnu"]);
  if (!there.has("neon")) throw new Failure("the arm64 program did not run NEON");
  assertSame(there.get("generic"), here.get("generic"), "generic on arm64 and on x64");
  assertSame(there.get("neon"), avx2, "NEON and AVX2");
  console.log("all passed");
}

try {
  await main();
} catch (error) {
  if (!(error instanceof Failure || error instanceof CompileError)) throw error;
  console.log(`FAILED: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(build, { recursive: true, force: true });
}
