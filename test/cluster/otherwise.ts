/**
 * Starts heddle so that process 1 of several is in another place than the first: `{ cwd, env, patch }` for it alone, then the
 * arguments. `patch`: "throw" fails in the middle of a run; "unreadable": files named data.csv are; "slow" has each flush to disk
 * take 10 s, in the first process.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { readLaunch } from "../../src/cluster/launcher.js";
import { currentCrew } from "../../src/engine/crew.js";

interface Otherwise {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly patch?: "throw" | "unreadable" | "slow";
}
const { cwd, env, patch } = JSON.parse(process.argv[2]) as Otherwise;
process.argv.splice(2, 1);
const first = readLaunch()?.process === 0;
if (!first) {
  if (cwd !== undefined) process.chdir(cwd);
  Object.assign(process.env, env);
  if (patch === "throw") {
    // Once it has joined the others, however long that takes.
    setInterval(() => {
      if (currentCrew()) throw new Error("planted in process 1");
    }, 500);
  }
  if (patch === "unreadable") {
    const { openSync } = fs;
    fs.openSync = (path, ...more) => {
      if (String(path).endsWith("data.csv")) throw Object.assign(new Error("planted"), { code: "EACCES" });
      return openSync(path, ...more);
    };
    syncBuiltinESMExports();
  }
} else if (patch === "slow") {
  const { fsyncSync } = fs;
  let told = false;
  fs.fsyncSync = (file) => {
    if (!told) process.stderr.write("a slow disk\n");
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
    fsyncSync(file);
  };
  syncBuiltinESMExports();
}
await import(new URL("../../../bin/heddle.js", import.meta.url).href);
