/** What a finished run shows: how good, on what, six test images, where the model is, and one next command. */

import {
  comesByPipe,
  count,
  counted,
  duration,
  everyEpoch,
  findMetric,
  intervalText,
  predict,
  type Score,
  shellPath,
  type TrainResult,
  valueText,
} from "../index.js";
import type { Colors } from "./ansi.js";
import { draw } from "./draw.js";
import { guessRows } from "./guess.js";
import { findingLine } from "./progress/format.js";
import { fit, table } from "./table.js";

export interface ReportOptions {
  readonly colors: Colors;
  readonly columns: number;
  readonly dataDir: string | undefined;
  /** True where the next command must be given the folder again. */
  readonly repeatDataDir: boolean;
  /** There is a page of the run in its folder. */
  readonly report: boolean;
  readonly onNote: (text: string) => void;
}

type Predicted = Awaited<ReturnType<typeof predict>>;

const shown = 6;

export async function trainReport(result: TrainResult, options: ReportOptions): Promise<string> {
  const { colors } = options;
  const sections = [scores(result, colors)];
  const predicted = await firstTestImages(result, options);
  if (predicted) sections.push(gallery(predicted, colors, options.columns));
  sections.push(ending(result, options));
  return `\n${sections.join("\n\n")}\n`;
}

/** Shares of samples first: they have an interval. */
const columns = [
  ...everyEpoch.filter(({ proportion }) => proportion),
  ...everyEpoch.filter(({ proportion }) => !proportion),
];

function scores({ test, validation, train, guess }: TrainResult, colors: Colors): string {
  const row = (name: string, score: Score | null) => {
    if (!score) return [];
    const cells = columns.flatMap((metric) => {
      const value = score.values[metric.name];
      const text = valueText(metric, value);
      return metric.proportion ? [colors.bold(text), intervalText(metric, value, score.samples)] : [text];
    });
    return [[name, ...cells, count(score.samples)]];
  };
  const titles = columns.flatMap(({ title, proportion }) => (proportion ? [title, "95 % interval"] : [title]));
  const head = ["", ...titles, "samples"].map((text) => colors.dim(text));
  return table("l" + "r".repeat(head.length - 1), [
    head,
    ...row("test", test),
    ...row("validation", validation),
    ...row("train (epoch's mean)", train),
    ...guessRows(guess).map((cells) => cells.map((text) => colors.dim(text))),
  ]);
}

/** The run is done and saved: a failure here costs the pictures, not the result. */
async function firstTestImages(result: TrainResult, options: ReportOptions): Promise<Predicted | null> {
  if (!result.test || result.run === null) return null;
  try {
    return await predict({
      path: result.run,
      dataset: result.dataset,
      ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
      split: "test",
      index: [0, Math.min(shown, result.test.samples) - 1],
      threads: 1,
      backend: result.backend,
    });
  } catch (error) {
    options.onNote(`The test images could not be drawn: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

/** As many pictures side by side as the terminal holds, each over its prediction. */
function gallery({ predictions, images, shape, maximum }: Predicted, colors: Colors, columns: number): string {
  const size = shape.height * shape.width * shape.channels;
  const cells = predictions.map((prediction, i) => {
    const pixels = images.subarray(i * size, (i + 1) * size);
    const picture = draw({ pixels, shape, maximum }, colors.isColorSupported);
    const right = prediction.class === prediction.label;
    const truth = prediction.labelName;
    return { picture, right, caption: right ? `${prediction.className} ✓` : `${prediction.className} ✗ is ${truth}` };
  });
  const cell = Math.max(10, ...cells.map(({ caption }) => Math.min(caption.length, 20))) + 2;
  const drawn = Math.max(cell, Math.min(shape.width, 16) + 2);
  const perRow = Math.max(1, Math.floor(columns / drawn));
  const rows: string[] = [];
  for (let first = 0; first < cells.length; first += perRow) {
    const row = cells.slice(first, first + perRow);
    const height = row[0].picture.length;
    for (let line = 0; line < height; line++) rows.push(row.map(({ picture }) => fit(picture[line], drawn)).join(""));
    rows.push(
      row
        .map(({ caption, right }) => (right ? colors.green : colors.red)(fit(fit(caption, drawn - 1).trimEnd(), drawn)))
        .join("")
        .trimEnd(),
    );
  }
  return rows.map((row) => row.trimEnd()).join("\n");
}

function endedText({ steps, epoch, epochs }: TrainResult): string {
  return `after ${counted(steps, "update")}, ${count(epoch)} of ${counted(epochs, "epoch")} whole`;
}

/** ", of the lowest validation loss": what made it the best. */
function chosenBy({ select }: TrainResult): string {
  if (select === null) return "";
  const { title, better } = findMetric(select);
  return `, of the ${better === "higher" ? "highest" : "lowest"} validation ${title}`;
}

function ending(result: TrainResult, { colors, dataDir, repeatDataDir, report }: ReportOptions): string {
  const other = result.threads === 1 ? 2 : 1;
  const where = dataDir !== undefined && repeatDataDir ? ` --data-dir ${shellPath(dataDir)}` : "";
  const { run } = result;
  const epoch = `epoch ${result.bestEpoch} of ${result.epochs}${chosenBy(result)}`;
  const rows = [
    ...(result.ended === "finished" ? [] : [["ended", `${endedText(result)} (${result.ended})`]]),
    ["model", run === null ? `not kept (--out none), ${epoch}` : `${run}/model.safetensors (${epoch})`],
    ["weights", `${result.weightsHash} ${colors.dim(`(try --threads ${other}: the same bytes)`)}`],
    ...(report && run !== null ? [["report", `${run}/report.html`]] : []),
    ["time", `${duration(result.seconds)}, ${count(result.samplesPerSecond)} samples/s`],
    // Data of a pipe are gone: no command finds them.
    ...(run === null || comesByPipe(result.dataset)
      ? []
      : [["next", colors.cyan(`heddle evaluate ${shellPath(run)}${where}`)]]),
  ];
  const text = table(
    "ll",
    rows.map(([name, text]) => [colors.dim(name), text]),
  );
  // The last line is what is read.
  return [text, ...result.findings.map((finding) => colors.yellow(findingLine(finding)))].join("\n");
}
