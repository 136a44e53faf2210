/** How a file of numbers is written: its encoding, what separates cells, what the decimal mark is, where its lines begin. */
import { dataError } from "../../base/errors.js";
import { checkUtf8 } from "../../base/utf8.js";
import { sniff } from "../sniff.js";

export interface Dialect {
  /** The byte between cells; a space stands for any run of blanks. */
  readonly separator: number;
  /** The byte before the fraction of a number. */
  readonly decimal: number;
  /** Where the first line of cells begins. */
  readonly start: number;
  /** Where the last line that holds anything ends. */
  readonly end: number;
}

export const [newline, carriageReturn, comma, semicolon, space, tab, bar, quote, hash, point] = [
  10, 13, 44, 59, 32, 9, 124, 34, 35, 46,
];

/**
 * The text as UTF-8, its lines ended by "\n" (`what` names it in errors): byte order marks are passed over, UTF-16 (with one) is decoded. Throws
 * `dataError` where the bytes are no text, and names what they are.
 */
export function textOf(file: Uint8Array, path: string, what = "a text of numbers (CSV)"): Uint8Array {
  const isUtf16 = (file[0] === 0xff && file[1] === 0xfe) || (file[0] === 0xfe && file[1] === 0xff);
  if (isUtf16) {
    const text = new TextDecoder(file[0] === 0xff ? "utf-16le" : "utf-16be").decode(file.subarray(2));
    return withLineFeeds(new TextEncoder().encode(text));
  }
  const kind = sniff(file.subarray(0, 512));
  if (kind && file.length > 0) {
    throw dataError({
      where: path,
      expected: what,
      got: kind.what,
      ...(kind.wayOut !== undefined && { fix: kind.wayOut }),
    });
  }
  const zero = file.subarray(0, 4096).indexOf(0);
  if (zero >= 0) {
    const expected = `${what}, in UTF-8 or in UTF-16 with its byte order mark`;
    throw dataError({ where: `${path} at byte ${zero}`, expected, got: "a zero byte" });
  }
  checkUtf8(file, path);
  const marked = file[0] === 0xef && file[1] === 0xbb && file[2] === 0xbf;
  return withLineFeeds(marked ? file.subarray(3) : file);
}

/** Lines that end in a carriage return alone, as old Macs wrote them, get a line feed instead. */
function withLineFeeds(bytes: Uint8Array): Uint8Array {
  if (bytes.includes(newline) || !bytes.includes(carriageReturn)) return bytes;
  return bytes.map((byte) => (byte === carriageReturn ? newline : byte));
}

/** So many lines tell how the others are written. */
const sampled = 20;

/** Told by the first lines; `sep=;` as spreadsheets write it says so itself. */
export function dialectOf(bytes: Uint8Array): Dialect {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === newline || bytes[end - 1] === carriageReturn)) end--;
  let start = 0;
  const said = /^"?sep=(.)"?\r?(?:\n|$)/i.exec(stretch(bytes, 0, 16));
  if (said) start = Math.min(lineEnd(bytes, 0, end) + 1, end);
  while (start < end && (bytes[start] === newline || bytes[start] === carriageReturn)) start++;
  const lines = firstLines(bytes, start, end);
  const separator = said ? said[1].charCodeAt(0) : separatorOf(lines);
  return { separator, decimal: decimalOf(lines, separator), start, end };
}

/** Which byte cuts most lines into as many cells as the first one (or one more, as R's names of rows), and into more than one. */
function separatorOf(lines: readonly string[]): number {
  const cells = (line: string, separator: number): number => splitLine(line, separator).length;
  const fits = [tab, semicolon, bar, comma, space].filter((separator) => {
    const first = cells(lines[0] ?? "", separator);
    const alike = lines.filter((line) => [first, first + 1].includes(cells(line, separator))).length;
    return first > 1 && 2 * alike >= lines.length;
  });
  return fits[0] ?? comma;
}

/** A comma where it does not separate cells and stands between digits, and a point never does. */
function decimalOf(lines: readonly string[], separator: number): number {
  if (separator === comma) return point;
  const cells = lines.flatMap((line) => splitLine(line, separator).map(bare));
  const has = (pattern: RegExp) => cells.some((cell) => pattern.test(cell));
  return has(/^[+-]?\d*,\d+(e[+-]?\d+)?$/i) && !has(/^[+-]?\d*\.\d+(e[+-]?\d+)?$/i) ? comma : point;
}

/** The cells of a line as they are written, with their quotes. */
export function splitLine(line: string, separator: number): string[] {
  if (separator === space) return line.trim().split(/[ \t]+/);
  const mark = String.fromCharCode(separator);
  if (!line.includes('"')) return line.split(mark);
  const cells: string[] = [];
  let [from, quoted] = [0, false];
  for (let at = 0; at <= line.length; at++) {
    if (line[at] === '"') quoted = !quoted;
    if (at < line.length && (quoted || line[at] !== mark)) continue;
    cells.push(line.slice(from, at));
    from = at + 1;
  }
  return cells;
}

/** A cell without the blanks and the quotes around it. */
export function bare(cell: string): string {
  const text = cell.trim();
  return text.length > 1 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replaceAll('""', '"').trim()
    : text;
}

/** The first lines that hold cells. */
function firstLines(bytes: Uint8Array, start: number, end: number): string[] {
  const lines: string[] = [];
  for (let at = start; at < end && lines.length < sampled; ) {
    const stop = lineEnd(bytes, at, end);
    lines.push(stretch(bytes, at, stop));
    at = stop + 1;
  }
  return lines;
}

export function lineEnd(bytes: Uint8Array, from: number, end: number): number {
  const at = bytes.indexOf(newline, from);
  return at < 0 || at > end ? end : at;
}

/** A part of one line as text. */
export const stretch = (bytes: Uint8Array, from: number, to: number): string =>
  new TextDecoder().decode(bytes.subarray(from, Math.min(to, from + 4e6))).replace(/\r$/, "");
