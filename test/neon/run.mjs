/**
 * `npm run test:neon`, after `npm run build:native`: two plain C++ programs of the kernels' objects, products_check.cc, which compares
 * with `generic`, and replay.cc, which runs the cases of test/kernels/cases; and their bits between instruction sets: AVX-512 = AVX2
 * here, as this machine's compiler builds them, NEON under qemu, as it ships, = AVX2, generic there = generic here. Skips, and says
 * so, what this machine has no compiler or emulator for.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { addonJobs, flags } from "../../native/build.mjs";
import { CompileError, findCompiler, Objects, runCommand } from "../../native/compile.mjs";
import { buildOf } from "../../native/prebuilds.mjs";
import { targetOf } from "../../native/targets.mjs";
import { installToolchain, NoToolchain } from "../../native/toolchain.mjs";
import { Lacking, qemu } from "../platforms/nodes.mjs";
import { writePrograms } from "./programs.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const native = join(root, "native");
const build = mkdtempSync(join(tmpdir(), "heddle-neon-"));
const file = join(build, "programs");
const hangMs = 10 * 60_000;

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

/** The programs of the addon's own objects, but for those that need Node; what is compiled anew is what changed. */
async function link(name, { compiler, objects, jobs }, own = []) {
  const program = (source) =>
    objects.job(join(root, "test", "neon", `${source}.cc`), join(build, `${name}-${source}.o`), [...flags, "-O1"]);
  const withoutNode = jobs.filter(({ source }) => !["addon.cc", "measure.cc"].includes(source));
  const programs = ["products_check", "replay"];
  await objects.compile([...withoutNode, ...programs.map(program)]);
  const parts = withoutNode.map(({ output }) => output);
  const options = { cwd: native, env: compiler.environment ?? process.env };
  const paths = programs.map((source) => [source, join(build, `${name}-${source}`)]);
  for (const [source, path] of paths) {
    const inputs = [...parts, program(source).output];
    await runCommand([...compiler.command, ...own, "-pthread", "-o", path, ...inputs, "-ldl"], options);
  }
  return Object.fromEntries(paths);
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
  const compiler = findCompiler();
  if (process.arch !== "x64") return console.log(`SKIPPED: AVX2's bits need an x64 machine, this is ${process.arch}`);
  if (compiler === null) return console.log("SKIPPED: no C++ compiler (Debian: apt install g++)");
  console.log(`x64, ${compiler.version}`);
  console.log(`${writePrograms(file)} cases of operations`);
  const objects = new Objects(native, compiler);
  const here = hashesOf(await link("here", { compiler, objects, jobs: addonJobs(objects) }));
  const avx2 = here.get("avx2");
  if (avx2 === undefined) return console.log("SKIPPED: this CPU lacks AVX2, whose bits NEON's are compared with");
  if (here.has("avx512")) assertSame(here.get("avx512"), avx2, "AVX-512 and AVX2");

  // That of musl alone can be linked to programs that need no library of the other machine.
  const target = targetOf("linux-arm64-musl");
  let emulator;
  try {
    emulator = qemu();
    installToolchain();
  } catch (error) {
    if (!(error instanceof Lacking || error instanceof NoToolchain)) throw error;
    return console.log(`SKIPPED NEON: ${error.message}`);
  }
  const there = hashesOf(await link("there", buildOf(target), ["-static"]), [emulator]);
  console.log(`${target.name}, ${emulator}`);
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
