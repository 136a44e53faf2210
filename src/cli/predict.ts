/** `heddle predict`: the classes of single images of a data set, timed. */
import { type Command, Option } from "commander";
import { usageError } from "../errors.js";
import { count, duration, percent } from "../progress/format.js";
import { splits } from "./evaluate.js";
import { addFields, givenFlags, jsonOption, newCommand, resolveOptions } from "./options.js";
import { table } from "./table.js";
import { whileLoading } from "./loading.js";
import { printJson, printText, resultColors } from "./terminal.js";

const keys = ["dataset", "dataDir", "allowMissing", "skipBad", "threads", "backend"] as const;

interface PredictOptions {
  readonly split: (typeof splits)[number];
  readonly index: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

export function command(): Command {
  return addFields(
    newCommand("predict", "Classify images of a data set.").argument(
      "[RUN|FILE]",
      "run folder or model file (default: the newest run)",
    ),
    keys,
  )
    .addOption(new Option("--split <SPLIT>", "split to take images from").choices(splits).default("test"))
    .option("--index <A..B>", "images to classify, both ends included, or one number", "0..9")
    .addOption(jsonOption())
    .action((path: string | undefined, options: PredictOptions, self: Command) => run(path, options, self));
}

async function run(path: string | undefined, options: PredictOptions, self: Command): Promise<void> {
  const index = parseIndex(options.index);
  const { config } = await resolveOptions(self, keys);
  const given = givenFlags(self, keys).dataset !== undefined;
  const { predict } = await import("../inference/predict.js");
  const { predictions, seconds, imagesPerSecond } = await whileLoading(options, (onEvent) =>
    predict({
      ...(path === undefined ? {} : { path }),
      ...(given ? { dataset: config.dataset } : {}),
      dataDir: config.dataDir,
      allowMissing: config.allowMissing,
      skipBad: config.skipBad,
      split: options.split,
      index,
      threads: config.threads,
      backend: config.backend,
      onEvent,
    }),
  );
  if (options.json) {
    const rows = predictions.map(({ index, class: predicted, probabilities }) => ({
      index,
      class: predicted,
      probabilities,
    }));
    printJson({ predictions: rows, seconds, imagesPerSecond });
    return;
  }
  const colors = resultColors(options);
  const rows = predictions.map((prediction) => [
    `${prediction.index}`,
    prediction.className,
    percent(Math.max(...prediction.probabilities)),
    prediction.class === prediction.label ? colors.green("right") : colors.red(`wrong: class ${prediction.label}`),
  ]);
  const right = predictions.filter(({ class: predicted, label }) => predicted === label).length;
  printText(
    `${table("rlrl", [["index", "class", "probability", ""].map((text) => colors.dim(text)), ...rows])}\n\n` +
      `${right} of ${predictions.length} right · ${duration(seconds)}, ${count(imagesPerSecond)} images/s`,
  );
}

/** "0..199" (both ends included) or "7". */
export function parseIndex(text: string): [first: number, last: number] {
  const [, first, last = first] = /^(\d+)(?:\.\.(\d+))?$/.exec(text) ?? [];
  if (first !== undefined && Number(first) <= Number(last)) return [Number(first), Number(last)];
  const expected = "an index, or first..last with first not after last (0..199)";
  throw usageError({ where: "--index", expected, got: JSON.stringify(text) });
}
