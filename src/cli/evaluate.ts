/** `heddle evaluate`: loss, accuracy and the confusion matrix of a trained model on one split. */
import type { Command } from "commander";
import {
  type ClassScores,
  classMetrics,
  count,
  type Evaluation,
  evaluate,
  evaluationDocument,
  intervalText,
  metrics,
  missedTarget,
  type SplitName,
  someOf,
  valueText,
  viewKinds,
  type WeightsName,
} from "../index.js";
import type { Colors } from "./ansi.js";
import { confusedText, confusionText } from "./confusion.js";
import { guessRows } from "./guess.js";
import { whileLoading } from "./loading.js";
import {
  addFields,
  givenFlags,
  jsonOption,
  newCommand,
  ofModel,
  resolveOptions,
  splitOption,
  standardizeOption,
  weightsOption,
} from "./options.js";
import { table } from "./table.js";
import { printJson, printText, resultColors } from "./terminal.js";

const keys = ["dataset", "dataDir", "allowMissing", "skipBad", "threads", "backend", "requireAccuracy"] as const;

interface EvaluateOptions {
  readonly split?: SplitName;
  readonly weights?: WeightsName;
  readonly dataset?: string;
  readonly tta?: string;
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
    { ...ofModel, requireAccuracy: "exit 4 when the accuracy on the test split, or on --split, is lower" },
  )
    .addOption(splitOption("measure on"))
    .addOption(weightsOption())
    .option(
      "--tta <LIST>",
      `test-time augmentation: mean of the probabilities over views of each image: ${viewKinds.map(({ name, summary }) => `${name}, ${summary}`).join("; ")}`,
    )
    .addOption(standardizeOption())
    .addOption(jsonOption())
    .action((path: string | undefined, options: EvaluateOptions, self: Command) => run(path, options, self));
}

async function run(path: string | undefined, options: EvaluateOptions, self: Command): Promise<void> {
  const { config } = await resolveOptions(self, keys);
  const dataset = givenFlags(self, keys).dataset === undefined ? undefined : config.dataset;
  const evaluation = await whileLoading(options, (onEvent) =>
    evaluate({
      ...(path === undefined ? {} : { path }),
      ...(dataset === undefined ? {} : { dataset }),
      dataDir: config.dataDir,
      allowMissing: config.allowMissing,
      skipBad: config.skipBad,
      ...(options.split && { split: options.split }),
      weights: options.weights,
      tta: options.tta,
      ...(options.standardize === undefined ? {} : { standardize: options.standardize }),
      threads: config.threads,
      backend: config.backend,
      requireAccuracy: config.requireAccuracy,
      onEvent,
    }),
  );
  if (options.json) printJson(evaluationDocument(evaluation));
  else printText(evaluationText(evaluation, resultColors(options)));
  const { threshold, score } = evaluation;
  const held = threshold?.met === null ? null : score;
  const missed = threshold && missedTarget(threshold, held, "The model is as it was.");
  if (missed) throw missed;
}

/** Up to so many classes, all are shown; of more, the worst. */
const [classesShown, worstShown] = [20, 20];

function evaluationText(evaluation: Evaluation, colors: Colors): string {
  const { model, dataset, score, classNames, confusion, unknown, tta } = evaluation;
  const of = [score.split, `${count(score.samples)} samples`, `${score.weights} weights`];
  if (score.epoch !== null) of.push(`epoch ${score.epoch}`);
  if (tta) of.push(`mean of ${tta.views} views: ${tta.list}`);
  const apart = unknown.map(({ className, samples }) => `${count(samples)} of ${className}`);
  const few = classNames.length <= classesShown;
  return [
    `${model} on ${dataset} (${of.join(", ")})`,
    ...(apart.length > 0 ? [`not counted, of classes the model does not know: ${someOf(apart, 10)}`] : []),
    "",
    wholeTable(evaluation, colors),
    "",
    classTable(evaluation, colors),
    "",
    few ? confusionText(confusion, classNames, colors) : confusedText(confusion, classNames, colors),
  ].join("\n");
}

/** What is said of all samples together; means over the classes stand below these. */
function wholeTable({ score, guess }: Evaluation, colors: Colors): string {
  const means = classMetrics.flatMap(({ macro, weighted }) => [macro.name, weighted?.name]);
  const shown = metrics.filter(({ name, alias }) => !alias && !means.includes(name));
  const rows = shown.map((metric) => {
    const value = score.values[metric.name];
    const text = valueText(metric, value);
    const interval = intervalText(metric, value, score.samples);
    return [metric.title, metric.everyEpoch ? colors.bold(text) : text, interval && `95 %: ${interval}`];
  });
  return table("lrl", [...rows, ...guessRows(guess)]);
}

/** A row a class, and the means over all classes; of many classes those of lowest F1. */
function classTable({ score, perClass, classNames }: Evaluation, colors: Colors): string {
  const few = perClass.length <= classesShown;
  // What nobody is and nobody was taken for has no F1, and is not the worst.
  const rank = ({ values }: ClassScores): number => values["f1"] ?? Number.POSITIVE_INFINITY;
  const shown = few ? perClass : perClass.toSorted((a, b) => rank(a) - rank(b)).slice(0, worstShown);
  const head = [few ? "class" : `worst of ${perClass.length}`, ...classMetrics.map(({ title }) => title), "samples"];
  const mean = (kind: "macro" | "weighted"): string[] => [
    colors.dim(`${kind} mean`),
    ...classMetrics.map((metric) => {
      const of = metric[kind];
      return of ? valueText(of, score.values[of.name]) : "";
    }),
    "",
  ];
  return table(`l${"r".repeat(head.length - 1)}`, [
    head.map((text) => colors.dim(text)),
    ...shown.map(({ class: label, values, support }) => [
      classNames[label],
      ...classMetrics.map((metric) => valueText(metric, values[metric.name])),
      count(support),
    ]),
    mean("macro"),
    mean("weighted"),
  ]);
}
