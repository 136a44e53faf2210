// Builds the addon with node-gyp, offline: with the headers that sit beside the running Node where they are there.
// Run as `npm run build:native`; `--debug` keeps symbols.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const native = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

/** True where `name --version` runs. */
const works = (name) => name !== undefined && spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0;

/** What this machine lacks to compile C++; empty when all is there. */
export function missingTools() {
  const lacking = [];
  if (![process.env.CXX, "c++", "g++", "clang++"].some(works))
    lacking.push("a C++17 compiler (Debian: apt install g++)");
  if (!works("make")) lacking.push("make (Debian: apt install make)");
  if (![process.env.PYTHON, "python3", "python"].some(works)) lacking.push("Python 3 (Debian: apt install python3)");
  return lacking;
}

/** Compiles native/ into native/build/Release. Throws one clear message where that is not possible. */
export function buildNative() {
  const lacking = missingTools();
  if (lacking.length > 0)
    throw new Error(`The native addon cannot be built: this machine lacks ${lacking.join(", ")}.`);
  // <prefix>/bin/node has its headers in <prefix>/include/node; saying so keeps node-gyp from downloading them,
  // whatever npm's own configuration says.
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, "include", "node", "node_api.h")) ? [`--nodedir=${prefix}`] : [];
  const gyp = require.resolve("node-gyp/bin/node-gyp.js");
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^npm_config_/i.test(key)));
  const result = spawnSync(process.execPath, [gyp, "rebuild", "--jobs=max", ...headers], {
    cwd: native,
    env,
    encoding: "utf8",
  });
  if (result.status !== 0) {
    throw new Error(`The native addon did not compile:\n${result.stdout}\n${result.stderr}`);
  }
  return join(native, "build", "Release", "heddle.node");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const file = buildNative();
    // Symbols are of no use to users, and double the size.
    if (!process.argv.includes("--debug")) spawnSync("strip", ["--strip-unneeded", file]);
    process.stderr.write(`built ${file}\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
