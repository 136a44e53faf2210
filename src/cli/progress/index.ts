/** Which renderer shows a run, and which other work. */
import type { Output, Renderer } from "./renderer.js";
import type { TaskProgress, Unit } from "./task.js";

export interface Wishes {
  /** `--quiet`: nothing at all. */
  readonly quiet: boolean;
  /** False after `--no-progress` and with `--json`: lines, no bar. */
  readonly bar: boolean;
}

/** Launchers make every rank believe that it has a terminal. */
const launchers = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_PROCID"];

export async function chooseRenderer(wishes: Wishes, output: Output, env: NodeJS.ProcessEnv): Promise<Renderer> {
  if (wishes.quiet) return (await import("./silent.js")).silent();
  if (wantsBar(wishes, output, env)) return (await import("./bar.js")).bar(output);
  return (await import("./lines.js")).lines(output);
}

/** The same choice for work that is not training. */
export async function chooseTaskProgress(
  wishes: Wishes,
  output: Output,
  env: NodeJS.ProcessEnv,
  unit: Unit,
): Promise<TaskProgress> {
  if (wishes.quiet) return { update() {}, note() {}, close() {} };
  if (wantsBar(wishes, output, env)) return (await import("./task-bar.js")).taskBar(output, unit);
  return (await import("./task.js")).taskLines(output, unit);
}

/** True where a person watches a terminal that can redraw a line. */
function wantsBar(wishes: Wishes, output: Output, env: NodeJS.ProcessEnv): boolean {
  const unattended = [...launchers, "CI"].some((name) => env[name] && env[name] !== "false");
  return wishes.bar && output.isTTY === true && !unattended && env.TERM !== "dumb";
}
