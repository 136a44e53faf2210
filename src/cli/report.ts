/** `heddle report`: the page of a run, made anew. */
import type { Command } from "commander";
import { usageError, writeReport, writeReportOfAll } from "../index.js";
import { addFields, newCommand, resolveOptions } from "./options.js";
import { noter, printText } from "./terminal.js";

const keys = ["dataDir", "threads", "backend"] as const;

interface ReportOptions {
  readonly out?: string;
  readonly figures?: string;
  readonly samples?: string;
  readonly quiet?: boolean;
  readonly color: boolean;
}

export function command(): Command {
  const report = newCommand("report", "Make the page of a run: curves, confusion matrix, mistakes, what made it.");
  return addFields(report, keys)
    .argument("<RUN...>", "run folders")
    .option(
      "-o, --out <FILE>",
      "the page (default: report.html in each run's folder); of several runs, one page of all",
    )
    .option("--samples <N,N>", "look into these of the test split: what the layers and the net make of them")
    .option("--figures <DIR>", "save its pictures there too: SVG, and PNG where the package sharp is installed")
    .action((runs: readonly string[], options: ReportOptions, self: Command) => run(runs, options, self));
}

async function run(runs: readonly string[], options: ReportOptions, self: Command): Promise<void> {
  const { out, figures } = options;
  const samples = options.samples === undefined ? undefined : placesOf(options.samples);
  if (figures !== undefined && runs.length > 1) {
    const fix = "Name them one at a time.";
    throw usageError({ where: "--figures", expected: "one run", got: `${runs.length}`, fix });
  }
  const { config } = await resolveOptions(self, keys);
  const note = noter(options);
  if (out !== undefined && runs.length > 1) {
    const { dataDir, threads, backend } = config;
    for (const text of await writeReportOfAll(runs, out, { dataDir, threads, backend })) note(text);
    return printText(out);
  }
  for (const folder of runs) {
    const { dataDir, threads, backend } = config;
    const written = await writeReport(folder, { dataDir, threads, backend, out, figures, samples });
    for (const text of written.notes) note(text);
    printText([written.path, ...written.figures].join("\n"));
  }
}

function placesOf(text: string): number[] {
  if (/^\d+(,\d+)*$/.test(text)) return text.split(",").map(Number);
  const expected = "whole numbers from 0 with commas, as in 3,17";
  throw usageError({ where: "--samples", expected, got: JSON.stringify(text) });
}
