/** `heddle evaluate`: loss, accuracy and the confusion matrix of a trained model on one split. */
import { type Command, Option } from "commander";
import { count, number, percent } from "../progress/format.js";
import {
  addFields,
  givenFlags,
  jsonOption,
  newCommand,
  ofModel,
  resolveOptions,
  standardizeOption,
} from "./options.js";
import { confusionText } from "./confusion.js";
import { whileLoading } from "./loading.js";
import { printJson, printText, resultColors } from "./terminal.js";
import { wilson } from "./wilson.js";

const keys = ["dataset", "dataDir", "allowMissing", "skipBad", "threads", "backend"] as const;

export const splits = ["train", "validation", "test"] as const;

interface EvaluateOptions {
  readonly split: (typeof splits)[number];
  readonly dataset?: string;
  readonly standardize?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

export function command(): Command {
  return addFields(
    newCommand("evaluate", "Measure a trained model.").argument(
      "[RUN|FILE]",
      "run folder or model file (default: the newest run)",
    ),
    keys,
    ofModel,
  )
    .addOption(new Option("--split <SPLIT>", "split to measure on").choices(splits).default("test"))
    .addOption(standardizeOption())
    .addOption(jsonOption())
    .action((path: string | undefined, options: EvaluateOptions, self: Command) => run(path, options, self));
}

async function run(path: string | undefined, options: EvaluateOptions, self: Command): Promise<void> {
  const { config } = await resolveOptions(self, keys);
  const dataset = givenFlags(self, keys).dataset === undefined ? undefined : config.dataset;
  const { evaluate } = await import("../inference/evaluate.js");
  const {
    model,
    dataset: name,
    split,
    loss,
    accuracy,
    errors,
    samples,
    classNames,
    confusion,
  } = await whileLoading(options, (onEvent) =>
    evaluate({
      ...(path === undefined ? {} : { path }),
      ...(dataset === undefined ? {} : { dataset }),
      dataDir: config.dataDir,
      allowMissing: config.allowMissing,
      skipBad: config.skipBad,
      split: options.split,
      ...(options.standardize === undefined ? {} : { standardize: options.standardize }),
      threads: config.threads,
      backend: config.backend,
      onEvent,
    }),
  );
  if (options.json) {
    printJson({ schema: 1, model, dataset: name, split, loss, accuracy, errors, confusion });
    return;
  }
  const colors = resultColors(options);
  const { low, high } = wilson(accuracy, samples);
  const interval = `${(100 * low).toFixed(2)} .. ${(100 * high).toFixed(2)}`;
  printText(
    `${model} on ${name} (${split}, ${count(samples)} samples)\n` +
      `accuracy ${colors.bold(percent(accuracy))} (95 %: ${interval}) · ${count(errors)} errors · loss ${number(loss)}\n\n` +
      confusionText(confusion, classNames, colors),
  );
}
