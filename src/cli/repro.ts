/** `heddle repro`: the experiments of the source documents. */
import type { Command } from "commander";
import {
  count,
  counted,
  duration,
  exitCodes,
  listExperiments,
  percent,
  type ReproDocument,
  type ReproOptions,
  type ReproSpeedDocument,
  repro,
  reproTable,
  reproWords,
  sideBySide,
  usageError,
  type WordedTable,
} from "../index.js";
import { addFields, givenFlags, jsonOption, newCommand, numberOf, resolveOptions } from "./options.js";
import { chooseRenderer } from "./progress/index.js";
import { withSignals } from "./signals.js";
import { table } from "./table.js";
import { noter, printJson, printText, resultColors } from "./terminal.js";

const keys = ["dataDir", "threads", "backend"] as const;

interface ReproFlags {
  readonly asPublished?: boolean;
  readonly fixed?: boolean;
  readonly quick?: boolean;
  readonly seeds?: string;
  readonly epochs?: string;
  readonly rows?: string;
  readonly out?: string;
  readonly report: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

export function command(): Command {
  const command = newCommand(
    "repro",
    "Run an experiment of the source documents again and set it beside what was published (docs/experiments.md). The same command goes on with one that was broken off.",
  );
  return addFields(command, keys)
    .argument("[NAME]", "an experiment, or speed: all recipes that are timed; without it they are listed")
    .option("--as-published", "with the source's mistakes alone, where they are of training")
    .option("--fixed", "without them alone (default: both forms)")
    .option("--quick", "a part of the data and few epochs: minutes, and no result")
    .option("--seeds <N>", "trainings of each row, for mean and deviation (default: 1; of a recipe its own number)")
    .option("--epochs <full|N>", "as many as published, or N (default: cut where two cores need over 15 minutes a row)")
    .option("--rows <NAMES>", "only rows that begin so, with commas between")
    .option("-o, --out <DIR>", "folder: absent, empty, or one to go on with (default: runs/repro-NAME)")
    .option("--no-report", "leave no report.html in the runs' folders")
    .addOption(jsonOption())
    .action((name: string | undefined, options: ReproFlags, self: Command) =>
      name === undefined ? list(options) : run(name, options, self),
    );
}

async function list(options: ReproFlags): Promise<void> {
  const experiments = await listExperiments();
  if (options.json) printJson({ schema: 1, experiments });
  else
    printText(
      table(
        "lll",
        experiments.map(({ name, summary, source }) => [name, summary, source]),
      ),
    );
}

async function run(name: string, options: ReproFlags, self: Command): Promise<void> {
  if (name !== "speed") return runOne(name, options, self);
  if (options.out !== undefined) {
    throw usageError({ where: "--out", expected: "one experiment", got: "speed, which is several" });
  }
  for (const { name: each, kind } of await listExperiments()) if (kind === "speed") await runOne(each, options, self);
}

async function optionsOf(options: ReproFlags, self: Command): Promise<ReproOptions> {
  if (options.asPublished && options.fixed) {
    const fix = "Leave both out: both forms are the default.";
    throw usageError({ where: "--fixed", expected: "no --as-published beside it", got: "both", fix });
  }
  const { config } = await resolveOptions(self, keys);
  const given = Object.fromEntries(Object.keys(givenFlags(self, keys)).map((key) => [key, config[key as "threads"]]));
  const { epochs, seeds, rows, out, quick } = options;
  return {
    ...given,
    report: options.report,
    ...(options.asPublished && { mode: "as-published" }),
    ...(options.fixed && { mode: "fixed" }),
    ...(quick && { quick }),
    ...(seeds !== undefined && { seeds: numberOf("--seeds", seeds, "whole", 1000) }),
    ...(epochs !== undefined && { epochs: epochs === "full" ? epochs : numberOf("--epochs", epochs, "whole") }),
    ...(rows !== undefined && { rows: rows.split(",").map((row) => row.trim()) }),
    ...(out !== undefined && { out }),
  };
}

async function runOne(name: string, flags: ReproFlags, self: Command): Promise<void> {
  const options = await optionsOf(flags, self);
  const renderer = await chooseRenderer({ quiet: flags.quiet === true, bar: !flags.json }, process.stderr, process.env);
  const { value: outcome, received } = await withSignals(
    (signal) => repro(name, { ...options, signal, onEvent: (event) => renderer.onEvent(event) }),
    { clear: () => renderer.close(), ending: () => "finishing the step, writing the checkpoint" },
  ).finally(() => renderer.close());
  if (outcome.status === "stopped") {
    noter(flags)(`Stopped; what is finished lies in ${outcome.folder}. The same command goes on.`);
    process.exitCode = exitCodes[received ?? "SIGINT"];
    return;
  }
  if (flags.json) printJson(outcome.result);
  else printText(outcome.kind === "table" ? tableText(outcome.result, flags) : speedText(outcome.result, flags));
}

function tableText(result: ReproDocument, flags: ReproFlags): string {
  const colors = resultColors(flags);
  const { above, below } = reproWords(result);
  const drawn = ({ align, head, rows }: WordedTable): string =>
    table(align, [head.map((title) => colors.dim(title)), ...rows]);
  const both = sideBySide(result);
  return [
    "",
    ...above,
    ...(both ? ["", drawn(both)] : []),
    "",
    drawn(reproTable(result)),
    "",
    ...below,
    `table  ${result.folder}/table.md`,
  ].join("\n");
}

function speedText(result: ReproSpeedDocument, flags: ReproFlags): string {
  const colors = resultColors(flags);
  const { name, source, quick, machine, date, goal, met, accuracy, seconds, flop, peakShare, anchors, folder } = result;
  const spread = accuracy.deviation === null ? "" : `, deviation ${percent(accuracy.deviation)}`;
  return [
    "",
    `${name}: ${source}.`,
    `${machine.cpu}, ${machine.isa}, ${counted(machine.threads, "thread")}, ${date.slice(0, 10)}.`,
    ...(quick ? ["QUICK: a part of the data; these numbers are no result."] : []),
    "",
    `test accuracy  ${colors.bold(percent(accuracy.mean))}${spread} (${count(accuracy.runs)} runs), goal ${percent(goal)} ${met ? "met" : "MISSED"}`,
    `training       ${duration(seconds.training)}, data in memory`,
    ...(seconds.views === null ? [] : [`views          ${duration(seconds.views)}, of the test images`]),
    `command        ${duration(seconds.command)}, from process start to test score`,
    `operations     ${(flop / 1e12).toFixed(3)} TFLOP${peakShare === null ? "" : `, ${percent(peakShare)} of the FMA peak`}`,
    ...anchors.map((anchor) => `anchor         ${anchor}`),
    `runs           ${folder}`,
  ].join("\n");
}
