/**
 * Builds the addon, native/build/Release/heddle.node: `npm run build:native`; `--debug` keeps symbols. Needs a C++17
 * compiler and nothing else, and compiles only what changed.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
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
  // Clang does not know all of these.
  "-Wno-unknown-warning-option",
  "-I.",
  "-Ibuild",
];

/**
 * How the objects become the addon of a system. The C++ runtime is linked in where the system may lack it, and only what is used:
 * nothing newer than what Node itself needs is asked of a system. Node is there when the addon is loaded, and has its functions.
 */
export const linkFlags = (platform = process.platform) =>
  platform === "darwin"
    ? ["-shared", "-Wl,-undefined,dynamic_lookup", "-Wl,-dead_strip", "-Wl,-install_name,heddle.node"]
    : platform === "win32"
      ? ["-shared", "-static-libstdc++", "-Wl,--gc-sections", "-lapi-ms-win-core-synch-l1-2-0"]
      : ["-shared", "-static-libstdc++", "-Wl,--gc-sections", "-Wl,--version-script=system/exports.map"];

/** What runs on every CPU, and no system's own. */
const everywhere = [
  "addon.cc",
  "cpu.cc",
  "measure.cc",
  "near_copies.cc",
  "program.cc",
  "program_exchange.cc",
  "barrier.cc",
  "system/runtime.cc",
];
/** Each in a file `system/NAME_SYSTEM.cc` for a system as Node names it, else in those for all that are like Unix. */
const bySystem = {
  clock: ["system/clock_posix.cc"],
  map: ["system/map_posix.cc"],
  sleep: ["system/sleep_posix.cc"],
  mpi: ["mpi_library.cc", "mpi_peers.cc", "mpi.cc", "neighbors.cc"],
  node_api: [],
};

/** The sources beside the kernels of the addon of a system. */
export function baseSources(platform = process.platform) {
  const own = Object.entries(bySystem).flatMap(([name, others]) => {
    const file = `system/${name}_${platform}.cc`;
    return existsSync(join(native, file)) ? [file] : others;
  });
  return [...everywhere, ...own];
}

/** Writes the generated sources and returns the kernels' units: source, object and flags of each. */
export function kernelUnits(machine = process.arch, folder = join("build", "objects")) {
  for (const [path, text] of Object.entries(generatedHeaders())) writeChanged(join(native, "build", path), text);
  return instructionSets(machine).flatMap(({ name: isa, flags: own }) => {
    const prefix = join("build", "units", isa, "prefix.h");
    writeChanged(join(native, prefix), prefixOf(isa));
    return [...unitsOf(isa)].map(([unit, text]) => {
      const source = join("build", "units", isa, `${unit}.cc`);
      writeChanged(join(native, source), text);
      const object = join(folder, isa, `${unit}.o`);
      return { isa, unit, source, object, flags: [...flags, ...own], prefix };
    });
  });
}

/** The folder of `node_api.h`, relative to native/. */
function headers() {
  return relative(native, require("node-api-headers").include_dir);
}

/** What compiles the addon's objects into `folder`, for this machine or another, with flags of its own. */
export function addonJobs(
  objects,
  { platform = process.platform, machine, folder = join("build", "objects"), own = [] } = {},
) {
  const kernels = kernelUnits(machine, folder).map((unit) =>
    objects.job(unit.source, unit.object, [...unit.flags, ...own], unit.prefix),
  );
  const base = baseSources(platform).map((source) =>
    objects.job(source, join(folder, `${source.replaceAll("/", "-")}.o`), [
      ...flags,
      "-O2",
      "-DNAPI_VERSION=8",
      ...(platform === "win32" ? ["-DNAPI_EXTERN=__declspec(dllimport)"] : []),
      `-I${headers()}`,
      ...own,
    ]),
  );
  return [...kernels, ...base];
}

/** Links objects, where what is there is not made of them; `output` is replaced whole. */
export async function linkAddon(compiler, objects, link, inputs) {
  if (objects.isCurrent(link)) return;
  // A folder of its own, not another name: Apple's signature and Windows' list of exports have the file's name in them.
  const folder = `${link.output}.${process.pid}`;
  const temporary = join(folder, basename(link.output));
  mkdirSync(join(native, folder), { recursive: true });
  try {
    await runCommand([...compiler.command, ...link.command, "-o", temporary], {
      cwd: native,
      env: compiler.environment ?? process.env,
    });
    renameSync(join(native, temporary), join(native, link.output));
  } finally {
    rmSync(join(native, folder), { recursive: true, force: true });
  }
  // What was hashed before they were compiled is of older ones.
  new Objects(native, compiler).record(link, inputs);
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
  const jobs = addonJobs(objects);
  const compiled = await objects.compile(jobs, onStart);
  const output = join("build", "Release", "heddle.node");
  const inputs = jobs.map((job) => job.output);
  const link = { output, command: [...linkFlags(), ...(debug ? [] : ["-s"]), ...inputs] };
  await linkAddon(compiler, objects, link, inputs);
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
