/** Two machines on one: network namespaces joined by a wire, as far as root and `ip` allow. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Launcher } from "./launch.js";

const ip = (...words: string[]): void => void execFileSync("ip", words, { stdio: "pipe" });

/** Why there can be none; false where there can: a wire into a new namespace is tried. */
export const noMachines = ((): string | false => {
  const name = `heddle-probe-${process.pid}`;
  try {
    ip("netns", "add", name);
    ip("link", "add", "wire0", "netns", name, "type", "veth", "peer", "name", "wire1", "netns", name);
    return false;
  } catch {
    return "no right to make network namespaces and wires (root, and Debian's iproute2)";
  } finally {
    spawnSync("ip", ["netns", "delete", name]);
  }
})();

/** Why no process can have a /dev/shm of its own. */
export const noMounts =
  spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/dev/shm"]).status !== 0 && "no right to mount (root)";

export interface Machines {
  /** Starts one process on each. */
  readonly launcher: Launcher;
  /** Bytes that have come over the wire to the first. */
  readonly received: () => number;
  /** Takes the wire away. */
  readonly cut: () => void;
  readonly close: () => void;
}

/** `folder` gets the program that stands for ssh. */
export function twoMachines(folder: string): Machines {
  const names = [1, 2].map((n) => `heddle-${process.pid}-${n}`);
  for (const name of names) ip("netns", "add", name);
  ip("link", "add", "wire0", "netns", names[0], "type", "veth", "peer", "name", "wire0", "netns", names[1]);
  for (const [i, name] of names.entries()) {
    ip("-n", name, "address", "add", `10.77.0.${i + 1}/24`, "dev", "wire0");
    for (const device of ["lo", "wire0"]) ip("-n", name, "link", "set", device, "up");
  }
  const agent = join(folder, "agent");
  const enter = `case "$1" in 10.77.0.1) at=${names[0]};; *) at=${names[1]};; esac; shift`;
  writeFileSync(agent, `#!/bin/sh\n${enter}\nexec ip netns exec "$at" sh -c "$*"\n`);
  chmodSync(agent, 0o755);
  const wire = ["btl_tcp_if_include", "oob_tcp_if_include"].flatMap((key) => ["--mca", key, "wire0"]);
  const tcp = ["--mca", "plm_rsh_agent", agent, "--mca", "btl", "tcp,self", "--mca", "pml", "ob1", ...wire];
  return {
    launcher: {
      name: "Open MPI over a wire",
      path: "ip",
      flags: [
        ...["netns", "exec", names[0], "mpirun.openmpi", ...tcp, "--bind-to", "none"],
        ...["-H", "10.77.0.1:1,10.77.0.2:1"],
      ],
    },
    received: () => {
      const out = execFileSync("ip", ["-n", names[0], "-s", "-j", "link", "show", "wire0"], { encoding: "utf8" });
      return (JSON.parse(out) as [{ stats64: { rx: { bytes: number } } }])[0].stats64.rx.bytes;
    },
    cut: () => ip("-n", names[0], "link", "set", "wire0", "down"),
    close: () => {
      for (const name of names) {
        // An mpirun that waits for the other machine's daemon for ever is in there.
        for (const pid of pidsIn(name)) process.kill(pid, "SIGKILL");
        ip("netns", "delete", name);
      }
    },
  };
}

const pidsIn = (name: string): number[] =>
  execFileSync("ip", ["netns", "pids", name], { encoding: "utf8" }).split("\n").filter(Boolean).map(Number);
