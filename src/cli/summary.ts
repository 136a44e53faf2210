/** `heddle summary`: layers, shapes, parameters, cost and memory of a net. */
import type { Command } from "commander";
import {
  bytes,
  characterPlot,
  count,
  type ImageShape,
  type NetSummary,
  type Setting,
  summarize,
  usageError,
} from "../index.js";
import { whileLoading } from "./loading.js";
import { addFields, dataFields, jsonOption, loadOptions, newCommand, numberOf, resolveOptions } from "./options.js";
import { table } from "./table.js";
import { printJson, printText, resultColors, resultColumns } from "./terminal.js";
import { knowsUnicode } from "./unicode.js";

type Schedule = NonNullable<NetSummary["schedule"]>;

interface SummaryOptions {
  readonly dataset?: string;
  readonly input?: string;
  readonly classes?: string;
  readonly activation?: string;
  readonly groups?: string | true;
  readonly plan?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

/** The run whose memory is told. */
const runFields = [
  "freeze",
  "schedule",
  "lr",
  "epochs",
  "accumulate",
  "batchSize",
  "optimizer",
  "dtype",
  "threads",
  "exactConv",
  ...dataFields,
] as const;

export function command(): Command {
  const summary = newCommand("summary", "Layers, shapes, parameters, cost and memory of a net.");
  return addFields(summary, runFields)
    .argument("<NET>", "a model below, mlp:WIDTH-WIDTH-…, a sentence of layers (docs/models.md), or FILE.json")
    .option("--dataset <NAME>", "build it for the images and classes of that data set")
    .option("--input <HxWxC>", "build it for images of that shape")
    .option("--classes <N>", "number of classes")
    .option("--activation <NAME>", "of the hidden layers; leaky-relu:SLOPE says its slope")
    .option("--groups [GROUPS]", "tell which weights have which rule: of these groups, or of the optimizer alone")
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
  const { config, sources } = await resolveOptions(self, runFields);
  const { batchSize, optimizer, dtype, threads, exactConv } = config;
  const scheduled = sources.schedule === "flag";
  const summary = await whileLoading(options, (onEvent) =>
    summarize(net, {
      ...(input && { input }),
      ...loadOptions(config),
      ...(dataset !== undefined && { dataset, onEvent }),
      ...(classes !== undefined && { classes }),
      ...(activation !== undefined && { activation }),
      ...(options.groups !== undefined && { groups: options.groups, lr: config.lr }),
      ...(config.freeze !== undefined && { freeze: config.freeze }),
      ...(scheduled && { schedule: config.schedule, lr: config.lr, accumulate: config.accumulate }),
      ...(scheduled && config.epochs !== undefined && { epochs: config.epochs }),
      batchSize: batchSize === "full" ? numberOf("--batch-size", batchSize, "whole") : batchSize,
      ...{ optimizer, dtype, threads, exactConv },
    }),
  );
  if (options.json) {
    printJson({ schema: 1, ...summary });
    return;
  }
  const colors = resultColors(options);
  printText(text(net, summary, dataset, colors));
  if (summary.groups) printText(`\n${groupsText(summary.groups, colors)}`);
  if (summary.schedule) printText(`\n${scheduleText(summary.schedule, config.schedule)}`);
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

function planText({ plan, memory: { threads } }: NetSummary, colors: ReturnType<typeof resultColors>): string {
  const head = ["layers", "in", "gradient by", "kept", "operations"];
  const span = (layers: readonly string[]): string =>
    layers.length > 1 ? `${layers[0]} .. ${layers[layers.length - 1]}` : layers[0];
  const rows = plan.stages.map(({ layers, extent, gradient, keptBytes, operations }) => [
    span(layers),
    extent,
    gradient ?? "",
    bytes(keptBytes),
    operations.join(" "),
  ]);
  const sums = plan.sliced ? `, sums over ${plan.groups} groups by slices` : "";
  const groups = plan.groups > 0 && !plan.sliced ? `${plan.groups} groups of whole samples` : `single samples${sums}`;
  const between = plan.phases.map(({ layers, busy, largest }, i) => [
    `${i + 1}`,
    span(layers),
    `${busy} of ${threads}`,
    largest.toFixed(2),
  ]);
  const inTiles = plan.stages.flatMap(({ layers, bands: { forward, backward } }) => {
    const bands = [
      ...(forward === undefined ? [] : [`forward in ${forward}`]),
      ...(backward === undefined ? [] : [`back in ${backward}`]),
    ];
    return bands.length > 0 ? [`${span(layers)} ${bands.join(", ")}`] : [];
  });
  const phaseHead = ["phase", "layers", "ranks with work", "largest part, times the mean"];
  return [
    `a step takes ${count(plan.chunk)} samples at a time, divided among ranks by ${groups}`,
    table("lllrl", [head.map((title) => colors.dim(title)), ...rows]),
    ...(inTiles.length > 0 ? ["", `products that ranks divide in tiles, in bands of rows: ${inTiles.join("; ")}`] : []),
    "",
    `between the meetings of ${count(threads)} ranks`,
    table("rlrr", [phaseHead.map((title) => colors.dim(title)), ...between]),
  ].join("\n");
}

const shapeText = ({ height, width, channels }: ImageShape): string =>
  height === 1 && width === 1 ? `${channels}` : `${height}x${width}x${channels}`;

function groupsText(groups: NonNullable<NetSummary["groups"]>, colors: ReturnType<typeof resultColors>): string {
  const head = ["group", "parameters", "rule", "rate", "tensors"];
  const rows = groups.map(({ name, rule, lr, parameters, tensors }) => [
    name,
    count(parameters),
    rule ?? "frozen",
    lr === null ? "" : `${lr}`,
    tensors.length > 6 ? `${tensors.slice(0, 5).join(" ")} and ${tensors.length - 5} more` : tensors.join(" "),
  ]);
  return table("lrlrl", [head.map((title) => colors.dim(title)), ...rows]);
}

/** The curve of the rates, and below it that of the momentum where it moves. */
function scheduleText({ updates, updatesPerEpoch, dataset, rates, momenta }: Schedule, { name }: Setting): string {
  const columns = resultColumns();
  const unicode = knowsUnicode(process.env);
  const draw = (title: string, values: readonly number[]): string[] => {
    // More points than columns say nothing more.
    const every = Math.max(1, Math.ceil(values.length / (2 * columns)));
    const points = values.flatMap((value, t) =>
      t % every === 0 || t === values.length - 1 ? [[t + 1, value] as const] : [],
    );
    const text = (value: number): string => `${Number(value.toPrecision(3))}`;
    return characterPlot({ title, lines: [{ name, points }], text, columns, rows: 10, unicode });
  };
  const title = `Rate by update: ${count(updates)} updates in epochs of ${count(updatesPerEpoch)} (${dataset})`;
  const momentum = momenta ? ["", ...draw("Momentum (of Adam the first beta) by update", momenta)] : [];
  const [first, most, last] = [rates[0], Math.max(...rates), rates[rates.length - 1]].map((rate) =>
    rate.toPrecision(4),
  );
  return [...draw(title, rates), `first ${first}, largest ${most}, last ${last}`, ...momentum].join("\n");
}

/** "32x32x3", or "28x28" for one channel. */
export function parseShape(text: string): ImageShape {
  const [, height, width, channels = "1"] = /^([1-9]\d*)x([1-9]\d*)(?:x([1-9]\d*))?$/.exec(text) ?? [];
  if (height !== undefined) return { height: Number(height), width: Number(width), channels: Number(channels) };
  throw usageError({ where: "--input", expected: "height x width x channels, as 32x32x3", got: JSON.stringify(text) });
}
