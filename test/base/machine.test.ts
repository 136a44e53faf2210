import assert from "node:assert/strict";
import { test } from "node:test";
import { countCpuList, cpuQuota, parseCgroups, type ReadText, readCores, readMemory } from "../../src/base/machine.js";
import { chooseThreads } from "../../src/run/threads.js";

/** A machine made of files. */
const machine =
  (files: Record<string, string>): ReadText =>
  (path) =>
    files[path] ?? null;

test("CPU lists count ranges and single cores", () => {
  assert.equal(countCpuList("0-3,8,10-11\n"), 7);
  assert.equal(countCpuList("5"), 1);
});

test("control groups of both versions are told apart", () => {
  const groups = parseCgroups("4:memory:/jobs/a\n3:cpu,cpuacct:/jobs/b\n1:name=systemd:/\n0::/unified/c\n");
  assert.equal(groups.get("memory"), "/jobs/a");
  assert.equal(groups.get("cpu"), "/jobs/b");
  assert.equal(groups.get("cpuacct"), "/jobs/b");
  assert.equal(groups.get(""), "/unified/c");
});

test("a version 2 quota holds wherever up the hierarchy it is set, and the tightest wins", () => {
  const files = {
    "/proc/self/cgroup": "0::/pod/box\n",
    "/sys/fs/cgroup/pod/box/cpu.max": "max 100000\n",
    "/sys/fs/cgroup/pod/cpu.max": "150000 100000\n",
    "/sys/fs/cgroup/cpu.max": "800000 100000\n",
  };
  assert.equal(cpuQuota(machine(files)), 1.5);
});

test("a version 1 quota is found, also when the container sees its own group as the root", () => {
  const files = {
    "/proc/self/cgroup": "3:cpu,cpuacct:/docker/0123\n",
    "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "200000\n",
    "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
  };
  assert.equal(cpuQuota(machine(files)), 2);
  const unlimited = { ...files, "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n" };
  assert.equal(cpuQuota(machine(unlimited)), null);
  assert.equal(cpuQuota(machine({})), null);
});

test("the affinity mask comes from the kernel", () => {
  assert.equal(readCores(machine({ "/proc/self/status": "Name:\tnode\nCpus_allowed_list:\t0-2,7\n" })).mask, 4);
  assert.ok(readCores().mask >= 1);
});

test("available memory is the least of the machine's and the groups', with cached pages given back", () => {
  const files = {
    "/proc/meminfo": "MemTotal:       16000 kB\nMemFree: 1 kB\nMemAvailable:   12000 kB\n",
    "/proc/self/cgroup": "4:memory:/\n0::/box\n",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    "/sys/fs/cgroup/box/memory.max": "8192000\n",
    "/sys/fs/cgroup/box/memory.current": "4096000\n",
    "/sys/fs/cgroup/box/memory.stat": "anon 5\ninactive_file 1024000\n",
    "/sys/fs/cgroup/memory.max": "max\n",
  };
  assert.deepEqual(readMemory(machine(files)), { total: 16_384_000, limit: 8_192_000, available: 5_120_000 });
  const free = readMemory(machine({ "/proc/meminfo": files["/proc/meminfo"] }));
  assert.deepEqual(free, { total: 16_384_000, limit: null, available: 12_288_000 });
});

test("a given number of threads is obeyed exactly, with its source as the reason", () => {
  const cores = { mask: 2, quota: null };
  assert.deepEqual(chooseThreads(2, "flag", undefined, cores), { threads: 2, reason: "--threads", note: null });
  assert.equal(chooseThreads(1, "environment", undefined, cores).reason, "HEDDLE_THREADS");
  const many = chooseThreads(7, "flag", undefined, cores);
  assert.equal(many.threads, 7);
  assert.match(many.note ?? "", /7 threads share 2 cores/);
});

test("auto takes mask, quota or what pays, and says which", () => {
  assert.equal(
    chooseThreads("auto", "default", undefined, { mask: 2, quota: null }).reason,
    "2 cores in the affinity mask",
  );
  const limited = chooseThreads("auto", "default", undefined, { mask: 8, quota: 1.5 });
  assert.deepEqual(limited, { threads: 1, reason: "cgroup quota of 1.5 cores", note: null });
  assert.equal(chooseThreads("auto", "default", undefined, { mask: 2, quota: 4 }).threads, 2);
  assert.equal(chooseThreads("auto", "default", undefined, { mask: 2, quota: 0.2 }).threads, 1);
  const small = { threads: 1, reason: "a small step" };
  assert.equal(chooseThreads("auto", "default", small, { mask: 8, quota: null }).reason, "a small step");
  assert.equal(chooseThreads("auto", "default", { ...small, threads: 16 }, { mask: 8, quota: null }).threads, 8);
});
