/**
 * The compiler that all prebuilt addons are made with, wherever they are made: clang with the headers and libraries of every
 * target, as PyPI's package `ziglang`, in native/build/toolchain. Needs Python for the install alone.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Another version makes other bytes. */
const version = "0.17.0";

const toolchain = join(dirname(fileURLToPath(import.meta.url)), "build", "toolchain");
const folder = join(toolchain, version);
/** The program of it that compiles C as well, and links. */
export const zig = join(folder, "ziglang", process.platform === "win32" ? "zig.exe" : "zig");

export class NoToolchain extends Error {
  name = "NoToolchain";
}

function runPython(args) {
  for (const python of ["python3", "python"]) {
    const { error, status, stderr } = spawnSync(python, args, { encoding: "utf8" });
    if (error?.code === "ENOENT") continue;
    if (error !== undefined || status !== 0)
      throw new NoToolchain(`${python} ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
    return;
  }
  throw new NoToolchain("no Python: it installs the pinned compiler (Debian: apt install python3 python3-pip)");
}

/** pip takes the package of the machine that it runs on; nothing outside the folder changes. */
export function installToolchain() {
  if (existsSync(zig)) return;
  const temporary = `${folder}.${process.pid}`;
  mkdirSync(temporary, { recursive: true });
  try {
    const quiet = ["--quiet", "--disable-pip-version-check", "--no-input"];
    const only = ["--no-deps", "--only-binary", ":all:", "--target", temporary];
    runPython(["-m", "pip", "install", ...quiet, ...only, `ziglang==${version}`]);
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** What it has made before it keeps beside itself: the C and C++ libraries of each target above all. */
const cache = join(toolchain, "cache");
export const environment = { ...process.env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache };

/**
 * Nothing is thrown, so nothing is unwound: its tables would be a tenth of what is downloaded. On Windows they belong to every
 * function, and its C library does not compile without.
 */
const withoutTables = ({ platform }) =>
  platform === "win32" ? [] : ["-fno-unwind-tables", "-fno-asynchronous-unwind-tables"];

/** The compiler for a target, as `compile.mjs` takes one. */
export const crossCompiler = (target) => ({
  command: [zig, "c++", "-target", target.triple, "-mcpu=baseline", ...withoutTables(target)],
  version: ["ziglang", version, target.triple, ...withoutTables(target)].join(" "),
  environment,
});
