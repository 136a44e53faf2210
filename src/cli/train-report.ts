/** What a finished run shows: how good, on what, six test images, where the model is, and one next command. */
import type { predict } from "../inference/predict.js";
import { count, duration, number, percent } from "../progress/format.js";
import type { Score, TrainResult } from "../train/events.js";
import { draw } from "./draw.js";
import { fit, table } from "./table.js";
import type { Colors } from "./terminal.js";
import { wilson } from "./wilson.js";

export interface ReportOptions {
  readonly colors: Colors;
  readonly columns: number;
  readonly dataDir: string | undefined;
  /** True where the next command must be given the folder again. */
  readonly repeatDataDir: boolean;
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

function scores({ test, validation, train }: TrainResult, colors: Colors): string {
  const row = (name: string, score: Score | null) => {
    if (!score) return [];
    const { low, high } = wilson(score.accuracy, score.samples);
    const interval = `${(100 * low).toFixed(2)} .. ${(100 * high).toFixed(2)}`;
    return [[name, colors.bold(percent(score.accuracy)), interval, number(score.loss), count(score.samples)]];
  };
  const head = ["", "accuracy", "95 % interval", "loss", "samples"].map((text) => colors.dim(text));
  return table("lrrrr", [
    head,
    ...row("test", test),
    ...row("validation", validation),
    ...row("train (epoch's mean)", train),
  ]);
}

/** The run is done and saved: a failure here costs the pictures, not the result. */
async function firstTestImages(result: TrainResult, options: ReportOptions): Promise<Predicted | null> {
  if (!result.test) return null;
  try {
    const { predict } = await import("../inference/predict.js");
    return await predict({
      path: result.run,
      dataset: result.dataset,
      ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
      split: "test",
      index: [0, Math.min(shown, result.test.samples) - 1],
      threads: 1,
      backend: result.backend,
      // The run had the set as it is; its pictures do not judge it again.
      allowMissing: true,
      skipBad: Number.MAX_SAFE_INTEGER,
    });
  } catch (error) {
    options.onNote(`The test images could not be drawn: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

/** As many pictures side by side as the terminal holds, each over its prediction. */
function gallery({ predictions, images, shape, maximum }: Predicted, colors: Colors, columns: number): string {
  const size = shape.height * shape.width * shape.channels;
  const names = new Map(predictions.map(({ class: number, className }) => [number, className]));
  const cells = predictions.map((prediction, i) => {
    const pixels = images.subarray(i * size, (i + 1) * size);
    const picture = draw({ pixels, shape, maximum }, colors.isColorSupported);
    const right = prediction.class === prediction.label;
    const truth = names.get(prediction.label) ?? `${prediction.label}`;
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

function ending(result: TrainResult, { colors, dataDir, repeatDataDir }: ReportOptions): string {
  const other = result.threads === 1 ? 2 : 1;
  // Started by npx, the bare name is not on the path.
  const heddle = process.env.npm_command === "exec" ? "npx heddle" : "heddle";
  const where = dataDir !== undefined && repeatDataDir ? ` --data-dir ${shellWord(dataDir)}` : "";
  const rows = [
    ["model", `${result.run}/model.safetensors (epoch ${result.bestEpoch} of ${result.epochs})`],
    ["weights", `${result.weightsHash} ${colors.dim(`(try --threads ${other}: the same bytes)`)}`],
    ["time", `${duration(result.seconds)}, ${count(result.samplesPerSecond)} samples/s`],
    ["next", colors.cyan(`${heddle} evaluate ${shellWord(result.run)}${where}`)],
  ];
  return table(
    "ll",
    rows.map(([name, text]) => [colors.dim(name), text]),
  );
}

const shellWord = (text: string): string => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
