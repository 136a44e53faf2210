/** `heddle search`: many trainings, compared. */
import type { Command } from "commander";
import {
  count,
  counted,
  duration,
  exitCodes,
  findMetric,
  percent,
  type SearchDocument,
  type SearchEvent,
  search,
  shellPath,
  valueText,
} from "../index.js";
import { addFields, givenFlags, jsonOption, newCommand, numberOf, resolveOptions } from "./options.js";
import { withSignals } from "./signals.js";
import { table } from "./table.js";
import { noter, printJson, printText, resultColors } from "./terminal.js";

const keys = ["dataDir", "threads", "backend"] as const;

interface SearchFlags {
  readonly out?: string;
  readonly parallel?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

export function command(): Command {
  const command = newCommand(
    "search",
    "Train many times with settings from a file, and compare: grid, random, halving, or variants by name (docs/search.md).",
  );
  return addFields(command, keys)
    .argument("<FILE>", "YAML or JSON: base, space or variants, strategy; - is stdin")
    .option(
      "-o, --out <DIR>",
      "folder of the search: absent, empty, or one to go on with (default: runs/<n>-search-<file>)",
    )
    .option(
      "--parallel <N>",
      "trials side by side, each with its share of the threads (default: 1); under mpirun, in each process",
    )
    .addOption(jsonOption())
    .action((file: string, options: SearchFlags, self: Command) => run(file, options, self));
}

async function run(file: string, options: SearchFlags, self: Command): Promise<void> {
  const { config } = await resolveOptions(self, keys);
  const given = Object.fromEntries(Object.keys(givenFlags(self, keys)).map((key) => [key, config[key as "threads"]]));
  const note = noter(options);
  const parallel = options.parallel === undefined ? undefined : numberOf("--parallel", options.parallel, "whole", 512);
  // Before it, a pipe may be waited for.
  let begun = false;
  const { value: outcome, received } = await withSignals(
    (signal) =>
      search(file, {
        ...given,
        ...(options.out !== undefined && { out: options.out }),
        ...(parallel !== undefined && { parallel }),
        signal,
        onEvent: (event) => {
          begun = true;
          const line = lineOf(event);
          if (line !== null) note(line);
        },
      }),
    { ending: () => (begun ? "finishing the step, writing its checkpoint" : null) },
  );
  if (outcome.status === "stopped") {
    // What was asked for is kept there: stdin is gone.
    const asked = file === "-" ? `${outcome.folder}/search.json` : file;
    note(`Stopped. To go on: heddle search ${shellPath(asked)} --out ${shellPath(outcome.folder)}`);
    process.exitCode = exitCodes[received ?? "SIGINT"];
    return;
  }
  if (options.json) printJson(outcome.result);
  else printText(textOf(outcome.result, options));
}

const settingsText = (config: Readonly<Record<string, unknown>>): string =>
  Object.entries(config)
    .map(([key, value]) => `${key} ${cell(value)}`)
    .join(", ");

/** A value as a person would write it. */
function cell(value: unknown): string {
  if (typeof value === "number") return `${Number(value.toPrecision(5))}`;
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function lineOf(event: SearchEvent): string | null {
  if (event.kind === "search") {
    const { folder, trials, done } = event;
    return `${count(trials)} trials in ${folder}${done > 0 ? `, ${done} of them done before` : ""}.`;
  }
  if (event.kind === "note") return event.text;
  if (event.kind !== "trial") return null;
  const { trial, epochs, score, reason, seconds, config } = event;
  const came = score === null ? `no score (${reason})` : `${Number(score.toPrecision(5))}`;
  return `trial ${trial}, ${counted(epochs, "epoch")}, ${duration(seconds)}: ${came}  ${settingsText(config)}`;
}

function textOf(result: SearchDocument, options: SearchFlags): string {
  const colors = resultColors(options);
  const { trials, best, folder } = result;
  const metric = findMetric(result.metric);
  const keysOf = [...new Set(trials.flatMap(({ config }) => Object.keys(config)))];
  const ablation = result.strategy === "variants";
  const head = ablation
    ? ["variant", "accuracy", "95 % interval", "loss", metric.title, "epochs", "time"]
    : ["trial", `${metric.title}, validation`, "epochs", "time", ...keysOf];
  const rows = trials.map((trial) => {
    const { score, epochs, seconds, config, name } = trial;
    const measured: Readonly<Record<string, unknown>> | null = trial.test ?? trial.validation;
    const shownScore = score === null ? colors.red("none") : valueText(metric, score);
    const interval = (trial.test ?? trial.validation)?.intervals["accuracy"] as
      | readonly [number, number]
      | null
      | undefined;
    const cells = ablation
      ? [
          name ?? `${trial.trial}`,
          typeof measured?.["accuracy"] === "number" ? percent(measured["accuracy"]) : "-",
          interval ? interval.map((end) => (100 * end).toFixed(2)).join(" .. ") : "",
          typeof measured?.["loss"] === "number" ? `${Number(measured["loss"].toPrecision(5))}` : "-",
          shownScore,
          `${epochs}`,
          duration(seconds),
        ]
      : [
          `${trial.trial}`,
          shownScore,
          `${epochs}`,
          duration(seconds),
          ...keysOf.map((key) => (key in config ? cell(config[key]) : "")),
        ];
    return trial.trial === best?.trial ? [colors.bold(cells[0]), ...cells.slice(1)] : cells;
  });
  const failed = trials.filter(({ reason }) => reason !== null);
  const of = ablation && trials.some(({ test }) => test) ? "test" : "validation";
  return [
    table(ablation ? "lrrrrrr" : `rrrr${"l".repeat(keysOf.length)}`, [head.map((title) => colors.dim(title)), ...rows]),
    "",
    ...failed.map(({ trial, name, reason }) => `${name ?? `trial ${trial}`} has no score: ${reason}`),
    ...(ablation
      ? [`accuracy, interval and loss are of the ${of} split; ${metric.title} of validation is the score`]
      : []),
    ...(best
      ? [
          `best     ${best.name ?? `trial ${best.trial}`}: ${settingsText(best.config)}`,
          `model    ${best.run}/model.safetensors`,
        ]
      : []),
    `picture  ${folder}/search.svg`,
  ].join("\n");
}
