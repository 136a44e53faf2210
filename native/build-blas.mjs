// `npm run build:blas`: links the kernels of the addon into a plain shared library,
// native/build/Release/libheddle_blas.so, with the Fortran BLAS calling convention.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { baseSources, flags, kernelUnits } from "./build.mjs";
import { findCompiler, Objects, runCommand } from "./compile.mjs";

const native = dirname(fileURLToPath(import.meta.url));
const compiler = findCompiler();
if (compiler === null) throw new Error("no C++ compiler (Debian: apt install g++)");
const objects = new Objects(native, compiler);
const kernels = kernelUnits().map((unit) => objects.job(unit.source, unit.object, unit.flags, unit.prefix));
const clock = baseSources().find((source) => source.startsWith("system/clock"));
const others = ["blas/blas.cc", "cpu.cc", clock].map((source) =>
  objects.job(source, join("build", "objects", `blas-${source.replaceAll("/", "-")}.o`), [...flags, "-O2"]),
);
await objects.compile([...kernels, ...others]);
const output = join("build", "Release", "libheddle_blas.so");
const inputs = [...kernels, ...others].map((job) => job.output);
await runCommand(
  [...compiler.command, "-shared", "-o", output, ...inputs, "-Wl,--exclude-libs,ALL", "-Wl,--gc-sections"],
  { cwd: native },
);
process.stderr.write(`built ${join(native, output)}\n`);
