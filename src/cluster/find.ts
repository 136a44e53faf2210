/** MPI libraries and launchers of this machine, as `heddle doctor` shows them. Nothing is loaded. */
import { existsSync, statfsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { mpich, openMpi } from "./launcher.js";

export interface MpiFound {
  /** The first `mpirun` of the path. */
  readonly launcher: string | null;
  readonly libraries: readonly string[];
  /** Bytes of /dev/shm, through which processes of one machine speak; null where there is none. */
  readonly sharedMemory: number | null;
  /** "eth0 10.0.0.7": ways to other machines, and what looks like one (docker0). */
  readonly interfaces: readonly string[];
}

const names = { x64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" } as const;
const triplet = names[process.arch as keyof typeof names] ?? process.arch;

export function findMpi(env: NodeJS.ProcessEnv = process.env): MpiFound {
  const listed = (name: string): string[] => (env[name] ?? "").split(delimiter).filter((folder) => folder !== "");
  const launchers = listed("PATH").map((folder) => join(folder, "mpirun"));
  const launcher = launchers.find((path) => existsSync(path)) ?? null;
  const beside = launcher === null ? [] : [join(dirname(dirname(launcher)), "lib")];
  const folders = [...listed("LD_LIBRARY_PATH"), ...beside, `/usr/lib/${triplet}`, "/usr/lib64", "/usr/local/lib"];
  const paths = folders.flatMap((folder) => [...openMpi, ...mpich].map((name) => join(folder, name)));
  return {
    launcher,
    libraries: [...new Set(paths)].filter((path) => existsSync(path)),
    sharedMemory: sizeOf("/dev/shm"),
    interfaces: Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
      addresses
        .filter(({ family, internal }) => family === "IPv4" && !internal)
        .map(({ address }) => `${name} ${address}`),
    ),
  };
}

function sizeOf(folder: string): number | null {
  try {
    const { blocks, bsize } = statfsSync(folder);
    return blocks * bsize;
  } catch {
    return null;
  }
}
