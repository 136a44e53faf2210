/** `heddle bench step`: one training step, best and median. */
import type { Command } from "commander";
import { benchStep, count } from "../../index.js";
import { newCommand } from "../options.js";
import { table } from "../table.js";
import { printJson, printText, resultColors } from "../terminal.js";
import { addStepOptions, type BenchOptions, peakText, stepOptions } from "./shared.js";

export function step(): Command {
  return addStepOptions(newCommand("step", "Time one training step: gather, forward, backward, update, barriers."), [
    "threads",
  ])
    .option("--augment <PRESET|LIST>", "augment the images, as training would")
    .option("--layers", "tell where the time goes: each operation of each layer, on the first rank")
    .action((options: StepBenchOptions, self: Command) => run(options, self));
}

interface StepBenchOptions extends BenchOptions {
  readonly layers?: boolean;
  readonly augment?: string;
}

async function run(options: StepBenchOptions, self: Command): Promise<void> {
  const what = await stepOptions(options, self, ["threads"]);
  const result = await benchStep({ ...what, augment: options.augment ?? "none", layers: options.layers === true });
  const { msPerStep, samplesPerSecond, gflops, peakShare, ranks, operations, processes } = result;
  if (options.json) {
    printJson({ schema: 1, ...result, operations: operations ?? undefined });
    return;
  }
  const colors = resultColors(options);
  const rows = ranks.map(({ compute, wait }, rank) => [`${rank}`, compute.toFixed(3), wait.toFixed(3)]);
  printText(
    `${what.model}, batch ${what.batchSize}, ${what.optimizer.name}, ${what.dtype}${processes > 1 ? `, ${processes} processes` : ""}\n` +
      `${colors.bold(`${msPerStep.best.toFixed(3)} ms`)} a step (best; median ${msPerStep.median.toFixed(3)} ms) · ` +
      `${count(samplesPerSecond)} samples/s · ${gflops.toFixed(1)} GFLOP/s, ${peakText(peakShare)} of the peak\n\n` +
      table("rrr", [["rank", "compute ms", "wait ms"].map((text) => colors.dim(text)), ...rows]),
  );
  if (!operations) return;
  const lines = operations.map(({ layer, type, operation, ms, peakShare: share }) => [
    layer === null ? "" : `${layer} ${type}`,
    operation,
    ms.toFixed(3),
    share === null ? "" : peakText(share),
  ]);
  printText(
    `\n${table("llrr", [["layer", "operation", "ms", "of the peak"].map((text) => colors.dim(text)), ...lines])}`,
  );
}
