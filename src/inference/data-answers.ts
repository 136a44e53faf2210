/** Answers about images of a data set as a table: beside the true classes where these are known, else as competitions take them. */
import { dirname, join } from "node:path";
import type { Dataset } from "../data/dataset.js";
import { headOf } from "../formats/sniff.js";
import { type AnswerHead, answerLine, headLine, topClasses, writeTable } from "./answers-table.js";
import type { Prediction } from "./predict.js";

export interface DataAnswers {
  readonly predictions: readonly Prediction[];
  /** What the data call each image; undefined where they do not. */
  readonly names: readonly (string | undefined)[];
  readonly dataset: Pick<Dataset, "name" | "classes" | "idName">;
  readonly classNames: readonly string[];
  readonly top: number | undefined;
}

/** Throws `runError` where the file cannot be written. */
export function writeAnswers(path: string, { predictions, names, dataset, classNames, top }: DataAnswers): void {
  const isKnown = dataset.classes.length > 0;
  const isNamed = names.every((name) => name !== undefined);
  const sample = isKnown ? null : sampleHead(dataset.name);
  const id = sample?.id ?? dataset.idName ?? (isNamed ? "file" : isKnown ? "index" : "ImageId");
  const most = Math.min(top ?? 1, classNames.length);
  const head: AnswerHead = {
    id,
    className: isKnown ? "class" : (sample?.className ?? "Label"),
    probability: isKnown || top !== undefined ? "probability" : null,
    top: most,
    more: isKnown ? ["label"] : [],
  };
  const lines = predictions.map(({ index, probabilities, labelName }, i) => {
    // Competitions count from 1.
    const called = names[i] ?? (isKnown ? index : index + 1);
    return answerLine(called, topClasses(probabilities, classNames, most), head, isKnown ? [labelName ?? ""] : []);
  });
  writeTable(path, [headLine(head), ...lines]);
}

/** What a competition's own sample calls the two columns; null where none lies beside the table. */
function sampleHead(dataset: string): { id: string; className: string } | null {
  const [, path] = /^csv:(.+)$/s.exec(dataset) ?? [];
  if (path === undefined) return null;
  for (const name of ["sample_submission.csv", "sampleSubmission.csv"]) {
    const head = headOf(join(dirname(path), name));
    const [, id, className] =
      /^\ufeff?"?([^",\r\n]+)"?,"?([^",\r\n]+)"?\r?\n/.exec(Buffer.from(head ?? []).toString()) ?? [];
    if (id !== undefined) return { id, className };
  }
  return null;
}
