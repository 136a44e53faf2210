/** Whether a table begins with a line of names, and what they are. */

import { isKnownName } from "./columns.js";
import { bare, type Dialect, hash, lineEnd, newline, splitLine, stretch } from "./dialect.js";
import { numberOf } from "./reader.js";

export interface Header {
  /** Null where the first line is one of data, or where names say nothing. */
  readonly names: readonly string[] | null;
  /** Where the data begin, and how many lines come before. */
  readonly end: number;
  readonly lines: number;
  readonly notes: readonly string[];
}

/** Fewer numbers in a row may count up by chance. */
const enough = 10;

export function headerOf(bytes: Uint8Array, dialect: Dialect): Header {
  const { separator, end } = dialect;
  let [at, lines] = [dialect.start, countLines(bytes, dialect.start)];
  const next = () => stretch(bytes, at, lineEnd(bytes, at, end));
  const pass = () => ([at, lines] = [Math.min(lineEnd(bytes, at, end) + 1, end), lines + 1]);
  const cellsOf = (line: string) => splitLine(line, separator).map(bare);
  let commented: string[] | null = null;
  // What numpy writes as a header is a comment; the last one before the data may be the names.
  for (; at < end && bytes[at] === hash; pass()) commented = cellsOf(next().replace(/^#\s*/, ""));
  const first = cellsOf(next());
  if (commented && commented.length === first.length) return { names: commented, end: at, lines, notes: [] };
  const second =
    at < end
      ? cellsOf(stretch(bytes, lineEnd(bytes, at, end) + 1, lineEnd(bytes, lineEnd(bytes, at, end) + 1, end)))
      : [];
  const kind = at < end ? kindOf(first, second, dialect) : "data";
  if (kind === "data") return { names: null, end: at, lines, notes: [] };
  pass();
  if (kind === "names") return { names: first, end: at, lines, notes: [] };
  const note = "The first line holds pandas' names for columns that had none, and no image.";
  return { names: null, end: at, lines, notes: [note] };
}

/** `mangled`: numbers made names by pandas, which say nothing of the columns. */
function kindOf(
  first: readonly string[],
  second: readonly string[],
  { decimal }: Dialect,
): "names" | "mangled" | "data" {
  const isWord = (cell: string) => cell !== "" && Number.isNaN(numberOf(cell, decimal));
  const words = (cells: readonly string[]) => cells.filter(isWord).length;
  if (words(first) > words(second) || (words(first) > 0 && second.length === 0)) {
    return first.every((cell) => !isWord(cell) || !/^nan$/i.test(cell)) ? "names" : "data";
  }
  if (first.some(isKnownName) && !second.some(isKnownName)) return "names";
  const numbers = first.filter((cell) => cell !== "" && !isWord(cell));
  if (numbers.length < enough || numbers.length < first.length - 3) return "data";
  const start = Number(numbers[0]);
  if ((start === 0 || start === 1) && numbers.every((cell, i) => cell === `${start + i}`)) return "names";
  return isMangled(numbers) ? "mangled" : "data";
}

/** The pixels of a first image become names where pandas takes it for one of names: 0, 0.1, 0.2, 12, 0.3 … */
function isMangled(cells: readonly string[]): boolean {
  const seen = new Map<string, number>();
  let repeated = 0;
  for (const cell of cells) {
    const base = /^\d+/.exec(cell)?.[0] ?? "";
    const before = seen.get(base) ?? 0;
    if (cell !== (before === 0 ? base : `${base}.${before}`)) return false;
    seen.set(base, before + 1);
    if (before > 0) repeated++;
  }
  return 2 * repeated > cells.length;
}

function countLines(bytes: Uint8Array, end: number): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at >= 0 && at < end; at = bytes.indexOf(newline, at + 1)) count++;
  return count;
}
