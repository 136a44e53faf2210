/**
 * What this process may use of the machine: cores (affinity mask and container quota) and memory. Linux tells by files,
 * read here through `ReadText` so that tests can bring their own; elsewhere Node's own answer stands.
 */
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";

/** A file's text, or null where it cannot be read. */
export type ReadText = (path: string) => string | null;

const readText: ReadText = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
};

export interface Cores {
  /** Cores this process may be scheduled on. */
  readonly mask: number;
  /** CPU seconds per second that the container may use; null where nothing limits it. */
  readonly quota: number | null;
}

export interface Memory {
  /** Bytes of the machine. */
  readonly total: number;
  /** The tightest limit of the control groups above this process; null where there is none. */
  readonly limit: number | null;
  /** Bytes that this process could still take. */
  readonly available: number;
}

/** How many numbers a kernel list like "0-3,8,10-11" holds. */
export function countCpuList(text: string): number {
  let count = 0;
  for (const range of text.trim().split(",")) {
    const [first, last = first] = range.split("-").map(Number);
    if (Number.isInteger(first) && Number.isInteger(last)) count += last - first + 1;
  }
  return count;
}

/** `/proc/self/cgroup`: the path of this process per controller of version 1; version 2 is the empty name. */
export function parseCgroups(text: string): Map<string, string> {
  const paths = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path !== undefined) for (const controller of controllers.split(",")) paths.set(controller, path);
  }
  return paths;
}

/**
 * Folders that may limit this process, from its own group up to the root. A container may see its group as the root of
 * the mount while `/proc` still names the host's path: folders that do not exist are then simply unreadable.
 */
function cgroupFolders(read: ReadText, controller: "cpu" | "memory"): { v1: string[]; v2: string[] } {
  const paths = parseCgroups(read("/proc/self/cgroup") ?? "");
  const climb = (mount: string, path: string | undefined) => {
    if (path === undefined) return [];
    const parts = path.split("/").filter((part) => part !== "");
    return Array.from({ length: parts.length + 1 }, (_, up) => [mount, ...parts.slice(0, parts.length - up)].join("/"));
  };
  const unified = paths.get("");
  return {
    v1: climb(`/sys/fs/cgroup/${controller}`, paths.get(controller)),
    v2: [...climb("/sys/fs/cgroup", unified), ...climb("/sys/fs/cgroup/unified", unified)],
  };
}

const least = (values: readonly number[]): number | null => (values.length > 0 ? Math.min(...values) : null);

/** The tightest CPU quota, in cores. */
export function cpuQuota(read: ReadText = readText): number | null {
  const { v1, v2 } = cgroupFolders(read, "cpu");
  const pairs = [
    ...v1.map((folder) => [read(`${folder}/cpu.cfs_quota_us`), read(`${folder}/cpu.cfs_period_us`)]),
    ...v2.map((folder) => read(`${folder}/cpu.max`)?.trim().split(/\s+/) ?? []),
  ];
  // "max" and -1 mean no limit, a missing file means nothing.
  const cores = pairs.map(([quota, period]) => Number(quota ?? NaN) / Number(period ?? NaN));
  return least(cores.filter((value) => value > 0 && Number.isFinite(value)));
}

/** The affinity mask and the quota. */
export function readCores(read: ReadText = readText): Cores {
  const allowed = /^Cpus_allowed_list:\s*(\S+)/m.exec(read("/proc/self/status") ?? "")?.[1];
  return { mask: (allowed && countCpuList(allowed)) || availableParallelism(), quota: cpuQuota(read) };
}

/** Memory of the machine and of the control groups. Cached file pages count as free: the kernel gives them back. */
export function readMemory(read: ReadText = readText): Memory {
  const info = read("/proc/meminfo") ?? "";
  const field = (name: string) => {
    const kilobytes = new RegExp(`^${name}:\\s*(\\d+) kB`, "m").exec(info)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  };
  const total = field("MemTotal") ?? totalmem();
  const available = field("MemAvailable") ?? freemem();

  const { v1, v2 } = cgroupFolders(read, "memory");
  const groups = [
    ...v1.map((folder) => ({ folder, limit: "memory.limit_in_bytes", used: "memory.usage_in_bytes" })),
    ...v2.map((folder) => ({ folder, limit: "memory.max", used: "memory.current" })),
  ].flatMap(({ folder, limit, used }) => {
    const bytes = Number(read(`${folder}/${limit}`) ?? NaN);
    // Version 1 writes "no limit" as a number near 2^63, "max" is not a number.
    if (!(bytes > 0 && bytes < total)) return [];
    const cached = /^(?:total_)?inactive_file (\d+)/m.exec(read(`${folder}/memory.stat`) ?? "")?.[1];
    return [{ limit: bytes, free: bytes - Number(read(`${folder}/${used}`) ?? 0) + Number(cached ?? 0) }];
  });
  return {
    total,
    limit: least(groups.map((group) => group.limit)),
    available: Math.max(0, Math.min(available, ...groups.map((group) => group.free))),
  };
}

/** The CPU's name as its maker gives it. */
export const cpuModel = (): string => cpus()[0]?.model.trim() || "unknown CPU";

/** What the CPU says it can do, of what kernels care about; empty where the kernel does not tell. */
export function cpuFeatures(read: ReadText = readText): string[] {
  const flags = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(read("/proc/cpuinfo") ?? "")?.[1] ?? "";
  return flags.split(/\s+/).filter((flag) => /^(?:avx|fma$|f16c$|amx|asimd|sve|bf16$)/.test(flag));
}
