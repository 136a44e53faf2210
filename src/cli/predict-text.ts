/** Answers of `heddle predict` as tables for people. */
import {
  type Candidate,
  count,
  counted,
  duration,
  type FilePrediction,
  type FilePredictions,
  type Prediction,
  type Predictions,
  percent,
} from "../index.js";
import type { Colors } from "./ansi.js";
import { table } from "./table.js";

/** More answers than that are no table to look at. */
const mostRows = 100;
const shownRows = 20;

interface Answer {
  readonly class: number;
  readonly className: string;
  readonly probabilities: readonly number[];
  readonly top?: readonly Candidate[];
}
type Speed = Pick<Predictions, "seconds" | "imagesPerSecond">;

export function filesText(result: FilePredictions, colors: Colors): string {
  const head = ["image", "class", "probability", ...nextHead(result.predictions), "what was done to it"];
  const row = (prediction: FilePrediction): string[] => [
    prediction.file,
    ...answerCells(prediction),
    colors.dim(prediction.steps.join(", ") || "as it is"),
  ];
  return `${answersTable(head, result.predictions, row, colors)}\n\n${speedText(result)}`;
}

export function answersText(result: Predictions, colors: Colors): string {
  const { predictions } = result;
  const head = ["index", "class", "probability", ...nextHead(predictions), ""];
  const isKnown = predictions.some(({ labelName }) => labelName !== null);
  const verdict = ({ class: winner, label, labelName }: Prediction): string => {
    if (labelName === null) return "";
    return winner === label ? colors.green("right") : colors.red(`wrong: ${labelName}`);
  };
  const row = (prediction: Prediction): string[] => [
    `${prediction.index}`,
    ...answerCells(prediction),
    verdict(prediction),
  ];
  const right = predictions.filter(({ class: predicted, label }) => predicted === label).length;
  const score = isKnown ? `${count(right)} of ${count(predictions.length)} right · ` : "";
  return `${answersTable(head, predictions, row, colors, "r")}\n\n${score}${speedText(result)}`;
}

/** Of answers that went into a table: how many images were taken for each class. */
export function countsText(
  path: string,
  { classNames, counts, ...speed }: Pick<FilePredictions, "classNames" | "counts"> & Speed,
  colors: Colors,
): string {
  const total = counts.reduce((sum, many) => sum + many, 0);
  const present = [...counts.keys()]
    .filter((label) => counts[label] > 0)
    .sort((a, b) => counts[b] - counts[a] || a - b);
  const rows = present
    .slice(0, shownRows)
    .map((label) => [classNames[label], count(counts[label]), percent(counts[label] / total)]);
  const more = present.length - rows.length;
  const text = table("lrr", [["class", "images", "share"].map((name) => colors.dim(name)), ...rows]);
  const rest = more > 0 ? `\n… and ${counted(more, "class", "classes")} more` : "";
  return `${counted(total, "image")} in ${path}\n\n${text}${rest}\n\n${speedText(speed)}`;
}

function answersTable<T extends Answer>(
  head: readonly string[],
  answers: readonly T[],
  row: (answer: T) => string[],
  colors: Colors,
  first = "l",
): string {
  const shown = answers.length <= mostRows ? answers : answers.slice(0, shownRows);
  const align = `${first}lr${"l".repeat(head.length - 3)}`;
  const text = table(align, [head.map((name) => colors.dim(name)), ...shown.map(row)]);
  if (shown === answers) return text;
  return `${text}\n… and ${count(answers.length - shown.length)} more (--csv FILE writes all of them, --json prints them)`;
}

const nextHead = (answers: readonly Answer[]): string[] =>
  answers.some(({ top = [] }) => top.length > 1) ? ["then"] : [];

/** The class and its probability, and where they were asked for, those that come next. */
const answerCells = ({ className, probabilities, class: winner, top = [] }: Answer): string[] => [
  className,
  percent(probabilities[winner]),
  ...(top.length > 1
    ? [
        top
          .slice(1)
          .map((next) => `${next.className} ${percent(next.probability)}`)
          .join(", "),
      ]
    : []),
];

const speedText = ({ seconds, imagesPerSecond }: Speed): string =>
  `${duration(seconds)}, ${count(imagesPerSecond)} images/s`;
