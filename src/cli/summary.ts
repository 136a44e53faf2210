/** `heddle summary`: layers, shapes, parameters, cost and memory of a net. */
import type { Command } from "commander";
import type { ImageShape } from "../data/dataset.js";
import { usageError } from "../errors.js";
import type { NetSummary } from "../nn/summary.js";
import { bytes, count } from "../progress/format.js";
import { addFields, dataFields, jsonOption, loadOptions, newCommand, numberOf, resolveOptions } from "./options.js";
import { whileLoading } from "./loading.js";
import { table } from "./table.js";
import { printJson, printText, resultColors } from "./terminal.js";

interface SummaryOptions {
  readonly dataset?: string;
  readonly input?: string;
  readonly classes?: string;
  readonly activation?: string;
  readonly plan?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

/** The run whose memory is told. */
const runFields = ["batchSize", "optimizer", "dtype", "threads", "exactConv", ...dataFields] as const;

export function command(): Command {
  const summary = newCommand("summary", "Layers, shapes, parameters, cost and memory of a net.");
  return addFields(summary, runFields)
    .argument("<NET>", "a model below, mlp:WIDTH-WIDTH-…, a sentence of layers (docs/models.md), or FILE.json")
    .option("--dataset <NAME>", "build it for the images and classes of that data set")
    .option("--input <HxWxC>", "build it for images of that shape")
    .option("--classes <N>", "number of classes")
    .option("--activation <NAME>", "of the hidden layers; leaky-relu:SLOPE says its slope")
    .option(
      "--plan",
      "tell how a step goes through the net too: what runs in blocks of samples, how gradients are made",
    )
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
  const { config } = await resolveOptions(self, runFields);
  const { batchSize, optimizer, dtype, threads, exactConv } = config;
  const { summarize } = await import("../nn/summary.js");
  const summary = await whileLoading(options, (onEvent) =>
    summarize(net, {
      ...(input && { input }),
      ...(dataset !== undefined && { ...loadOptions(config), dataset, onEvent }),
      ...(classes !== undefined && { classes }),
      ...(activation !== undefined && { activation }),
      batchSize: batchSize === "full" ? numberOf("--batch-size", batchSize, "whole") : batchSize,
      ...{ optimizer, dtype, threads, exactConv },
    }),
  );
  if (options.json) {
    printJson(summary);
    return;
  }
  const colors = resultColors(options);
  printText(text(net, summary, dataset, colors));
  if (options.plan) printText(`\n${planText(summary, colors)}`);
}

function text(
  net: string,
  summary: NetSummary,
  dataset: string | undefined,
  colors: ReturnType<typeof resultColors>,
): string {
  const head = ["", "layer", "output", "parameters", "multiply-adds", "activations", "sees"];
  const blank = (value: number, shown: string): string => (value > 0 ? shown : "");
  const rows = summary.layers.map((layer) => [
    layer.name,
    layer.description,
    shapeText(layer.output),
    blank(layer.parameters, count(layer.parameters)),
    blank(layer.multiplyAdds, count(layer.multiplyAdds)),
    bytes(layer.activationBytes),
    `${layer.receptiveField.height}x${layer.receptiveField.width}`,
  ]);
  const { parameters, statistics, multiplyAdds, activationBytes, memory, input, classes, notes, sentence } = summary;
  const threads = `${memory.threads} ${memory.threads === 1 ? "thread" : "threads"}`;
  const images = dataset === undefined ? "without the images" : `with the images of ${dataset}`;
  return [
    table("rlrrrrr", [head.map((title) => colors.dim(title)), ...rows]),
    "",
    `${net}: ${colors.bold(count(parameters))} parameters${blank(statistics, ` + ${count(statistics)} running statistics`)}, ` +
      `${count(multiplyAdds)} multiply-adds and ${bytes(activationBytes)} of activations an image`,
    `input   ${input.height}x${input.width}x${input.channels}, ${classes} classes`,
    `memory  ${bytes(memory.bytes)} to train at batch ${memory.batchSize}, ${memory.optimizer}, ${memory.dtype}, ${threads}, ${images}`,
    ...notes.map((note) => `note    ${note}`),
    `${colors.dim("as a sentence:")} ${sentence}`,
  ].join("\n");
}

function planText({ plan }: NetSummary, colors: ReturnType<typeof resultColors>): string {
  const head = ["layers", "in", "gradient by", "kept", "operations"];
  const rows = plan.stages.map(({ layers, extent, gradient, keptBytes, operations }) => [
    layers.length > 1 ? `${layers[0]} .. ${layers[layers.length - 1]}` : layers[0],
    extent,
    gradient ?? "",
    bytes(keptBytes),
    operations.join(" "),
  ]);
  const groups = plan.groups > 0 ? `${plan.groups} groups of whole samples` : "single samples";
  return [
    `a step takes ${count(plan.chunk)} samples at a time, divided among ranks by ${groups}`,
    table("lllrl", [head.map((title) => colors.dim(title)), ...rows]),
  ].join("\n");
}

const shapeText = ({ height, width, channels }: ImageShape): string =>
  height === 1 && width === 1 ? `${channels}` : `${height}x${width}x${channels}`;

/** "32x32x3", or "28x28" for one channel. */
export function parseShape(text: string): ImageShape {
  const [, height, width, channels = "1"] = /^([1-9]\d*)x([1-9]\d*)(?:x([1-9]\d*))?$/.exec(text) ?? [];
  if (height !== undefined) return { height: Number(height), width: Number(width), channels: Number(channels) };
  throw usageError({ where: "--input", expected: "height x width x channels, as 32x32x3", got: JSON.stringify(text) });
}
