/** MPI libraries and launchers of this machine, as `heddle doctor` shows them. Nothing is loaded. */
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { mpich, openMpi } from "./launcher.js";

export interface MpiFound {
  /** The first `mpirun` of the path. */
  readonly launcher: string | null;
  readonly libraries: readonly string[];
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
  return { launcher, libraries: [...new Set(paths)].filter((path) => existsSync(path)) };
}
