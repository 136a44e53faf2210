/** `heddle bench gemm`: matrix products in the shapes of real nets, on one core. */
import type { Command } from "commander";
import { benchGemm } from "../../index.js";
import { addFields, jsonOption, newCommand, numberOf, resolveOptions } from "../options.js";
import { table } from "../table.js";
import { printJson, printText, resultColors } from "../terminal.js";
import { longestBench, peakText } from "./shared.js";

const keys = ["dtype", "backend"] as const;

interface GemmOptions {
  readonly seconds: string;
  readonly json?: boolean;
  readonly color: boolean;
}

export function gemm(): Command {
  return addFields(newCommand("gemm", "Time matrix products in the shapes of real nets, on one core."), keys)
    .option("--seconds <X>", "time to measure each shape for", "0.3")
    .addOption(jsonOption())
    .action((options: GemmOptions, self: Command) => run(options, self));
}

async function run(options: GemmOptions, self: Command): Promise<void> {
  const { config } = await resolveOptions(self, keys);
  const seconds = numberOf("--seconds", options.seconds, "any", longestBench);
  const rows = await benchGemm({ dtype: config.dtype, backend: config.backend, seconds });
  if (options.json) {
    printJson({ schema: 1, results: rows });
    return;
  }
  const colors = resultColors(options);
  const head = ["shape", "GFLOP/s", "of peak"].map((text) => colors.dim(text));
  const cells = rows.map(({ shape, gflops, peakShare }) => [shape, gflops.toFixed(1), peakText(peakShare)]);
  printText(table("lrr", [head, ...cells]));
}
