/** Tables of texts: CSV as programs and spreadsheets write it, or JSON Lines (an object a line, its keys the columns). */
import { dataError } from "../base/errors.js";
import { utf8Text } from "../base/utf8.js";
import { bare, dialectOf, splitLine, textOf } from "./csv/dialect.js";

export interface TextTable {
  /** Null where the first line may be one of data: whoever knows the cells decides. */
  readonly names: readonly string[] | null;
  /** As many cells each, without blanks and quotes around them. */
  readonly rows: readonly (readonly string[])[];
  /** A row as errors name it: "labels.csv, row 7". */
  readonly where: (row: number) => string;
}

/** A table of names takes more than a gigabyte in memory beyond that. */
export const mostTableBytes = 2 ** 28;

/** Throws `dataError` naming the row where lines have different numbers of cells. */
export function parseTextTable(file: Uint8Array, path: string): TextTable {
  if (/\.(?:jsonl|ndjson)(?:\.gz)?$/i.test(path)) return parseJsonLines(file, path);
  const bytes = textOf(file, path, "a table of file names and classes");
  const { separator, start, end } = dialectOf(bytes);
  const lines = new TextDecoder().decode(bytes.subarray(start, end)).split("\n");
  const before = new TextDecoder().decode(bytes.subarray(0, start)).split("\n").length;
  const where = (row: number): string => `${path}, row ${before + row}`;
  const rows = lines.map((line) => splitLine(line.replace(/\r$/, ""), separator).map(bare));
  const [{ length }] = rows;
  const odd = rows.findIndex((row) => row.length !== length);
  if (odd >= 0) {
    const got = rows[odd].length === 1 && rows[odd][0] === "" ? "an empty line" : `${rows[odd].length}`;
    throw dataError({ where: where(odd), expected: `${length} cells, as in the first row`, got });
  }
  return { names: null, rows, where };
}

function parseJsonLines(file: Uint8Array, path: string): TextTable {
  const lines = utf8Text(file, path)
    .replace(/^\ufeff/, "")
    .trimEnd()
    .split("\n");
  const where = (row: number): string => `${path}, row ${row + 1}`;
  const objects = lines.map((line, row) => {
    const object = parseObject(line);
    if (object) return object;
    throw dataError({ where: where(row), expected: "an object in JSON, as in every line", got: line.slice(0, 60) });
  });
  // Lists and objects (boxes, captions with their places) are no cells.
  const isCell = (value: unknown): boolean => typeof value !== "object" || value === null;
  const names = [...objects[0].keys()].filter((name) => objects.every((object) => isCell(object.get(name))));
  if (names.length === 0) {
    const expected = "objects with texts or numbers, as the name of a file and its class";
    throw dataError({ where: where(0), expected, got: lines[0].slice(0, 60) });
  }
  return { names, rows: objects.map((object) => names.map((name) => cellOf(object.get(name)))), where };
}

/** Null for what is no object. A map, as a key may be called `__proto__`. */
function parseObject(line: string): Map<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    return new Map(Object.entries(value));
  } catch {
    return null;
  }
}

const cellOf = (value: unknown): string =>
  value === undefined || value === null ? "" : typeof value === "string" ? value.trim() : JSON.stringify(value);
