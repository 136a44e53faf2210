/** `heddle train`: parses, calls the trainer, prints its result. */
import type { Command } from "commander";
import { fields } from "../config/fields.js";
import { type Resolved, strayVariables } from "../config/resolve.js";
import type { TrainConfig } from "../config/schema.js";
import { exitCodes, targetError, usageError } from "../errors.js";
import { chooseRenderer } from "../progress/index.js";
import { percent } from "../progress/format.js";
import type { TrainResult } from "../train/events.js";
import { addFields, givenFlags, jsonOption, newCommand, resolveOptions } from "./options.js";
import { withSignals } from "./signals.js";
import { noter, printJson, printText, resultColors, resultColumns } from "./terminal.js";

const keys = fields.map(({ key }) => key);

/** What a resumed run may be told anew: the machine may have changed, the experiment may not. */
const resumable: readonly string[] = ["threads", "backend", "dataDir", "requireAccuracy"];

interface TrainOptions {
  readonly config?: string;
  readonly resume?: string;
  readonly json?: boolean;
  readonly printConfig?: boolean;
  readonly quiet?: boolean;
  readonly progress: boolean;
  readonly color: boolean;
}

export function command(): Command {
  return addFields(
    newCommand("train", "Train a net. Without any flag: embedded digits, a few seconds, a good model."),
    keys,
  )
    .option("-c, --config <FILE>", "YAML or JSON file with any of these settings (keys: batchSize, lr, …)")
    .option("--resume <RUN>", "go on with an interrupted run folder, at any number of threads")
    .option("--print-config", "print the resolved configuration and the source of each value, and stop")
    .option("--no-progress", "lines instead of a bar")
    .addOption(jsonOption())
    .action((options: TrainOptions, self: Command) => run(options, self));
}

async function run(options: TrainOptions, self: Command): Promise<void> {
  if (options.resume !== undefined) refuseNewSettings(self, options);
  // The trainer loads while the configuration is read.
  const loading = options.printConfig ? undefined : import("../train/trainer.js");
  loading?.catch(() => {});
  const { config, sources } = await resolveOptions(self, keys, options.config);
  if (!loading) {
    printText(configText({ config, sources }));
    return;
  }

  const note = noter(options);
  for (const text of strayVariables()) note(text);
  const { train } = await loading;
  const wishes = { quiet: options.quiet === true, bar: options.progress && !options.json };
  const renderer = await chooseRenderer(wishes, process.stderr, process.env);
  const { value: outcome, received } = await withSignals(
    (signal) =>
      train({
        config,
        sources,
        signal,
        onEvent: (event) => {
          // After Ctrl-C nothing is drawn over what was said.
          if (!signal.aborted || event.kind !== "progress") renderer.onEvent(event);
        },
        ...(options.resume === undefined ? {} : { resume: options.resume }),
      }),
    () => renderer.close(),
  ).finally(() => renderer.close());

  if (outcome.status === "stopped") {
    note(`Stopped at epoch ${outcome.epoch}, step ${outcome.step}. To go on: heddle train --resume ${outcome.run}`);
    process.exitCode = exitCodes[received ?? "SIGINT"];
    return;
  }
  const { result } = outcome;
  const required = await requiredAccuracy(config, options.resume);
  if (required !== undefined) checkAccuracy(result, required);
  if (options.json) {
    printJson(resultDocument(result));
    return;
  }
  const { trainReport } = await import("./train-report.js");
  const { dataDir } = config;
  // A folder that the next command would not find by itself.
  const repeatDataDir = sources.dataDir !== "environment";
  const report = { colors: resultColors(options), columns: resultColumns(), dataDir, repeatDataDir, onNote: note };
  printText(await trainReport(result, report));
}

/** A resumed run keeps the configuration in its `run.json`. */
function refuseNewSettings(self: Command, options: TrainOptions): void {
  const given = Object.keys(givenFlags(self, keys)).filter((key) => !resumable.includes(key));
  if (options.config !== undefined) given.push("config");
  const refused = given.map((key) => fields.find((field) => field.key === key)?.flag ?? `--${key}`);
  if (refused.length === 0) return;
  throw usageError({
    where: "--resume",
    expected: "no other settings than --threads, --backend, --data-dir and --require-accuracy",
    got: refused.join(", "),
    fix: "The run keeps the configuration it was started with; for another one start a new run (--init takes weights).",
  });
}

/** A resumed run is held to the target it was started with, unless another one is given. */
async function requiredAccuracy(config: TrainConfig, resume: string | undefined): Promise<number | undefined> {
  if (config.requireAccuracy !== undefined || resume === undefined) return config.requireAccuracy;
  const { openRunFolder } = await import("../train/run-folder.js");
  const { readRun } = await import("../train/run-description.js");
  return readRun(openRunFolder(resume)).config.requireAccuracy;
}

function checkAccuracy({ test, run }: TrainResult, required: number): void {
  if (test && test.accuracy >= required) return;
  throw targetError({
    where: "--require-accuracy",
    expected: `a test accuracy of at least ${percent(required)}`,
    got: test ? `${percent(test.accuracy)} on ${test.samples} samples` : "a data set without a test split",
    fix: `The run and its model stay in ${run}.`,
  });
}

/** `train --json`, schema 1. */
function resultDocument(result: TrainResult): unknown {
  const score = (split: TrainResult["test"]) => split && { loss: split.loss, accuracy: split.accuracy };
  return {
    schema: 1,
    run: result.run,
    model: result.model,
    parameters: result.parameters,
    dataset: result.dataset,
    threads: result.threads,
    backend: result.backend,
    isa: result.isa,
    seed: result.seed,
    epochs: result.epochs,
    bestEpoch: result.bestEpoch,
    train: score(result.train),
    validation: score(result.validation),
    test: score(result.test),
    weightsHash: result.weightsHash,
    modelHash: result.modelHash,
    samplesPerSecond: result.samplesPerSecond,
    seconds: result.seconds,
  };
}

/** YAML that `--config` reads back; values chosen by the data set are left out. */
function configText({ config, sources }: Resolved): string {
  return keys
    .map((key) => {
      if (config[key] === undefined) return `# ${key}: not set`;
      return `${`${key}: ${JSON.stringify(config[key])}`.padEnd(32)} # ${sources[key]}`;
    })
    .join("\n");
}
