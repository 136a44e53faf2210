/** `heddle summary`: layers, shapes, parameters and cost of a net. */
import type { Command } from "commander";
import type { ImageShape } from "../data/dataset.js";
import { usageError } from "../errors.js";
import { count } from "../progress/format.js";
import { addFields, dataFields, jsonOption, loadOptions, newCommand, numberOf, resolveOptions } from "./options.js";
import { whileLoading } from "./loading.js";
import { table } from "./table.js";
import { printJson, printText, resultColors } from "./terminal.js";

interface SummaryOptions {
  readonly dataset?: string;
  readonly input?: string;
  readonly classes?: string;
  readonly activation?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

export function command(): Command {
  const summary = newCommand("summary", "Layers, shapes, parameters and cost of a net.");
  return addFields(summary, dataFields)
    .argument("<NET>", "a model below, or mlp:WIDTH-WIDTH-… with the hidden widths")
    .option("--dataset <NAME>", "build it for the images and classes of that data set")
    .option("--input <HxWxC>", "build it for images of that shape")
    .option("--classes <N>", "number of classes")
    .option("--activation <NAME>", "of the hidden layers; leaky-relu:SLOPE says its slope")
    .addOption(jsonOption())
    .action((net: string, options: SummaryOptions, self: Command) => run(net, options, self));
}

async function run(net: string, options: SummaryOptions, self: Command): Promise<void> {
  const { dataset, activation } = options;
  if (dataset !== undefined && options.input !== undefined) {
    throw usageError({ where: "heddle summary", expected: "--dataset or --input", got: "both" });
  }
  const input = options.input === undefined ? undefined : parseShape(options.input);
  const classes = options.classes === undefined ? undefined : numberOf("--classes", options.classes, "whole");
  const { config } = await resolveOptions(self, dataFields);
  const { summarize } = await import("../nn/summary.js");
  const summary = await whileLoading(options, (onEvent) =>
    summarize(net, {
      ...(input && { input }),
      ...(dataset !== undefined && { ...loadOptions(config), dataset, onEvent }),
      ...(classes !== undefined && { classes }),
      ...(activation !== undefined && { activation }),
    }),
  );
  if (options.json) {
    const { parameters, statistics, multiplyAdds, layers } = summary;
    printJson({ parameters, statistics, multiplyAdds, layers });
    return;
  }
  const colors = resultColors(options);
  const head = ["", "layer", "output", "parameters", "multiply-adds"].map((text) => colors.dim(text));
  const rows = summary.layers.map((layer) => [
    layer.name,
    layer.description,
    shapeText(layer.output),
    layer.parameters > 0 ? count(layer.parameters) : "",
    layer.multiplyAdds > 0 ? count(layer.multiplyAdds) : "",
  ]);
  const statistics = summary.statistics > 0 ? ` + ${count(summary.statistics)} running statistics` : "";
  printText(
    `${table("rlrrr", [head, ...rows])}\n\n` +
      `${net}: ${colors.bold(count(summary.parameters))} parameters${statistics}, ` +
      `${count(summary.multiplyAdds)} multiply-adds an image`,
  );
}

const shapeText = ({ height, width, channels }: ImageShape): string =>
  height === 1 && width === 1 ? `${channels}` : `${height}x${width}x${channels}`;

/** "32x32x3", or "28x28" for one channel. */
export function parseShape(text: string): ImageShape {
  const [, height, width, channels = "1"] = /^([1-9]\d*)x([1-9]\d*)(?:x([1-9]\d*))?$/.exec(text) ?? [];
  if (height !== undefined) return { height: Number(height), width: Number(width), channels: Number(channels) };
  throw usageError({ where: "--input", expected: "height x width x channels, as 32x32x3", got: JSON.stringify(text) });
}
