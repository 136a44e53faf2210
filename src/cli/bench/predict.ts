/** `heddle bench predict`: how fast a trained model answers, on one thread. */
import type { Command } from "commander";
import { benchPredict, count, type WeightsName } from "../../index.js";
import { addFields, jsonOption, newCommand, numberOf, resolveOptions, weightsOption } from "../options.js";
import { printJson, printText } from "../terminal.js";
import { longestBench } from "./shared.js";

const keys = ["backend"] as const;

interface PredictBenchOptions {
  readonly seconds: string;
  readonly weights?: WeightsName;
  readonly json?: boolean;
}

export function predict(): Command {
  return addFields(newCommand("predict", "Time a trained model's answers, on one thread and random pixels."), keys)
    .argument("[RUN|FILE]", "run folder or model file (default: the newest run)")
    .option("--seconds <X>", "time to measure for, at each number of images", "1")
    .addOption(weightsOption())
    .addOption(jsonOption())
    .action((path: string | undefined, options: PredictBenchOptions, self: Command) => run(path, options, self));
}

async function run(path: string | undefined, options: PredictBenchOptions, self: Command): Promise<void> {
  const { config } = await resolveOptions(self, keys);
  const seconds = numberOf("--seconds", options.seconds, "any", longestBench);
  const result = await benchPredict({ path, weights: options.weights, backend: config.backend, seconds });
  if (options.json) {
    printJson({ schema: 1, ...result });
    return;
  }
  const { model, backend, single, rates } = result;
  const ms = (time: number): string => `${time.toPrecision(3)} ms`;
  const of = rates.map(({ images, imagesPerSecond }) => `${count(Math.round(imagesPerSecond))} (${images} a call)`);
  printText(
    [
      `${model}, ${backend}, one thread`,
      `one image   p50 ${ms(single.p50)}, p99 ${ms(single.p99)}, slowest ${ms(single.slowest)} of ${count(single.calls)} calls`,
      `images/s    ${of.join(", ")}`,
    ].join("\n"),
  );
}
