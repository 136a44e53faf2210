/**
 * Under mpirun or srun: all processes join, the first runs the command as if it were alone, and the others serve its trainings
 * and print nothing.
 */
import { constants } from "node:os";
import { exitCodes, joinTeam, serveTeam, type Team } from "../index.js";

/** Seconds in which a launcher's signal to all reaches the first process by itself. */
const ownSignal = 1;

/** Runs `command`, in the first process alone. `report` prints an error and gives its exit code. */
export async function runTogether(
  command: () => Promise<void>,
  report: (error: unknown) => Promise<number>,
): Promise<void> {
  let team: Team | null;
  try {
    team = await joinTeam();
  } catch (error) {
    process.exitCode = isSpokesman() ? await report(error) : exitCodes.run;
    return;
  }
  if (team?.isFirst === false) await obey(team, report);
  else if (team) await lead(team, command);
  else await command();
}

/** Of processes that could not join, the one that says why. */
function isSpokesman(): boolean {
  const { env } = process;
  const ranks = ["OMPI_COMM_WORLD_RANK", "MV2_COMM_WORLD_RANK", "PMI_RANK", "PALS_RANKID", "SLURM_PROCID"];
  return Number(ranks.map((name) => env[name]).find((rank) => rank !== undefined) ?? 0) === 0;
}

async function lead(team: Team, command: () => Promise<void>): Promise<void> {
  // Launchers give a terminal without a width, and collect lines.
  process.stdout.isTTY = false;
  process.stderr.isTTY = false;
  let [own, wishedAt] = [false, 0];
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const) {
    process.on(name, () => {
      own = true;
      // Nobody else listens: the process ends as ever, and with it all.
      if (process.listenerCount(name) === 1) process.exit(exitCodes[name]);
    });
  }
  // All that Open MPI's mpirun passes on without killing soon after (docs/cluster.md).
  process.on("SIGUSR2", () => process.kill(process.pid, "SIGTERM"));
  const timer = setInterval(() => {
    const signal = team.wished();
    if (signal === 0 || own) return;
    if (wishedAt === 0) wishedAt = performance.now();
    if (performance.now() - wishedAt < ownSignal * 1000) return;
    own = true;
    process.kill(process.pid, signal);
  }, 100);
  try {
    await command();
  } finally {
    clearInterval(timer);
  }
  await team.end(Number(process.exitCode ?? 0));
}

/** Signals go to the first process, which ends the run for all. */
async function obey(team: Team, report: (error: unknown) => Promise<number>): Promise<void> {
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const) {
    process.on(name, () => team.wish(constants.signals[name]));
  }
  process.on("SIGUSR2", () => team.wish(constants.signals.SIGTERM));
  const fail = async (error: unknown): Promise<void> => {
    process.stderr.write(`process ${team.process} on ${team.hosts[team.process]}: `);
    team.abort(await report(error));
  };
  // Node would end the process, and so all of them, before it has said why.
  process.on("uncaughtException", (error) => void fail(error));
  try {
    process.exitCode = await serveTeam(team);
    team.leave();
  } catch (error) {
    await fail(error);
  }
}
