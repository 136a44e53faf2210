/** Joins the processes that a launcher started, and sees that they are alike: in programs, addons, bits and environment. */
import { readFileSync, readlinkSync } from "node:fs";
import { cpus, hostname } from "node:os";
import { fromEnvironment, variables } from "../base/environment.js";
import { runError } from "../base/errors.js";
import { digestText } from "../base/hash.js";
import { readCores } from "../base/machine.js";
import { version } from "../base/version.js";
import { joinCrew } from "../engine/crew.js";
import { arithmeticOf } from "../kernels/index.js";
import { type MpiCalls, nativeMpi, nativeStatus } from "../kernels/native.js";
import { checkDescriptor, type Launch, readLaunch } from "./launcher.js";
import { Team } from "./team.js";

/** Says nothing of itself. */
interface Facts {
  readonly host: string;
  readonly cores: number;
  readonly machine: string | null;
  readonly compared: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

/** Variables that are a machine's own. */
const local: readonly string[] = [variables.isa, variables.mpi];
const ours = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith("HEDDLE_") && !local.includes(name) && value !== undefined ? [[name, value]] : [],
    ),
  );

/** Null where nothing was launched but this process. Throws `runError`. */
export async function joinTeam(): Promise<Team | null> {
  const launch = readLaunch();
  if (!launch) return null;
  const mpi = nativeMpi();
  if (!mpi) throw runError({ where: launch.launcher, expected: "the native addon, which calls MPI", got: "none" });
  checkDescriptor();
  const joined = mpi.join(launch.libraries);
  if (joined.error !== "") throw missing(launch, joined.error);
  if (joined.processes !== launch.processes) {
    mpi.leave();
    throw otherMake(launch, joined.processes, joined.library);
  }
  const team = new Team(mpi, joined);
  const all = (await team.gather(factsOf())) as Facts[];
  const hosts = all.map(({ host }) => host);
  mpi.hosts(hosts);
  compare(all, team);
  Object.assign(process.env, all[0].environment);
  const share = Math.min(
    ...all.map(({ host, cores }) => shareOf(cores, hosts.filter((other) => other === host).length)),
  );
  await meetNeighbors(all, team, mpi);
  team.settle(hosts, share);
  joinCrew(team);
  return team;
}

/**
 * On one machine processes read from each other's memory where the system allows it, which takes half the time; not where a
 * network lies between them, nor with HEDDLE_EXCHANGE=mpi. All do, or none.
 */
async function meetNeighbors(all: readonly Facts[], team: Team, mpi: MpiCalls): Promise<void> {
  const [{ machine }] = all;
  if (machine === null || all.some((facts) => facts.machine !== machine) || fromEnvironment("exchange") === "mpi")
    return;
  const signs = (await team.gather(mpi.sign())) as number[][];
  const each = await team.gather(mpi.meetNeighbors(Float64Array.from(signs.flat())));
  if (each.every(Boolean)) mpi.beginNeighbors();
}

/** Equal where processes see each other, and speak without a wire; null where the system does not say. */
function machineHere(): string | null {
  try {
    const rooms = ["pid", "net"].map((name) => readlinkSync(`/proc/self/ns/${name}`));
    return [readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(), ...rooms].join(" ");
  } catch {
    return null;
  }
}

/** Cores for each of the processes of a machine: its launcher has divided them, or nobody has. */
const shareOf = (cores: number, processes: number): number =>
  Math.max(1, cores < cpus().length ? cores : Math.floor(cores / processes));

function factsOf(): Facts {
  const { isa, path } = nativeStatus();
  return {
    host: hostname(),
    cores: readCores().mask,
    machine: machineHere(),
    compared: {
      Heddle: version(),
      Node: process.version,
      addon: path === null ? "none" : digestText([readFileSync(path)]).slice(0, 23),
      "bits of the kernels": `those of ${arithmeticOf(isa)}`,
    },
    environment: ours(process.env),
  };
}

/** Throws `runError` in the first process, which speaks for all, where they are not alike. */
function compare(all: readonly Facts[], team: Team): void {
  const [first] = all;
  for (const [p, { host, compared }] of all.entries()) {
    const differing = Object.keys(compared).filter((what) => compared[what] !== first.compared[what]);
    if (differing.length === 0) continue;
    const of = (facts: Facts): string => differing.map((what) => `${what} ${facts.compared[what]}`).join(", ");
    team.leave();
    throw runError({
      where: `process ${p} on ${host}`,
      expected: `what process 0 on ${first.host} has (${of(first)})`,
      got: of(all[p]),
      fix: "The same installation on all machines gives the same weights.",
    });
  }
}

function missing({ launcher, libraries }: Launch, reasons: string): Error {
  return runError({
    where: launcher,
    expected: `an MPI library of its make (${libraries.join(", ")})`,
    got: reasons,
    fix: `Install it (Debian: libopenmpi3 or libmpich12), or name it: ${variables.mpi}=/path/to/libmpi.so.40.`,
  });
}

function otherMake({ launcher, processes }: Launch, found: number, library: string): Error {
  const slurm =
    "Under srun choose what the library was built with: `srun --mpi=pmix` (Open MPI) or `srun --mpi=pmi2` (MPICH).";
  return runError({
    where: launcher,
    expected: `${processes} processes, as it has started`,
    got: `${found} in the world of ${library}`,
    fix: launcher === "Slurm" ? slurm : `The library is of another make than the launcher: ${variables.mpi} names one.`,
  });
}
