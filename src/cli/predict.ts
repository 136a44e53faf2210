/** `heddle predict`: the classes of image files, or of single images of a data set. */
import { type Command, Option } from "commander";
import {
  type Fit,
  failedFilesError,
  fits,
  namesImages,
  type Preparation,
  predict,
  predictFiles,
  preparations,
  type SplitName,
  usageError,
  type WeightsName,
} from "../index.js";
import { whileLoading } from "./loading.js";
import {
  addFields,
  givenFlags,
  jsonOption,
  newCommand,
  numberOf,
  ofModel,
  resolveOptions,
  splitOption,
  standardizeOption,
  weightsOption,
} from "./options.js";
import { answersText, countsText, filesText } from "./predict-text.js";
import { findingLine } from "./progress/format.js";
import { noter, printJson, printText, resultColors } from "./terminal.js";

const keys = ["dataset", "dataDir", "allowMissing", "skipBad", "maxMegapixels", "threads", "backend"] as const;
/** Those that mean something beside image files too. */
const fileKeys: readonly string[] = ["backend", "maxMegapixels"];

interface PredictOptions {
  readonly invert: boolean;
  readonly invertAuto?: boolean;
  readonly fit?: Fit;
  readonly prepare?: Preparation;
  readonly split?: SplitName;
  readonly index?: string;
  readonly top?: string;
  readonly csv?: string;
  readonly weights?: WeightsName;
  readonly standardize?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

interface NamedModel {
  readonly path?: string;
  readonly weights: WeightsName | undefined;
}

export function command(): Command {
  const summary = "Classify image files, folders and archives of them, or images of a data set.";
  const predict = newCommand("predict", summary);
  // An optional value would swallow the file that stands after a plain --invert.
  const parseOptions = predict.parseOptions.bind(predict);
  predict.parseOptions = (argv) =>
    parseOptions(argv.map((argument) => (argument === "--invert=auto" ? "--invert-auto" : argument)));
  return addFields(predict, keys, ofModel)
    .argument("[RUN|FILE]", "run folder or model file (default: the newest run)")
    .argument(
      "[IMAGE...]",
      "image files of any size, folders, .zip, .tar; - is stdin; without any, images of the data set",
    )
    .addOption(splitOption("take images from"))
    .option(
      "--index <A..B>",
      "images of the split to classify, both ends included, or one number (default: the first 10; with --csv all)",
    )
    .option("--top <K>", "tell the K likeliest classes of each image, not one alone")
    .option("--csv <FILE>", "write the answers into a table, a line for each image")
    .option(
      "--invert",
      "image files are dark on light, the training images light on dark; =auto decides by borders",
      false,
    )
    .addOption(new Option("--invert-auto").hideHelp())
    .addOption(
      new Option("--fit <FIT>", "how image files get the net's size (default: as in training, else pad)").choices(fits),
    )
    .addOption(
      new Option("--prepare <KIND>", "make drawn or photographed digits what the data set's are").choices(preparations),
    )
    .addOption(weightsOption())
    .addOption(standardizeOption())
    .addOption(jsonOption())
    .action((path: string | undefined, images: string[], options: PredictOptions, self: Command) =>
      run(path, images, options, self),
    );
}

async function run(path: string | undefined, images: string[], options: PredictOptions, self: Command): Promise<void> {
  const isImage = path !== undefined && namesImages(path);
  const files = isImage ? [path, ...images] : images;
  const model = { ...(path !== undefined && !isImage && { path }), weights: options.weights };
  refuseFlags(files.length > 0, self);
  if (options.csv !== undefined && options.json) {
    const expected = "one of the two: a table in a file, or a document on stdout";
    throw usageError({ where: "--csv", expected, got: "--json too" });
  }
  await (files.length > 0 ? runFiles(model, files, options, self) : runSplit(model, options, self));
}

/** Flags that would say nothing: of a data set beside files, of files without any. */
function refuseFlags(hasFiles: boolean, self: Command): void {
  const names = hasFiles
    ? [...keys.filter((key) => !fileKeys.includes(key)), "split", "index"]
    : ["invert", "invertAuto", "fit", "prepare", "maxMegapixels"];
  for (const option of self.options) {
    if (!names.includes(option.attributeName()) || self.getOptionValueSource(option.attributeName()) !== "cli")
      continue;
    const expected = hasFiles ? "images of a data set, and no files" : "image files to classify";
    const fix = hasFiles ? "Leave it out: image files are read from where they are, and classified on one thread." : "";
    throw usageError({ where: `${option.long}`, expected, got: hasFiles ? "files" : "none", fix });
  }
}

async function runFiles(
  model: NamedModel,
  files: readonly string[],
  options: PredictOptions,
  self: Command,
): Promise<void> {
  const { config } = await resolveOptions(self, keys);
  const { fit, prepare, standardize, csv } = options;
  if (prepare && (options.invert || options.invertAuto)) {
    const expected = "one of the two: --prepare finds out by itself what is ink";
    throw usageError({ where: `--prepare ${prepare}`, expected, got: "--invert too" });
  }
  const { backend, maxMegapixels } = config;
  const invert: boolean | "auto" = options.invertAuto ? "auto" : options.invert;
  const wishes = {
    invert,
    maxMegapixels,
    ...(fit && { fit }),
    ...(prepare && { prepare }),
    ...(standardize !== undefined && { standardize }),
    backend,
    top: topOf(options),
    csv,
  };
  const result = await whileLoading(options, (onEvent) => predictFiles({ ...model, files, ...wishes, onEvent }));
  const { failed, findings, ...rest } = result;
  const note = noter(options);
  for (const finding of findings) note(findingLine(finding));
  const colors = resultColors(options);
  if (options.json) {
    const { predictions, classNames, counts, seconds, imagesPerSecond } = rest;
    printJson({ schema: 1, classNames, predictions, counts, failed, findings, seconds, imagesPerSecond });
  } else printText(csv === undefined ? filesText(result, colors) : countsText(csv, result, colors));
  // One bad file costs itself alone: the others are told first.
  if (failed.length > 0)
    throw failedFilesError(
      failed,
      rest.counts.reduce((sum, many) => sum + many, failed.length),
    );
}

async function runSplit(model: NamedModel, options: PredictOptions, self: Command): Promise<void> {
  const { csv, index } = options;
  const range = index === undefined ? undefined : parseIndex(index);
  const most = csv === undefined ? shownImages : undefined;
  const top = topOf(options);
  const { config } = await resolveOptions(self, keys);
  const given = givenFlags(self, keys).dataset !== undefined;
  const result = await whileLoading(options, (onEvent) =>
    predict({
      ...model,
      ...(given ? { dataset: config.dataset } : {}),
      dataDir: config.dataDir,
      allowMissing: config.allowMissing,
      skipBad: config.skipBad,
      ...(options.split && { split: options.split }),
      ...(options.standardize === undefined ? {} : { standardize: options.standardize }),
      index: range,
      most,
      top,
      csv,
      threads: config.threads,
      backend: config.backend,
      onEvent,
    }),
  );
  const { predictions, classNames, seconds, imagesPerSecond } = result;
  if (options.json) return printJson({ schema: 1, classNames, predictions, seconds, imagesPerSecond });
  const colors = resultColors(options);
  if (csv === undefined) return printText(answersText(result, colors));
  const counts = classNames.map((_, label) => predictions.filter((prediction) => prediction.class === label).length);
  printText(countsText(csv, { classNames, counts, seconds, imagesPerSecond }, colors));
}

/** Of a split, unless more are asked for. */
const shownImages = 10;

const topOf = ({ top }: PredictOptions): number | undefined =>
  top === undefined ? undefined : numberOf("--top", top, "whole");

/** "0..199" (both ends included) or "7". */
export function parseIndex(text: string): [first: number, last: number] {
  const [, first, last = first] = /^(\d+)(?:\.\.(\d+))?$/.exec(text) ?? [];
  if (first !== undefined && Number(first) <= Number(last)) return [Number(first), Number(last)];
  const expected = "an index, or first..last with first not after last (0..199)";
  throw usageError({ where: "--index", expected, got: JSON.stringify(text) });
}
