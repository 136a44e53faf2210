/** `heddle data info`: what a data set holds, in figures. */
import type { Command } from "commander";
import type { Description } from "../../data/tools/describe.js";
import { count } from "../../progress/format.js";
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
  const { describeDataset, factsOf } = await import("../../data/tools/describe.js");
  const description = describeDataset(await loadNamed(name, self));
  if (options.json) printJson(description);
  else printText(infoText(description, factsOf(description), resultColors(options)));
}

function infoText({ dataset, classes, splits }: Description, facts: [string, string][], colors: Colors): string {
  const { train, test } = splits;
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
