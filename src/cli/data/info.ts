/** `heddle data info`: what a data set holds, in figures. */
import type { Command } from "commander";
import type { Description } from "../../data/tools/describe.js";
import { bytes, count } from "../../progress/format.js";
import { jsonOption } from "../options.js";
import { table } from "../table.js";
import { type Colors, printJson, printText, resultColors } from "../terminal.js";
import { datasetCommand, loadNamed } from "./shared.js";

interface InfoOptions {
  readonly json?: boolean;
  readonly color: boolean;
}

export function info(): Command {
  return datasetCommand("info", "Shape, classes, counts, hash and statistics of a data set.")
    .addOption(jsonOption())
    .action((name: string, options: InfoOptions, self: Command) => run(name, options, self));
}

async function run(name: string, options: InfoOptions, self: Command): Promise<void> {
  const { describeDataset } = await import("../../data/tools/describe.js");
  const description = describeDataset(await loadNamed(name, self));
  if (options.json) printJson(description);
  else printText(infoText(description, resultColors(options)));
}

export function infoText(description: Description, colors: Colors): string {
  const { dataset, shape, maximum, classes, splits, mean, std, hash, notes } = description;
  const { train, test } = splits;
  const numbers = (values: readonly number[]) => values.map((value) => value.toFixed(4)).join(", ");
  const facts = [
    ["images", `${shape.height}x${shape.width}x${shape.channels}, values 0..${maximum}`],
    ["memory", bytes(description.bytes)],
    ["mean", `${numbers(mean)} of pixel / ${maximum} over the training split`],
    ["deviation", numbers(std)],
    ["content", hash],
    ...notes.map((note) => ["note", note]),
  ];
  const rows = classes.map((name, label) => [
    `${label}`,
    name,
    count(train.perClass[label]),
    ...(test ? [count(test.perClass[label])] : []),
  ]);
  const total = ["", "all", count(train.images), ...(test ? [count(test.images)] : [])];
  const head = ["", "class", "train", ...(test ? ["test"] : [])].map((text) => colors.dim(text));
  return [
    colors.bold(dataset),
    table(
      "ll",
      facts.map(([name, text]) => [colors.dim(name), text]),
    ),
    "",
    table(test ? "rlrr" : "rlr", [head, ...rows, total]),
  ].join("\n");
}
