/** The step of `bench scaling` in several processes of this machine, and what is said of several machines. */
import { spawn } from "node:child_process";
import { count, findMpi, type NetworkPrediction, runError, type StepResult } from "../../index.js";
import { table } from "../table.js";
import type { resultColors } from "../terminal.js";
import type { stepOptions } from "./shared.js";

type Step = Awaited<ReturnType<typeof stepOptions>>;

/** `heddle bench step` in so many processes, one number after the other. Throws `runError` without a launcher. */
export async function stepsOfProcesses(numbers: readonly number[], step: Step): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (const processes of numbers) results.push(await stepOf(processes, step));
  return results;
}

async function stepOf(
  processes: number,
  { model, batchSize, optimizer, dtype, backend, seconds }: Step,
): Promise<StepResult> {
  const { launcher } = findMpi();
  const where = `--processes ${processes}`;
  if (launcher === null) {
    const fix =
      "Install Open MPI or MPICH (Debian: apt install openmpi-bin); `--processes 1` needs none (docs/cluster.md).";
    throw runError({ where, expected: "mpirun in the path", got: "none", fix });
  }
  const settings = Object.entries({ ...optimizer, name: undefined }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${String(value)}`],
  );
  const args = ["bench", "step", "--json", "--model", model, "--batch-size", `${batchSize}`, "--dtype", dtype];
  const more = [
    "--backend",
    backend,
    "--seconds",
    `${seconds}`,
    "--optimizer",
    [optimizer.name, ...settings].join(" "),
  ];
  const { code, out, errors } = await output(launcher, [
    ...["-n", `${processes}`, process.execPath, process.argv[1]],
    ...args,
    ...more,
  ]);
  if (code === 0) return JSON.parse(out) as StepResult & { operations?: undefined } satisfies object;
  throw runError({ where, expected: `${launcher} to start them`, got: errors.trim().split("\n").slice(-6).join(" ") });
}

function output(
  program: string,
  args: readonly string[],
): Promise<{ code: number | null; out: string; errors: string }> {
  // Open MPI would bind each of two to one core, refuse more processes than cores, and refuse root.
  const openMpi = {
    OMPI_MCA_hwloc_base_binding_policy: "none",
    OMPI_MCA_rmaps_base_oversubscribe: "1",
    PRTE_MCA_rmaps_default_mapping_policy: ":OVERSUBSCRIBE",
    PRTE_MCA_hwloc_default_binding_policy: "none",
    OMPI_ALLOW_RUN_AS_ROOT: "1",
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  };
  const child = spawn(program, args, { env: { ...process.env, ...openMpi }, stdio: ["ignore", "pipe", "pipe"] });
  let [out, errors] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, errors }));
  });
}

/** Speed-ups by machines and links, and from which batch on the network hardly counts. */
export function networkText(
  network: readonly NetworkPrediction[],
  { batchSize }: Pick<Step, "batchSize">,
  colors: ReturnType<typeof resultColors>,
): string {
  const links = [...new Set(network.map(({ gigabits }) => gigabits))];
  const machines = [...new Set(network.map(({ nodes }) => nodes))];
  const tableOf = (cell: (each: NetworkPrediction) => string): string => {
    const head = ["machines", ...links.map((link) => `${link} Gb/s`)].map((text) => colors.dim(text));
    const rows = machines.map((nodes) => [
      `${nodes}`,
      ...links.map((link) => cell(network.find((each) => each.nodes === nodes && each.gigabits === link)!)),
    ]);
    return table("r".repeat(head.length), [head, ...rows]);
  };
  const times = ({ speedup, limit }: NetworkPrediction): string =>
    `${limit === "none" ? "" : `${limit} `}${speedup.toFixed(2)}`;
  const batch = ({ hiddenFrom }: NetworkPrediction): string => (hiddenFrom === null ? "-" : count(hiddenFrom));
  return (
    "Machines like this one over a network, computed from the times above and the bytes of the plan.\n" +
    `Times as fast at batch ${count(batchSize)}, and what keeps it from more:\n\n${tableOf(times)}\n\n` +
    `The batch from which exchanges take at most a tenth of a step:\n\n${tableOf(batch)}`
  );
}
