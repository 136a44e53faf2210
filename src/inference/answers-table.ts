/** Answers of a model as CSV: a line for each image, its best class first. */
import { writeAtomically } from "../base/atomic-write.js";

/** A class that an image may be of. */
export interface Candidate {
  readonly class: number;
  readonly className: string;
  readonly probability: number;
}

/** The classes of the highest probabilities, the best first; of equal ones the lower number. */
export function topClasses(probabilities: ArrayLike<number>, classNames: readonly string[], most: number): Candidate[] {
  return Array.from(classNames, (className, label) => ({
    class: label,
    className,
    probability: probabilities[label],
  }))
    .sort((a, b) => b.probability - a.probability || a.class - b.class)
    .slice(0, most);
}

/** What stands in the first line; `probability` is null in a table of names and classes alone. */
export interface AnswerHead {
  readonly id: string;
  readonly className: string;
  readonly probability: string | null;
  /** Classes of each image. */
  readonly top: number;
  /** Further columns. */
  readonly more: readonly string[];
}

/** The first line: `file,class,probability,class_2,probability_2`. */
export function headLine({ id, className, probability, top, more }: AnswerHead): string {
  const ranks = Array.from({ length: top }, (_, i) => (i === 0 ? "" : `_${i + 1}`)).flatMap((rank) => [
    className + rank,
    ...(probability === null ? [] : [probability + rank]),
  ]);
  return lineOf([id, ...ranks, ...more]);
}

export function answerLine(
  id: string | number,
  candidates: readonly Candidate[],
  { probability }: AnswerHead,
  more: readonly string[] = [],
): string {
  const ranks = candidates.flatMap(({ className, probability: p }) => [
    className,
    ...(probability === null ? [] : [`${Number(p.toFixed(6))}`]),
  ]);
  return lineOf([`${id}`, ...ranks, ...more]);
}

/** RFC 4180. */
const lineOf = (cells: readonly string[]): string => `${cells.map((cell) => quoted(inert(cell))).join(",")}\n`;

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** Spreadsheets run a text that begins so as a formula: names of classes and files come from elsewhere. A number is none. */
const inert = (cell: string): string =>
  /^[=+\-@\t\r]/.test(cell) && !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(cell) ? `'${cell}` : cell;

export const writeTable = (path: string, lines: readonly string[]): void => writeAtomically(path, chunksOf(lines));

/** Not one text of them all: it may be longer than a string can be. */
function* chunksOf(lines: readonly string[]): Generator<Uint8Array> {
  const each = 10_000;
  for (let i = 0; i < lines.length; i += each) yield Buffer.from(lines.slice(i, i + each).join(""));
}
