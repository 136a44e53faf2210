/** `heddle data verify`: checksums, counts and duplicates. */
import type { Command } from "commander";
import { count, datasets, findDataset, type Verification, verifyDataset, whatIsHere, wrongData } from "../../index.js";
import type { Colors } from "../ansi.js";
import { whileLoading } from "../loading.js";
import { dataFields, jsonOption, loadOptions, resolveOptions } from "../options.js";
import { table } from "../table.js";
import { noter, printJson, printText, resultColors } from "../terminal.js";
import { datasetCommand } from "./shared.js";

interface VerifyOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

/** How many duplicates the text names. */
const shownDuplicates = 10;

export function verify(): Command {
  return datasetCommand(
    "verify",
    "Check files, counts and labels of a data set (or of all that are here), and list duplicates.",
    "a data set below, or all",
  )
    .addOption(jsonOption())
    .action((name: string, options: VerifyOptions, self: Command) => run(name, options, self));
}

async function run(name: string, options: VerifyOptions, self: Command): Promise<void> {
  const { config } = await resolveOptions(self, dataFields);
  const { here, absent } =
    name === "all" ? whatIsHere(datasets, config.dataDir) : { here: [findDataset(name, self.name())], absent: [] };
  const verifications: Verification[] = [];
  for (const source of here) {
    verifications.push(
      await whileLoading(options, (onEvent) => verifyDataset(source, { ...loadOptions(config), onEvent })),
    );
  }
  const report = [
    ...verifications.map((verification) => reportText(verification, resultColors(options))),
    ...(absent.length > 0 ? [`not here: ${absent.map((source) => source.name).join(", ")}`] : []),
  ].join("\n\n");
  const wrong = wrongData(verifications);
  if (wrong) {
    // Nothing goes to stdout on failure.
    for (const line of report.split("\n")) noter(options)(line);
    throw wrong;
  }
  if (options.json) printJson({ schema: 1, datasets: verifications });
  else printText(report);
}

function reportText({ dataset, files, counts, duplicates, problems }: Verification, colors: Colors): string {
  const rows = [
    ...files.map(({ name, path, right, text }) => ["file", `${path ?? name}: ${right ? text : colors.red(text)}`]),
    ...(counts ? [["images", imagesText(counts)]] : []),
    ...(duplicates ? duplicateRows(duplicates) : []),
    ["result", problems.length === 0 ? colors.green("nothing wrong") : colors.red(`${problems.length} wrong`)],
  ];
  return `${colors.bold(dataset)}\n${table(
    "ll",
    rows.map(([name, text]) => [colors.dim(name), text]),
  )}`;
}

function imagesText({ train, test }: NonNullable<Verification["counts"]>): string {
  const total = (counts: readonly number[]) => count(counts.reduce((sum, images) => sum + images, 0));
  const range = (counts: readonly number[]) => {
    const [least, most] = [Math.min(...counts), Math.max(...counts)];
    return `${least === most ? count(most) : `${count(least)} to ${count(most)}`} a class`;
  };
  const splits = [`${total(train)} train (${range(train)})`, test && `${total(test)} test (${range(test)})`];
  return splits.filter(Boolean).join(", ");
}

function duplicateRows({
  across,
  inTrain,
  inTest,
  contradictions,
}: NonNullable<Verification["duplicates"]>): string[][] {
  const shared = across.reduce((sum, { test }) => sum + test.length, 0);
  const shown = across.slice(0, shownDuplicates).map(({ train, test, labels, names }) => {
    const places = names ? names.join(" = ") : `test ${test.join(", ")} = train ${train.join(", ")}`;
    return ["", `${places} (label ${labels.join(" and ")})`];
  });
  const more = across.length - shown.length;
  return [
    ["copies", `${count(shared)} of train in test, ${count(inTrain)} inside train, ${count(inTest)} inside test`],
    ...shown,
    ...(more > 0 ? [["", `and ${count(more)} more (--json lists all)`]] : []),
    ...(contradictions > 0 ? [["", `${count(contradictions)} images stand under more than one label`]] : []),
  ];
}
