/** `heddle bench step`: one training step, best and median. */
import type { Command } from "commander";
import { count } from "../../progress/format.js";
import { newCommand } from "../options.js";
import { table } from "../table.js";
import { printJson, printText, resultColors } from "../terminal.js";
import { addStepOptions, type BenchOptions, peakText, stepOptions } from "./shared.js";

export function step(): Command {
  return addStepOptions(newCommand("step", "Time one training step: gather, forward, backward, update, barriers."), [
    "threads",
  ]).action((options: BenchOptions, self: Command) => run(options, self));
}

async function run(options: BenchOptions, self: Command): Promise<void> {
  const what = await stepOptions(options, self, ["threads"]);
  const { benchStep } = await import("../../bench/step.js");
  const { msPerStep, samplesPerSecond, gflops, peakShare, ranks } = await benchStep(what);
  if (options.json) {
    printJson({ msPerStep, samplesPerSecond, gflops, peakShare, ranks });
    return;
  }
  const colors = resultColors(options);
  const rows = ranks.map(({ compute, wait }, rank) => [`${rank}`, compute.toFixed(3), wait.toFixed(3)]);
  printText(
    `${what.model}, batch ${what.batchSize}, ${what.optimizer}, ${what.dtype}\n` +
      `${colors.bold(`${msPerStep.best.toFixed(3)} ms`)} a step (best; median ${msPerStep.median.toFixed(3)} ms) · ` +
      `${count(samplesPerSecond)} samples/s · ${gflops.toFixed(1)} GFLOP/s, ${peakText(peakShare)} of the peak\n\n` +
      table("rrr", [["rank", "compute ms", "wait ms"].map((text) => colors.dim(text)), ...rows]),
  );
}
