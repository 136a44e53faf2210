/**
 * CSV: on each line the pixels of one image, row by row, and its label; all whole numbers. The label comes last, unless a
 * first line of names says which column it is.
 */
import { dataError } from "../../errors.js";
import type { Split } from "../dataset.js";

export interface CsvOptions {
  /** Named in errors. */
  readonly path: string;
  /** Pixels of one image; null for as many as the first line has. */
  readonly pixels: number | null;
  /** The largest pixel. */
  readonly maximum: number;
  /** Null for as many as there are lines, at most. */
  readonly classes: number | null;
  /** Called once the size is known, before memory is asked for. */
  onSize?(images: number, pixels: number): void;
}

const [newline, comma, space, tab, carriageReturn, zero] = [10, 44, 32, 9, 13, 48];

/** Names of the label's column. */
const labelNames = ["label", "class", "target", "y"];

/** Rows and columns in errors count from 1. UTF-8's byte order mark, which spreadsheets write, is passed over. */
export function parseCsv(file: Uint8Array, options: CsvOptions): Split & { readonly pixels: number } {
  const { path, maximum } = options;
  const bytes = file[0] === 0xef && file[1] === 0xbb && file[2] === 0xbf ? file.subarray(3) : file;
  const end = contentEnd(bytes);
  const names = headerOf(bytes, end);
  const start = names ? lineEnd(bytes, 0, end) + 1 : 0;
  const count = countOf(bytes, newline, start, end) + (start < end ? 1 : 0);
  const pixels = options.pixels ?? countOf(bytes, comma, start, lineEnd(bytes, start, end));
  if (count === 0 || pixels === 0) {
    const got =
      count === 0
        ? "none"
        : `a line without a comma: ${JSON.stringify(textOf(bytes, start, Math.min(lineEnd(bytes, start, end), start + 40)))}`;
    throw dataError({ where: path, expected: "lines of numbers: pixels, then the label", got });
  }
  options.onSize?.(count, pixels);
  const named = names?.findIndex((name) => labelNames.includes(name.toLowerCase())) ?? -1;
  const labelColumn = named < 0 ? pixels : named;
  const labelLimit = (options.classes ?? count) - 1;
  const images = new Uint8Array(count * pixels);
  const labels = new Uint16Array(count);
  let [at, next] = [start, 0];
  for (let row = 0; row < count; row++) {
    const stop = lineEnd(bytes, at, end);
    const where = `${path}, row ${row + (names ? 2 : 1)}`;
    const columns = countOf(bytes, comma, at, stop) + 1;
    if (columns !== pixels + 1) {
      const expected = `${pixels + 1} numbers (${pixels} pixels and the label)`;
      throw dataError({ where, expected, got: `${columns}` });
    }
    for (let column = 0; column <= pixels; column++) {
      const limit = column === labelColumn ? labelLimit : maximum;
      const cell = at;
      let [value, digits] = [0, 0];
      while (bytes[at] === space || bytes[at] === tab) at++;
      for (; at < stop && bytes[at] >= zero && bytes[at] <= zero + 9; at++, digits++) {
        value = 10 * value + bytes[at] - zero;
      }
      while (at < stop && (bytes[at] === space || bytes[at] === tab || bytes[at] === carriageReturn)) at++;
      if (digits === 0 || value > limit || (at < stop && bytes[at] !== comma)) {
        const text = textOf(bytes, cell, stop).split(",", 1)[0];
        const what = column === labelColumn ? "a label" : "a pixel";
        throw dataError({
          where: `${where}, column ${column + 1}`,
          expected: `${what} 0..${limit}`,
          got: JSON.stringify(text),
        });
      }
      if (column === labelColumn) labels[row] = value;
      else images[next++] = value;
      at++;
    }
    at = stop + 1;
  }
  return { count, images, labels, pixels };
}

/** Names in the first line, where every cell of it begins with a letter or an underscore. */
function headerOf(bytes: Uint8Array, end: number): string[] | null {
  const cells = textOf(bytes, 0, lineEnd(bytes, 0, end))
    .split(",")
    .map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  return cells.every((cell) => /^[A-Za-z_]/.test(cell)) ? cells : null;
}

/** Where the last line that holds anything ends. */
function contentEnd(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === newline || bytes[end - 1] === carriageReturn)) end--;
  return end;
}

function lineEnd(bytes: Uint8Array, from: number, end: number): number {
  const at = bytes.indexOf(newline, from);
  return at < 0 || at > end ? end : at;
}

function countOf(bytes: Uint8Array, byte: number, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (bytes[at] === byte) count++;
  return count;
}

/** A stretch of one line, which is not worth more than a few kilobytes in a message. */
const textOf = (bytes: Uint8Array, from: number, to: number): string =>
  new TextDecoder("latin1").decode(bytes.subarray(from, Math.min(to, from + 1e6))).replace(/\r$/, "");
