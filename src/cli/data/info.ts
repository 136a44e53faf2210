/** `heddle data info`: what a data set holds, in figures. */
import type { Command } from "commander";
import {
  count,
  counted,
  type Dataset,
  type Description,
  describeDataset,
  factsOf,
  findingText,
  nearCopies,
} from "../../index.js";
import type { Colors } from "../ansi.js";
import { jsonOption } from "../options.js";
import { table } from "../table.js";
import { printJson, printText, resultColors } from "../terminal.js";
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
  const description = await described(await loadNamed(name, self));
  if (options.json) printJson(description);
  else printText(infoText(description, factsOf(description), resultColors(options)));
}

/** With the images that show the same, which are looked for once and kept. */
const described = (dataset: Dataset): Promise<Description> => describeDataset(dataset, nearCopies(dataset));

function infoText(description: Description, facts: [string, string][], colors: Colors): string {
  return [
    colors.bold(description.dataset),
    table(
      "ll",
      facts.map(([name, text]) => [colors.dim(name), text]),
    ),
    "",
    classTable(description, colors),
    "",
    verdict(description, colors),
  ].join("\n");
}

/** More classes than that do not fit on a screen: then those with the fewest and the most images stand for all. */
const mostClasses = 20;

function classTable({ classes, splits }: Description, colors: Colors): string {
  const { train } = splits;
  const others = (["test", "validation"] as const).flatMap((name) => {
    const split = splits[name];
    return split ? [{ name, ...split }] : [];
  });
  const row = (label: number): string[] => [
    `${label}`,
    classes[label],
    count(train.perClass[label]),
    ...others.map(({ perClass }) => count(perClass[label])),
  ];
  const labels = classes.map((_, label) => label);
  const bySize = [...labels].sort((a, b) => train.perClass[a] - train.perClass[b] || a - b);
  const [few, many] = [bySize.slice(0, 5), bySize.slice(-5)];
  const between = ["", `… and ${count(classes.length - 10)} classes between these (--json has all)`];
  const rows = classes.length <= mostClasses ? labels.map(row) : [...few.map(row), between, ...many.map(row)];
  const total = ["", "all", count(train.images), ...others.map(({ images }) => count(images))];
  const head = ["", "class", "train", ...others.map(({ name }) => name)].map((text) => colors.dim(text));
  return table(`rlr${"r".repeat(others.length)}`, [head, ...rows, total]);
}

/** What was found, the gravest first, and whether one can train on it. */
function verdict({ findings, fit }: Description, colors: Colors): string {
  const paint = { error: colors.red, warning: colors.yellow, note: colors.dim };
  const warnings = findings.filter(({ severity }) => severity === "warning").length;
  const looks = warnings > 0 ? colors.yellow(`, with ${counted(warnings, "warning")}`) : "";
  const result = fit ? `${colors.green("fit to train on")}${looks}` : colors.red("not fit to train on");
  return table("ll", [
    ...findings.map((finding) => [paint[finding.severity](finding.severity), findingText(finding)]),
    [colors.dim("result"), result],
  ]);
}
