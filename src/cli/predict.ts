/** `heddle predict`: the classes of image files, or of single images of a data set. */
import { type Command, Option } from "commander";
import { type Fit, fits } from "../data/formats/resize.js";
import { usageError } from "../errors.js";
import type { FilePrediction } from "../inference/predict-files.js";
import type { Prediction, Predictions } from "../inference/predict.js";
import { count, duration, percent } from "../progress/format.js";
import { splits } from "./evaluate.js";
import {
  addFields,
  givenFlags,
  jsonOption,
  newCommand,
  ofModel,
  resolveOptions,
  standardizeOption,
} from "./options.js";
import { table } from "./table.js";
import { whileLoading } from "./loading.js";
import { type Colors, printJson, printText, resultColors } from "./terminal.js";

const keys = ["dataset", "dataDir", "allowMissing", "skipBad", "threads", "backend"] as const;

interface PredictOptions {
  readonly invert: boolean;
  readonly fit?: Fit;
  readonly split: (typeof splits)[number];
  readonly index: string;
  readonly standardize?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

export function command(): Command {
  const summary = "Classify PNG and JPEG files, or images of a data set.";
  return addFields(newCommand("predict", summary), keys, ofModel)
    .argument("[RUN|FILE]", "run folder or model file (default: the newest run)")
    .argument("[IMAGE...]", "PNG or JPEG files of any size; without any, images of the data set")
    .addOption(new Option("--split <SPLIT>", "split to take images from").choices(splits).default("test"))
    .option("--index <A..B>", "images of the split to classify, both ends included, or one number", "0..9")
    .option("--invert", "image files are dark on light, the training images light on dark", false)
    .addOption(
      new Option("--fit <FIT>", "how image files get the net's size (default: as in training, else pad)").choices(fits),
    )
    .addOption(standardizeOption())
    .addOption(jsonOption())
    .action((path: string | undefined, images: string[], options: PredictOptions, self: Command) =>
      run(path, images, options, self),
    );
}

async function run(path: string | undefined, images: string[], options: PredictOptions, self: Command): Promise<void> {
  const { namesImage } = await import("../inference/predict-files.js");
  const isImage = path !== undefined && namesImage(path);
  const files = isImage ? [path, ...images] : images;
  const model = path === undefined || isImage ? {} : { path };
  refuseFlags(files.length > 0, self);
  await (files.length > 0 ? runFiles(model, files, options, self) : runSplit(model, options, self));
}

/** Flags that would say nothing: of a data set beside files, of files without any. */
function refuseFlags(hasFiles: boolean, self: Command): void {
  const names = hasFiles ? [...keys.filter((key) => key !== "backend"), "split", "index"] : ["invert", "fit"];
  for (const option of self.options) {
    if (!names.includes(option.attributeName()) || self.getOptionValueSource(option.attributeName()) !== "cli")
      continue;
    const expected = hasFiles ? "images of a data set, and no files" : "image files to classify";
    const fix = hasFiles ? "Leave it out: image files are read from where they are, and classified on one thread." : "";
    throw usageError({ where: `${option.long}`, expected, got: hasFiles ? "files" : "none", fix });
  }
}

async function runFiles(
  model: { path?: string },
  files: readonly string[],
  options: PredictOptions,
  self: Command,
): Promise<void> {
  const { config } = await resolveOptions(self, keys);
  const { predictFiles } = await import("../inference/predict-files.js");
  const { invert, fit, standardize } = options;
  const { backend } = config;
  const wishes = { invert, ...(fit && { fit }), ...(standardize !== undefined && { standardize }), backend };
  const result = await whileLoading(options, (onEvent) => predictFiles({ ...model, files, ...wishes, onEvent }));
  const { predictions, classNames, seconds, imagesPerSecond } = result;
  if (options.json) return printJson({ classNames, predictions, seconds, imagesPerSecond });
  const colors = resultColors(options);
  const row = ({ file, className, probabilities, class: winner, steps }: FilePrediction): string[] => [
    file,
    className,
    percent(probabilities[winner]),
    colors.dim(steps.join(", ") || "as it is"),
  ];
  const head = ["image", "class", "probability", "what was done to it"];
  printText(`${tableOf(colors, "llrl", head, predictions.map(row))}\n\n${speed({ seconds, imagesPerSecond })}`);
}

async function runSplit(model: { path?: string }, options: PredictOptions, self: Command): Promise<void> {
  const index = parseIndex(options.index);
  const { config } = await resolveOptions(self, keys);
  const given = givenFlags(self, keys).dataset !== undefined;
  const { predict } = await import("../inference/predict.js");
  const result = await whileLoading(options, (onEvent) =>
    predict({
      ...model,
      ...(given ? { dataset: config.dataset } : {}),
      dataDir: config.dataDir,
      allowMissing: config.allowMissing,
      skipBad: config.skipBad,
      split: options.split,
      ...(options.standardize === undefined ? {} : { standardize: options.standardize }),
      index,
      threads: config.threads,
      backend: config.backend,
      onEvent,
    }),
  );
  const { predictions, classNames, seconds, imagesPerSecond } = result;
  if (options.json) return printJson({ classNames, predictions, seconds, imagesPerSecond });
  const colors = resultColors(options);
  const row = ({ index, className, probabilities, class: winner, label }: Prediction): string[] => [
    `${index}`,
    className,
    percent(probabilities[winner]),
    winner === label ? colors.green("right") : colors.red(`wrong: ${classNames[label]}`),
  ];
  const right = predictions.filter(({ class: predicted, label }) => predicted === label).length;
  const head = ["index", "class", "probability", ""];
  printText(
    `${tableOf(colors, "rlrl", head, predictions.map(row))}\n\n` +
      `${right} of ${predictions.length} right · ${speed(result)}`,
  );
}

const tableOf = (colors: Colors, align: string, head: readonly string[], rows: readonly string[][]): string =>
  table(align, [head.map((text) => colors.dim(text)), ...rows]);

const speed = ({ seconds, imagesPerSecond }: Pick<Predictions, "seconds" | "imagesPerSecond">): string =>
  `${duration(seconds)}, ${count(imagesPerSecond)} images/s`;

/** "0..199" (both ends included) or "7". */
export function parseIndex(text: string): [first: number, last: number] {
  const [, first, last = first] = /^(\d+)(?:\.\.(\d+))?$/.exec(text) ?? [];
  if (first !== undefined && Number(first) <= Number(last)) return [Number(first), Number(last)];
  const expected = "an index, or first..last with first not after last (0..199)";
  throw usageError({ where: "--index", expected, got: JSON.stringify(text) });
}
