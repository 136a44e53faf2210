/** Two machines, slow disks and small shared memory, under real launchers. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { emptyFolder, heddle } from "../cli/heddle.js";
import { launch, launchers, noLauncher, processesOf } from "../cluster/launch.js";
import { noMachines, noMounts, twoMachines } from "../cluster/machines.js";

const short = ["train", "--epochs", "3", "--quiet", "--json"];
const hashOf = ({ stdout, stderr }: { stdout: string; stderr: string }): string => {
  assert.notEqual(stdout, "", stderr);
  return (JSON.parse(stdout) as { weightsHash: string }).weightsHash;
};
const openMpi = launchers.some(({ name }) => name === "Open MPI") ? false : "no Open MPI here";
const noWire = noMachines || openMpi;

test("two machines joined by TCP give the bytes of one process", { skip: noWire }, async (t) => {
  const machines = twoMachines(emptyFolder(t));
  t.after(() => machines.close());
  const whole = hashOf(await heddle([...short, "--out", "none"]));
  assert.equal(hashOf(await launch(machines.launcher, 2, [...short, "--out", "none", "--threads", "1"])), whole);
  assert.ok(machines.received() > 1e6, "all went over the wire");
});

test("a wire that is cut ends the processes of both machines soon", { skip: noWire }, async (t) => {
  const folder = emptyFolder(t);
  const machines = twoMachines(folder);
  t.after(() => machines.close());
  const run = join(folder, "run");
  const args = ["train", "--epochs", "4000", "--quiet", "--out", run, "--threads", "1"];
  // Open MPI's mpirun may wait for the other machine for ever: it is not waited for.
  void launch(machines.launcher, 2, args);
  while (!begun(run)) await sleep(20);
  machines.cut();
  const cut = performance.now();
  while (processesOf(run).length > 0 && performance.now() - cut < 20_000) await sleep(50);
  const seconds = (performance.now() - cut) / 1000;
  // 8 s of silence and 2 for an end that the launcher does not reach; more where cores are busy with other things.
  assert.ok(seconds < 15, `${seconds} s`);
});

function begun(run: string): boolean {
  try {
    return readFileSync(join(run, "metrics.jsonl"), "utf8").split("\n").length > 2;
  } catch {
    return false;
  }
}

test("a checkpoint that takes 10 s and more is work, not silence", { skip: noLauncher }, async (t) => {
  const cwd = emptyFolder(t);
  const program = fileURLToPath(new URL("../cluster/otherwise.js", import.meta.url));
  const slow = JSON.stringify({ patch: "slow" });
  const args = [slow, "train", "--epochs", "1", "--quiet", "--json", "--out", "run", "--threads", "1"];
  const ended = await launch(launchers[0], 2, args, { cwd, program });
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(ended.stderr, /a slow disk/);
  assert.equal(hashOf(ended), hashOf(await heddle(["train", "--epochs", "1", "--quiet", "--json", "--out", "none"])));
});

test("1 MiB of /dev/shm: it works, or a sentence says why it does not", {
  skip: noMounts || noLauncher,
}, async () => {
  for (const { name, path, flags } of launchers) {
    const small = ["-m", "sh", "-c", 'mount -t tmpfs -o size=1m tmpfs /dev/shm && exec "$0" "$@"', path, ...flags];
    const { code, stdout, stderr } = await launch({ name, path: "unshare", flags: small }, 2, [
      ...short,
      ...["--out", "none", "--threads", "1"],
    ]);
    if (code === 0) assert.match(stdout, /weightsHash/);
    else assert.match(stderr, /\w+ \w+ \w+/, name);
    assert.doesNotMatch(stderr, /Bus error|SIGBUS/, name);
  }
});
