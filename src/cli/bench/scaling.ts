/** `heddle bench scaling`: the same step at several numbers of threads, or of processes and of machines. */
import type { Command } from "commander";
import {
  benchMoreRanks,
  benchNetwork,
  benchScaling,
  count,
  percent,
  readCores,
  type StepResult,
  usageError,
} from "../../index.js";
import { isLaunched } from "../launched.js";
import { newCommand, numberOf } from "../options.js";
import { table } from "../table.js";
import { printJson, printText, resultColors } from "../terminal.js";
import { ranksText } from "./more-ranks.js";
import { networkText, stepsOfProcesses } from "./processes.js";
import { addStepOptions, type BenchOptions, peakText, stepOptions } from "./shared.js";

interface ScalingOptions extends BenchOptions {
  readonly threads?: string;
  readonly processes?: string;
  readonly predict?: string;
}

/** Machines and links, Gb/s, that are told of. */
const nodes = [2, 4, 8, 16, 32, 64];
const gigabits = [10, 25, 100];

export function scaling(): Command {
  return addStepOptions(
    newCommand("scaling", "Time the same training step at several numbers of threads or processes."),
  )
    .option("-t, --threads <N,N,…>", "numbers of threads (default: powers of two up to every core)")
    .option("--processes <N,N,…>", "numbers of processes under mpirun, 1 first; and what 2 to 64 machines would reach")
    .option(
      "--predict <N,N,…>",
      "numbers of threads that this machine may not have: computed from a step on one and the plan",
    )
    .action((options: ScalingOptions, self: Command) => run(options, self));
}

const numbersOf = (flag: string, text: string): number[] =>
  text.split(",").map((number) => numberOf(flag, number, "whole", 512));

async function run(options: ScalingOptions, self: Command): Promise<void> {
  if (options.predict !== undefined) return runPredicted(options, options.predict, self);
  if (options.processes !== undefined) return runProcesses(options, options.processes, self);
  const threads = options.threads ? numbersOf("--threads", options.threads) : powersUpTo(readCores().mask);
  const what = await stepOptions(options, self);
  const results = await benchScaling({ ...what, threads });
  if (options.json) {
    printJson({ schema: 1, results });
    return;
  }
  const rows = results.map((result) => [`${result.threads}`, ...cellsOf(result, results[0])]);
  print(options, what, ["threads"], rows);
}

async function runProcesses(options: ScalingOptions, given: string, self: Command): Promise<void> {
  const processes = numbersOf("--processes", given);
  if (options.threads !== undefined || processes[0] !== 1) {
    const [got, fix] =
      options.threads === undefined
        ? [given, "Begin with 1: `--processes 1,2,4`."]
        : ["--threads too", "Leave one away: each process gets its share of the cores."];
    throw usageError({ where: "--processes", expected: "numbers of processes, 1 first, and no --threads", got, fix });
  }
  if (isLaunched()) {
    const fix = "Leave mpirun or srun away; `bench step` times a step of the processes that they start.";
    throw usageError({ where: "--processes", expected: "one process, which starts the others", got: "several", fix });
  }
  const what = await stepOptions(options, self);
  const { result, network } = await benchNetwork({ ...what, nodes, gigabits });
  const results = [result, ...(await stepsOfProcesses(processes.slice(1), what))];
  if (options.json) {
    printJson({ schema: 1, results, network });
    return;
  }
  const rows = results.map((each) => [
    `${each.processes}`,
    `${each.threads}`,
    ...cellsOf(each, result),
    `${(each.received / 1e6).toFixed(2)} MB`,
  ]);
  print(options, what, ["processes", "threads", "received"], rows);
  printText(`\n${networkText(network, what, resultColors(options))}`);
}

async function runPredicted(options: ScalingOptions, given: string, self: Command): Promise<void> {
  const ranks = numbersOf("--predict", given);
  const other = options.threads !== undefined ? "--threads" : options.processes !== undefined ? "--processes" : null;
  if (other !== null) {
    const fix = "Leave one away: it is computed from a step on one thread.";
    throw usageError({ where: "--predict", expected: `no ${other} beside it`, got: "both", fix });
  }
  if (isLaunched()) {
    const fix = "Leave mpirun or srun away.";
    throw usageError({ where: "--predict", expected: "one process, whose step is timed", got: "several", fix });
  }
  const what = await stepOptions(options, self);
  const { result, bandwidth, predicted } = await benchMoreRanks({ ...what, ranks });
  if (options.json) printJson({ schema: 1, results: [result], bandwidth, predicted });
  else printText(ranksText(predicted, { ...what, bandwidth, ms: result.msPerStep.best }, resultColors(options)));
}

function cellsOf(result: StepResult, first: StepResult): string[] {
  const times = first.msPerStep.best / result.msPerStep.best;
  const cores = (of: StepResult): number => of.threads * of.processes;
  return [
    result.msPerStep.best.toFixed(3),
    count(result.samplesPerSecond),
    times.toFixed(2),
    percent((times * cores(first)) / cores(result)),
    peakText(result.peakShare),
  ];
}

type Step = Awaited<ReturnType<typeof stepOptions>>;

/** `columns`: what stands before the figures, and after them. */
function print(options: ScalingOptions, what: Step, [first, ...more]: string[], rows: string[][]): void {
  const colors = resultColors(options);
  const [threads = [], after = []] = more.length > 0 ? [[more[0]], [more[1]]] : [];
  const names = [first, ...threads, "ms (best)", "samples/s", "times", "of linear", "of peak", ...after];
  const head = names.map((text) => colors.dim(text));
  printText(
    `${what.model}, batch ${what.batchSize}, ${what.optimizer.name}, ${what.dtype}\n\n${table("r".repeat(head.length), [head, ...rows])}`,
  );
}

/** 1, 2, 4 … and the number itself. */
export function powersUpTo(cores: number): number[] {
  const powers = [];
  for (let threads = 1; threads < cores; threads *= 2) powers.push(threads);
  return [...powers, cores];
}
