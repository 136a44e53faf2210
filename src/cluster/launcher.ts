/**
 * What the launcher of several processes says of them in the environment, and where the library lies that belongs to it. One
 * of another make starts all the same, as the only process of its world: what was promised is compared with what came.
 */
import { fstatSync, readlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fromEnvironment } from "../base/environment.js";
import { runError } from "../base/errors.js";

export interface Launch {
  /** Who started this: "Open MPI", "MPICH", … */
  readonly launcher: string;
  readonly processes: number;
  readonly process: number;
  /** Libraries to try, in this order. */
  readonly libraries: readonly string[];
}

export const openMpi = ["libmpi.so.40", "libmpi.so.80"];
export const mpich = ["libmpi_abi.so.1", "libmpich.so.12", "libmpi.so.12", "libmpi_cray.so.12"];

interface Launcher {
  readonly name: string;
  /** Variables that hold how many processes there are, and which this is. */
  readonly size: string;
  readonly rank: string;
  readonly libraries: (env: NodeJS.ProcessEnv) => readonly string[];
}

/** The first whose variables are there is taken. Of Slurm's, those of the step: a shell of sbatch has the others too. */
const launchers: readonly Launcher[] = [
  { name: "Open MPI", size: "OMPI_COMM_WORLD_SIZE", rank: "OMPI_COMM_WORLD_RANK", libraries: () => openMpi },
  { name: "MVAPICH", size: "MV2_COMM_WORLD_SIZE", rank: "MV2_COMM_WORLD_RANK", libraries: () => mpich },
  { name: "MPICH", size: "PMI_SIZE", rank: "PMI_RANK", libraries: () => mpich },
  { name: "PALS", size: "PALS_SIZE", rank: "PALS_RANKID", libraries: () => mpich },
  {
    name: "Slurm",
    size: "SLURM_STEP_NUM_TASKS",
    rank: "SLURM_PROCID",
    libraries: (env) => (env["PMIX_RANK"] === undefined ? [...mpich, ...openMpi] : [...openMpi, ...mpich]),
  },
];

/** Null where this process was started alone. */
export function readLaunch(env: NodeJS.ProcessEnv = process.env): Launch | null {
  const found = launchers.find(({ size }) => Number(env[size]) > 1);
  if (!found) return null;
  const named = fromEnvironment("mpi", env);
  const names = found.libraries(env);
  return {
    launcher: found.name,
    processes: Number(env[found.size]),
    process: Number(env[found.rank] ?? 0),
    libraries: named === undefined ? [...besideLauncher(names), ...names] : [named],
  };
}

/** Libraries of the installation whose launcher started us: in a folder of its own the loader does not look. */
function besideLauncher(names: readonly string[]): string[] {
  try {
    const lib = join(dirname(dirname(readlinkSync(`/proc/${process.ppid}/exe`))), "lib");
    return lib === "/usr/lib" ? [] : names.map((name) => join(lib, name));
  } catch {
    return [];
  }
}

/**
 * MPICH's launcher speaks with its processes over a descriptor that they inherit. Node closes what it inherits when it
 * starts, so it reaches the first Node only: of `mpirun npx heddle`, npx. Throws `runError`.
 */
export function checkDescriptor(env: NodeJS.ProcessEnv = process.env): void {
  if (env["PMI_FD"] === undefined) return;
  try {
    if (fstatSync(Number(env["PMI_FD"])).isSocket()) return;
  } catch {
    // It is closed.
  }
  throw runError({
    where: "mpirun",
    expected: "to reach this process by the descriptor in PMI_FD",
    got: "another program of Node in between, as npx is, which closes it",
    fix: "Start it without npx: `mpirun -n 4 node_modules/.bin/heddle train`.",
  });
}
