/**
 * Builds the addon, native/build/Release/heddle.node: `npm run build:native`; `--debug` keeps symbols. Needs a C++17
 * compiler and nothing else, and compiles only what changed.
 */
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { findCompiler, Objects, runCommand, writeChanged } from "./compile.mjs";
import { generatedHeaders, instructionSets, prefixOf, unitsOf } from "./units.mjs";

const native = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

/** For all of C++. Every fused multiply-add is an explicit one: the bytes must not depend on the compiler. */
export const flags = [
  "-std=c++17",
  "-ffp-contract=off",
  "-fno-math-errno",
  "-fno-strict-aliasing",
  "-fno-exceptions",
  "-fno-rtti",
  "-fvisibility=hidden",
  "-ffunction-sections",
  "-fPIC",
  "-Wall",
  "-Wextra",
  // GCC 12 finds faults in its own headers of intrinsics.
  "-Wno-uninitialized",
  "-Wno-maybe-uninitialized",
  "-I.",
  "-Ibuild",
];

/** The C++ runtime is linked in, and only what is used: nothing newer than what Node itself needs is asked of a system. */
const linkFlags = ["-shared", "-static-libstdc++", "-Wl,--gc-sections", "-Wl,--exclude-libs,ALL"];

/** What runs on every CPU. */
export const baseSources = [
  "addon.cc",
  "cpu.cc",
  "measure.cc",
  "near_copies.cc",
  "program.cc",
  "program_exchange.cc",
  "barrier.cc",
  "mpi_library.cc",
  "mpi_peers.cc",
  "mpi.cc",
];

/** Writes the generated sources and returns the kernels' units: source, object and flags of each. */
export function kernelUnits(machine = process.arch) {
  for (const [path, text] of Object.entries(generatedHeaders())) writeChanged(join(native, "build", path), text);
  return instructionSets(machine).flatMap(({ name: isa, flags: own }) => {
    const prefix = join("build", "units", isa, "prefix.h");
    writeChanged(join(native, prefix), prefixOf(isa));
    return [...unitsOf(isa)].map(([unit, text]) => {
      const source = join("build", "units", isa, `${unit}.cc`);
      writeChanged(join(native, source), text);
      const object = join("build", "objects", isa, `${unit}.o`);
      return { isa, unit, source, object, flags: [...flags, ...own], prefix };
    });
  });
}

/** The folder of `node_api.h`, relative to native/. */
function headers() {
  return relative(native, require("node-api-headers").include_dir);
}

/**
 * Brings the addon up to date. `onStart(unit, number, total)` tells of each unit that is compiled. Returns the addon's path and
 * how many units were compiled. Throws where there is no compiler, and with the compiler's words where it fails.
 */
export async function buildNative({ debug = false, onStart } = {}) {
  const compiler = findCompiler();
  if (compiler === null)
    throw new Error("no C++ compiler: looked for CXX, c++, g++, clang++ (Debian: apt install g++)");
  const objects = new Objects(native, compiler);
  const kernels = kernelUnits().map((unit) => objects.job(unit.source, unit.object, unit.flags, unit.prefix));
  const base = baseSources.map((source) =>
    objects.job(source, join("build", "objects", `${source}.o`), [
      ...flags,
      "-O2",
      "-DNAPI_VERSION=8",
      `-I${headers()}`,
    ]),
  );
  const jobs = [...kernels, ...base];
  const compiled = await objects.compile(jobs, onStart);

  const output = join("build", "Release", "heddle.node");
  const inputs = jobs.map((job) => job.output);
  const link = { output, command: [...linkFlags, ...(debug ? [] : ["-s"]), ...inputs] };
  if (!objects.isCurrent(link)) {
    mkdirSync(join(native, dirname(output)), { recursive: true });
    const temporary = `${output}.${process.pid}`;
    try {
      await runCommand([...compiler.command, ...link.command, "-o", temporary], { cwd: native });
      renameSync(join(native, temporary), join(native, output));
    } finally {
      rmSync(join(native, temporary), { force: true });
    }
    new Objects(native, compiler).record(link, inputs);
  }
  return { path: join(native, output), compiled };
}

/** Says which unit is compiled: on one line of a terminal, else a line now and then. */
export function progress(stream = process.stderr) {
  let [said, drawn] = [0, false];
  return {
    onStart: ({ output }, number, total) => {
      const unit = output.replace(/^build\/objects\//, "").replace(/\.o$/, "");
      const text = `compiling ${number} of ${total}: ${unit}`;
      if (stream.isTTY) stream.write(`\r\u001b[K${text}`);
      else if (number === 1 || Date.now() - said > 5000) {
        stream.write(`${text}\n`);
        said = Date.now();
      }
      drawn = stream.isTTY === true;
    },
    end: () => {
      if (drawn) stream.write("\r\u001b[K");
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { onStart, end } = progress();
  try {
    const { path, compiled } = await buildNative({ debug: process.argv.includes("--debug"), onStart });
    end();
    process.stderr.write(compiled > 0 ? `built ${path}\n` : `${path} is up to date\n`);
  } catch (error) {
    end();
    process.stderr.write(`the native addon was not built: ${error.message}\n`);
    process.exitCode = 1;
  }
}
