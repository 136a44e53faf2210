/** A memory limit that is too small: the reason and a way out before anything is trained, never a kill. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { emptyFolder } from "../cli/heddle.js";

const bin = fileURLToPath(new URL("../../../bin/heddle.js", import.meta.url));
const train = ["train", "--epochs", "1", "--out", "none", "--quiet", "--model", "mlp:8"];

/** A control group of so many bytes, and its file of processes; null where this system lets nobody make one. */
function group(t: TestContext, bytes: number): string | null {
  const [folder, limit] = existsSync("/sys/fs/cgroup/memory")
    ? ["/sys/fs/cgroup/memory", "memory.limit_in_bytes"]
    : ["/sys/fs/cgroup", "memory.max"];
  const own = join(folder, `heddle-test-${process.pid}-${bytes}`);
  try {
    mkdirSync(own);
    t.after(() => rmdirSync(own));
    writeFileSync(join(own, limit), `${bytes}`);
    return Number(readFileSync(join(own, limit), "utf8")) === bytes ? join(own, "cgroup.procs") : null;
  } catch {
    return null;
  }
}

const limited = (processes: string, args: readonly string[]) =>
  spawnSync("sh", ["-c", `echo $$ > "${processes}" && exec "$@"`, "sh", process.execPath, bin, ...args], {
    encoding: "utf8",
  });

for (const [megabytes, threads, status] of [
  [128, 1, 0],
  [128, 8, 1],
  [48, 2, 1],
] as const) {
  test(`${threads} threads within ${megabytes} MB: ${status === 0 ? "trained" : "refused, not killed"}`, (t) => {
    const processes = group(t, megabytes * 2 ** 20);
    if (processes === null) return t.skip("this system lets us make no control group");
    const ended = limited(processes, [...train, "--threads", `${threads}`]);
    assert.deepEqual([ended.status, ended.signal], [status, null], ended.stderr);
    if (status === 1)
      assert.match(ended.stderr, /^heddle: memory: expected .*, got \d+ MB available\. Take fewer --threads/m);
  });
}

test("the limit is read from the control group's files, wherever the program runs", (t) => {
  const preload = join(emptyFolder(t), "limit.cjs");
  const files = {
    "/proc/self/cgroup": "0::/job\n",
    "/sys/fs/cgroup/job/memory.max": "268435456\n",
    "/sys/fs/cgroup/job/memory.current": "60000000\n",
    "/sys/fs/cgroup/job/memory.stat": "inactive_file 0\n",
  };
  const lines = [
    `const fs = require("node:fs"), read = fs.readFileSync, files = ${JSON.stringify(files)};`,
    `fs.readFileSync = (path, ...rest) => files[path] ?? read(path, ...rest);`,
    `require("node:module").syncBuiltinESMExports();`,
  ];
  writeFileSync(preload, lines.join("\n"));
  const args = ["--require", preload, bin, ...train, "--threads", "16"];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^heddle: memory: expected 400 MB for 16 threads, got 20[89] MB available\. Take fewer --threads, or raise/m,
  );
});
