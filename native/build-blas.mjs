// `npm run build:blas`: links the kernels that `npm run build:native` has compiled into a plain shared library,
// native/build/Release/libheddle_blas.so, with the Fortran BLAS calling convention.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildNative } from "./build.mjs";

const native = dirname(fileURLToPath(import.meta.url));
const release = join(native, "build", "Release");
if (!existsSync(join(release, "heddle.node"))) buildNative();
const libraries = readdirSync(release).filter((name) => /^isa_.*\.a$/.test(name));
const output = join(release, "libheddle_blas.so");
const { status } = spawnSync(
  process.env.CXX ?? "c++",
  [
    "-std=c++17",
    "-O3",
    "-fPIC",
    "-shared",
    "-fvisibility=hidden",
    "-Wall",
    "-Wextra",
    "-ffp-contract=off",
    "-o",
    output,
  ]
    .concat([join(native, "blas", "blas.cc"), join(native, "cpu.cc")])
    .concat(libraries.map((name) => join(release, name)))
    .concat(["-Wl,--exclude-libs,ALL", "-Wl,--gc-sections"]),
  { stdio: "inherit" },
);
process.exitCode = status ?? 1;
if (status === 0) process.stderr.write(`built ${output}\n`);
