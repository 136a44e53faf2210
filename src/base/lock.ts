/**
 * One writer for a folder. Its lock is a file that names process, host and the moment the process began, so that whoever
 * gets its number later is not taken for it. A lock whose process is gone counts as none.
 *
 * Where a process cannot be looked at (another host or container shares the folder), the lock's age decides: its owner
 * touches it again and again.
 */
import { randomBytes } from "node:crypto";
import { closeSync, linkSync, openSync, readFileSync, readlinkSync, statSync, writeFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { removeIfThere, temporaryFor } from "./atomic-write.js";
import { type HeddleError, runError, usageError } from "./errors.js";
import { blake3 } from "./hash.js";
import { reasonOf } from "./read-file.js";

/** The lock's name in the folder. */
export const lockName = ".heddle-lock";

/** How often the owner touches its lock, and the age at which one that cannot be looked at counts as left behind. */
const touchMs = 5_000;
const leftBehindMs = 60_000;

export interface Lock {
  /** Throws `runError` where another process has taken the folder over: nothing may be written any more. */
  assertHeld(): void;
  release(): void;
}

/** What a lock says of its owner. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Which start of the machine, and which numbering of processes (containers have their own). */
  readonly machine: string;
  /** When the process began, in the kernel's ticks; null where the system does not tell. */
  readonly began: string | null;
  /** No two locks are alike. */
  readonly nonce: string;
}

/** What goes when the process does. */
const held = new Set<() => void>();
process.on("exit", () => {
  for (const release of held) release();
});

/** Throws `usageError` naming pid and host of a process that works in the folder; `what`: "a run". */
export function lockFolder(folder: string, what: string): Lock {
  const path = join(folder, lockName);
  const text = JSON.stringify(ownOwner());
  take(path, text, (owner) => inUse(folder, what, path, owner));
  const timer = setInterval(() => touch(path), touchMs).unref();
  const release = (): void => {
    clearInterval(timer);
    held.delete(release);
    if (textOf(path) === text) removeIfThere(path);
  };
  held.add(release);
  const assertHeld = (): void => {
    const found = textOf(path);
    // Somebody removed the lock by hand: it is made again, unless another one was faster.
    if (found === text || (found === null && makeWhole(path, text))) return;
    const owner = parseOwner(textOf(path) ?? "");
    const got = owner ? `process ${owner.pid} on ${owner.host}, which took it over` : "another process";
    throw runError({ where: folder, expected: "to be the one that writes here", got });
  };
  return { assertHeld, release };
}

/** Makes the lock, or throws what `refuse` makes of the owner of the one that is there. */
function take(path: string, text: string, refuse: (owner: Owner | null) => Error): void {
  for (;;) {
    if (makeWhole(path, text)) return;
    const found = textOf(path);
    // Released in the meantime.
    if (found === null) continue;
    const owner = parseOwner(found);
    if (lives(owner, path)) throw refuse(owner);
    // Left behind. Two that see it must not both remove it, the second the lock of the first: to remove this very one
    // takes a lock of its own.
    const claim = `${path}-${Buffer.from(blake3([Buffer.from(found)]))
      .toString("hex")
      .slice(0, 16)}`;
    take(claim, JSON.stringify(ownOwner()), refuse);
    try {
      if (textOf(path) === found) removeIfThere(path);
    } finally {
      removeIfThere(claim);
    }
  }
}

/** The file with all of its text at once, unless there is one; true where it was made. */
function makeWhole(path: string, text: string): boolean {
  const temporary = temporaryFor(path);
  try {
    writeFileSync(temporary, text, { flag: "wx" });
    try {
      linkSync(temporary, path);
    } catch (error) {
      if (!hasNoLinks(error)) throw error;
      // Less good: another one may see it before its text is there, and waits then as for an unknown owner.
      writeFileSync(path, text, { flag: "wx" });
    }
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false;
    const fix = "Choose a folder that can be written.";
    throw runError({ where: path, expected: "to write this lock", got: reasonOf(cause), fix, cause });
  } finally {
    removeIfThere(temporary);
  }
}

/** Some file systems know no second name of a file. */
const hasNoLinks = (error: unknown): boolean =>
  ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes((error as NodeJS.ErrnoException).code ?? "");

function lives(owner: Owner | null, path: string): boolean {
  if (owner?.machine === machine() && owner.began !== null) {
    const begin = beginOf(owner.pid);
    if (begin !== null) return begin === owner.began;
    // Not there, or another user's on a system that hides those.
    if (!exists(owner.pid)) return false;
  }
  // The file server's own clock for both: ours may be another.
  const probe = temporaryFor(path);
  try {
    writeFileSync(probe, "");
    return statSync(probe).mtimeMs - statSync(path).mtimeMs < leftBehindMs;
  } catch {
    return true;
  } finally {
    removeIfThere(probe);
  }
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

const ownOwner = (): Owner => ({
  pid: process.pid,
  host: hostname(),
  machine: machine(),
  began: beginOf(process.pid),
  nonce: randomBytes(8).toString("hex"),
});

/** Equal only where numbers of processes mean the same: since the machine started, in one container. */
function machine(): string {
  try {
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return "";
  }
}

/** Field 22 of `/proc/PID/stat`; the second, a name in brackets, may hold spaces and brackets itself. */
function beginOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    // Of a zombie only the number is left, until its parent looks.
    return fields[0] === "Z" || fields[0] === "X" ? "ended" : fields[19];
  } catch {
    return null;
  }
}

function inUse(folder: string, what: string, path: string, owner: Owner | null): HeddleError {
  const got = owner ? `process ${owner.pid} on ${owner.host}, which writes there now` : "another process";
  const elsewhere = !owner || owner.machine !== machine() || owner.began === null;
  const fix = elsewhere
    ? `Wait for it. If it is gone, its lock ends a minute after it did, or with ${path}.`
    : "Wait for it, or stop it.";
  return usageError({ where: folder, expected: `${what} that nobody else works on`, got, fix });
}

/** Writes the first sign once more: the file's time is then its server's, and its text the same. */
function touch(path: string): void {
  let file: number | undefined;
  try {
    file = openSync(path, "r+");
    writeSync(file, "{", 0);
  } catch {
    // Gone: `assertHeld` sees to it before anything is written.
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Null where there is none. */
function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function parseOwner(text: string): Owner | null {
  try {
    const { pid, host, machine, began, nonce } = JSON.parse(text) as Partial<Owner>;
    if (typeof pid !== "number" || typeof host !== "string" || typeof machine !== "string") return null;
    return { pid, host, machine, began: began ?? null, nonce: nonce ?? "" };
  } catch {
    return null;
  }
}
