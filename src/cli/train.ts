/** `heddle train`: parses, calls the trainer, prints its result. */
import type { Command } from "commander";
import {
  changeable,
  configText,
  eventDocument,
  exitCodes,
  field,
  fields,
  isRepeat,
  type LiveOptions,
  missedTarget,
  parseResumeWith,
  type Resolved,
  resultDocument,
  resumable,
  shellPath,
  strayVariables,
  type TrainConfig,
  type TrainResult,
  train,
  usageError,
} from "../index.js";
import { addFields, givenFlags, jsonOption, newCommand, numberOf, resolveOptions } from "./options.js";
import { chooseRenderer } from "./progress/index.js";
import { withSignals } from "./signals.js";
import { noter, printJson, printText, resultColors, resultColumns } from "./terminal.js";

const keys = fields.map(({ key }) => key);

export interface TrainOptions {
  readonly config?: string;
  readonly resume?: string;
  readonly resumeWith?: string;
  readonly json?: boolean;
  readonly jsonLines?: boolean;
  readonly findLr?: string | true;
  readonly printConfig?: boolean;
  readonly quiet?: boolean;
  readonly progress: boolean;
  readonly report: boolean;
  readonly profile?: boolean;
  readonly live?: boolean;
  readonly port?: string;
  readonly color: boolean;
}

export function command(): Command {
  return addFields(
    newCommand("train", "Train a net. Without any flag: embedded digits, a few seconds, a good model."),
    keys,
  )
    .option("-c, --config <FILE>", "YAML or JSON file with any of these settings (keys: batchSize, lr, …); - is stdin")
    .option("--resume <RUN>", "go on with an interrupted run folder, at any number of threads")
    .option(
      "--resume-with <SETTINGS>",
      `with --resume: go on with other settings, as in "epochs=20,lr=0.001" (${changeable.join(", ")})`,
    )
    .option("--print-config", "print the resolved configuration and the source of each value, and stop")
    .option("--no-progress", "lines instead of a bar")
    .option(
      "--profile",
      "measure where the time goes: profile.json and trace.json in the run's folder, part of the report",
    )
    .option(
      "--live",
      "serve the run's page on this machine while it trains, at http://127.0.0.1:8420/ or the next free port",
    )
    .option("--port <N>", "with --live: at this port")
    .option(
      "--find-lr [FILE]",
      "do not train: try rising rates on fresh weights, draw the loss (FILE: as SVG too), suggest --lr",
    )
    .option("--no-report", "do not leave report.html in the run's folder")
    .addOption(jsonOption().conflicts("jsonLines"))
    .option("--json-lines", "print each event as a line of JSON: start, epochs, steps with --log-steps, done")
    .action((options: TrainOptions, self: Command) => run(options, self));
}

async function run(options: TrainOptions, self: Command): Promise<void> {
  if (options.resume !== undefined) refuseNewSettings(self, options);
  const { config, sources } = await resolveOptions(self, keys, options.config);
  if (options.resumeWith !== undefined && options.resume === undefined) {
    const [expected, got] = ["--resume RUN beside it", "--resume-with alone"];
    throw usageError({ where: "--resume-with", expected, got, fix: "A new run takes settings by their flags." });
  }
  const resumeWith = options.resumeWith === undefined ? undefined : parseResumeWith(options.resumeWith);
  if (options.printConfig) {
    printText(configText({ config, sources }));
    return;
  }

  const one = options.findLr === undefined && config.seeds === undefined && config.folds === undefined;
  if (options.jsonLines && !one) {
    const got = "--json-lines beside --seeds, --folds or --find-lr";
    throw usageError({ where: "--json-lines", expected: "one run", got, fix: "--json prints one document." });
  }
  if (options.findLr !== undefined) {
    const { runFindRate } = await import("./find-rate.js");
    await runFindRate({ config, sources }, options);
    return;
  }
  if (config.seeds !== undefined || config.folds !== undefined || (await isRepeatOf(options.resume))) {
    const { runRepeatedly } = await import("./train-repeat.js");
    await runRepeatedly({ config, sources }, options);
    return;
  }
  const live = liveOf(options);
  const note = noter(options);
  for (const text of strayVariables()) note(text);
  const wishes = { quiet: options.quiet === true, bar: options.progress && !options.json && !options.jsonLines };
  const renderer = await chooseRenderer(wishes, process.stderr, process.env);
  // Before it there is nothing to save.
  let phase: "loading" | "training" | "done" = "loading";
  const { value: outcome, received } = await withSignals(
    (signal) =>
      train({
        config,
        sources: { ...sources, ...Object.fromEntries(Object.keys(resumeWith ?? {}).map((key) => [key, "flag"])) },
        signal,
        report: options.report,
        profile: options.profile === true,
        ...(live && { live }),
        onEvent: (event) => {
          if (event.kind === "start") phase = "training";
          if (event.kind === "done") phase = "done";
          if (options.jsonLines) printJson(eventDocument(event));
          // After Ctrl-C nothing is drawn over what was said.
          if (!signal.aborted || event.kind !== "progress") renderer.onEvent(event);
        },
        ...(options.resume === undefined ? {} : { resume: options.resume }),
        ...(resumeWith && { resumeWith }),
      }),
    {
      clear: () => renderer.close(),
      ending: () => endingText(phase, config),
    },
  ).finally(() => renderer.close());

  if (outcome.status === "stopped") {
    const where = `Stopped at epoch ${outcome.epoch}, step ${outcome.step}.`;
    const next =
      outcome.run === null
        ? "Nothing was kept (--out none)."
        : `To go on: heddle train --resume ${shellPath(outcome.run)}`;
    note(`${where} ${next}`);
    if (options.jsonLines) printJson({ kind: "stopped", epoch: outcome.epoch, step: outcome.step, run: outcome.run });
    process.exitCode = exitCodes[received ?? "SIGINT"];
    return;
  }
  const { result } = outcome;
  // With --json-lines the last line was the result.
  if (options.json) printJson(resultDocument(result));
  else if (!options.jsonLines) await printReport(result, options, { config, sources });
  const { threshold, test, run } = result;
  const missed =
    threshold && missedTarget(threshold, test, run === null ? "" : `The run and its model stay in ${run}.`);
  if (missed) throw missed;
}

const isRepeatOf = async (resume: string | undefined): Promise<boolean> =>
  resume !== undefined && (await isRepeat(resume));

async function printReport(result: TrainResult, options: TrainOptions, { config, sources }: Resolved): Promise<void> {
  const { trainReport } = await import("./train-report.js");
  const { dataDir } = config;
  // A folder that the next command would not find by itself.
  const repeatDataDir = sources.dataDir !== "environment";
  const said = {
    colors: resultColors(options),
    columns: resultColumns(),
    report: options.report,
    onNote: noter(options),
  };
  printText(await trainReport(result, { ...said, dataDir, repeatDataDir }));
}

function liveOf({ live, port }: TrainOptions): LiveOptions | undefined {
  if (live) return port === undefined ? {} : { port: numberOf("--port", port, "whole") };
  if (port === undefined) return undefined;
  throw usageError({ where: "--port", expected: "--live beside it", got: "--port alone", fix: "Add --live." });
}

/** What a signal makes a run do; null where there is nothing to save. */
function endingText(phase: "loading" | "training" | "done", { out }: TrainConfig): string | null {
  if (phase === "loading") return null;
  if (phase === "done") return "the run is done, writing its report";
  return out === null || out === "none" ? "finishing the step" : "finishing the step, writing the checkpoint";
}

/** A resumed run keeps the configuration in its `run.json`. */
function refuseNewSettings(self: Command, options: TrainOptions): void {
  const allowed: readonly string[] = resumable;
  const given = Object.keys(givenFlags(self, keys)).filter((key) => !allowed.includes(key));
  if (options.config !== undefined) given.push("config");
  const refused = given.map((key) => fields.find((field) => field.key === key)?.flag ?? `--${key}`);
  if (refused.length === 0) return;
  throw usageError({
    where: "--resume",
    expected: `no other settings than ${resumable.map((key) => field(key).flag).join(", ")}`,
    got: refused.join(", "),
    fix: `The run keeps the configuration it was started with. --resume-with changes ${changeable.join(", ")}; for all else start a new run (--init takes weights).`,
  });
}
