/** What the benches share: the flags that describe a step. */
import type { Command } from "commander";
import { percent, type TrainConfig } from "../../index.js";
import { addFields, jsonOption, numberOf, resolveOptions } from "../options.js";

export interface BenchOptions {
  readonly model: string;
  readonly seconds: string;
  readonly json?: boolean;
  readonly color: boolean;
}

/** Seconds. */
export const longestBench = 3600;

const stepFields = ["batchSize", "optimizer", "dtype", "backend"] as const;

export function addStepOptions(command: Command, more: readonly (keyof TrainConfig)[] = []): Command {
  return addFields(command.option("--model <NAME>", "net whose step is timed, on random input", "dtu-mlp"), [
    ...stepFields,
    ...more,
  ])
    .option("--seconds <X>", "time to measure for, at each point", "2")
    .addOption(jsonOption());
}

/** The step to time; without a data set a `full` batch has no size and is refused. */
export async function stepOptions(options: BenchOptions, self: Command, more: readonly (keyof TrainConfig)[] = []) {
  const { config } = await resolveOptions(self, [...stepFields, ...more]);
  const { batchSize, optimizer, dtype, backend, threads } = config;
  return {
    model: options.model,
    batchSize: batchSize === "full" ? numberOf("--batch-size", batchSize, "whole") : batchSize,
    optimizer,
    dtype,
    backend,
    threads,
    seconds: numberOf("--seconds", options.seconds, "any", longestBench),
  };
}

/** A share of the FMA peak; the reference back end has none to compare with. */
export const peakText = (share: number): string => (share > 0 ? percent(share) : "-");
