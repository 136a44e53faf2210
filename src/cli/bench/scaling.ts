/** `heddle bench scaling`: the same step at several numbers of threads. */
import type { Command } from "commander";
import { benchScaling, count, percent, readCores } from "../../index.js";
import { newCommand, numberOf } from "../options.js";
import { table } from "../table.js";
import { printJson, printText, resultColors } from "../terminal.js";
import { addStepOptions, type BenchOptions, peakText, stepOptions } from "./shared.js";

interface ScalingOptions extends BenchOptions {
  readonly threads?: string;
}

export function scaling(): Command {
  return addStepOptions(newCommand("scaling", "Time the same training step at several numbers of threads."))
    .option("-t, --threads <N,N,…>", "numbers of threads (default: powers of two up to every core)")
    .action((options: ScalingOptions, self: Command) => run(options, self));
}

async function run(options: ScalingOptions, self: Command): Promise<void> {
  const threads =
    options.threads?.split(",").map((text) => numberOf("--threads", text, "whole", 512)) ??
    powersUpTo(readCores().mask);
  const what = await stepOptions(options, self);
  const results = await benchScaling({ ...what, threads });
  if (options.json) {
    printJson({ schema: 1, results });
    return;
  }
  const colors = resultColors(options);
  const [first] = results;
  const head = ["threads", "ms (best)", "samples/s", "times", "of linear", "of peak"].map((text) => colors.dim(text));
  const rows = results.map((result) => {
    const times = first.msPerStep.best / result.msPerStep.best;
    return [
      `${result.threads}`,
      result.msPerStep.best.toFixed(3),
      count(result.samplesPerSecond),
      times.toFixed(2),
      percent((times * first.threads) / result.threads),
      peakText(result.peakShare),
    ];
  });
  printText(
    `${what.model}, batch ${what.batchSize}, ${what.optimizer.name}, ${what.dtype}\n\n${table("rrrrrr", [head, ...rows])}`,
  );
}

/** 1, 2, 4 … and the number itself. */
export function powersUpTo(cores: number): number[] {
  const powers = [];
  for (let threads = 1; threads < cores; threads *= 2) powers.push(threads);
  return [...powers, cores];
}
