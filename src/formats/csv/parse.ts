/**
 * CSV: a line for each image, its pixels and its label in cells. Names in the first line say which cell is what; without
 * them the label is the first or the last cell, found by what these hold, or asked for.
 */
import { dataError, type HeddleError } from "../../base/errors.js";
import { LabelColumn } from "../labels.js";
import { type Pixels, type Scale, toBytes } from "../to-bytes.js";
import { type Columns, namedColumns } from "./columns.js";
import { bare, type Dialect, dialectOf, lineEnd, splitLine, stretch, textOf } from "./dialect.js";
import { headerOf } from "./header.js";
import { CellReader, numberOf } from "./reader.js";
import { unnamedColumns } from "./unnamed.js";

export interface CsvOptions {
  /** Named in errors. */
  readonly path: string;
  /** True for a number of pixels that an image may have here. */
  readonly accepts: (pixels: number) => boolean;
  /** The largest pixel. */
  readonly maximum: number;
  /** What a person said is white: no pixel is larger. */
  readonly white?: number | undefined;
  /** `--label`: first, last, or the name of a column. */
  readonly label?: string | undefined;
  /** What numbers of pixels mean in the training split; null for that itself. */
  readonly scale?: Scale | null;
  /** Called once the size is known, before memory is asked for. */
  readonly onSize?: (images: number, pixels: number) => void;
}

export interface CsvImages {
  readonly count: number;
  /** Of one image. */
  readonly pixels: number;
  /** count x pixels bytes. */
  readonly images: Uint8Array;
  /** Null where the file has none. */
  readonly labels: LabelColumn | null;
  /** What a column of that name says of the split that each row belongs to. */
  readonly splits: { readonly name: string; readonly cells: readonly string[] } | null;
  /** What a column calls each row. */
  readonly ids: readonly string[] | null;
  /** The name of that column; undefined where it has none. */
  readonly idName: string | undefined;
  readonly scale: Scale;
  readonly notes: readonly string[];
  /** A row as errors name it: "some.csv, row 7". */
  readonly where: (sample: number) => string;
}

/** Throws `dataError` naming row and column where the text is no table of images. Both count from 1. */
export function parseCsv(file: Uint8Array, options: CsvOptions): CsvImages {
  const { path, label: asked } = options;
  const bytes = textOf(file, path);
  const dialect = dialectOf(bytes);
  const header = headerOf(bytes, dialect);
  const table: Table = { bytes, dialect, options, first: header.end, line: header.lines + 1, width: 0, count: 0 };
  table.count = countRows(table);
  if (table.count === 0) throw notImages(path, "none");
  const row = firstRow(table);
  table.width = header.names?.length ?? row.length;
  const columns = header.names ? namedColumns(header.names, asked, path) : unnamedColumns(table, row, asked);
  return parseTable(table, columns, row, header.notes);
}

/** A text whose rows are about to be read. */
export interface Table {
  readonly bytes: Uint8Array;
  readonly dialect: Dialect;
  readonly options: CsvOptions;
  /** Where the first row begins, and the number of its line. */
  readonly first: number;
  readonly line: number;
  /** Cells of a row. */
  width: number;
  count: number;
}

function parseTable(table: Table, columns: Columns, row: readonly string[], notes: readonly string[]): CsvImages {
  const { options, count, line } = table;
  const { path, accepts } = options;
  const pixels = columns.pixels.length === 1 ? numbersIn(row[columns.pixels[0]] ?? "").length : columns.pixels.length;
  const where = (sample: number) => `${path}, row ${line + sample}`;
  if (pixels === 0 || (pixels < 4 && !accepts(pixels))) {
    throw notImages(path, `lines as ${JSON.stringify(row.join(", ").slice(0, 60))}`);
  }
  options.onSize?.(count, pixels);
  const rest = {
    labels: columns.label === null ? null : new LabelColumn(count),
    splits: [] as string[],
    ids: [] as string[],
  };
  const { bytes, scale, note } = readPixels(table, columns, pixels, rest);
  return {
    count,
    pixels,
    images: bytes,
    labels: rest.labels,
    splits: columns.split === null ? null : { name: columns.splitName, cells: rest.splits },
    ids: columns.id === null ? null : rest.ids,
    idName: columns.idName,
    scale,
    notes: [...notes, ...columns.notes, ...(note === null ? [] : [note])],
    where,
  };
}

/** As bytes, or once more as floats where a pixel is no whole number. */
function readPixels(table: Table, columns: Columns, pixels: number, rest: RowTexts): Pixels {
  const { count, options } = table;
  const { scale = null, white } = options;
  const isPlain = scale !== "unit" && white === undefined;
  const bytes = new Uint8Array(isPlain ? count * pixels : 0);
  if (isPlain && readRows(table, columns, pixels, bytes, rest)) return { bytes, scale: "whole", note: null };
  const floats = new Float32Array(count * pixels);
  readRows(table, columns, pixels, floats, rest);
  const columnOf = (index: number) => columns.pixels[columns.pixels.length === 1 ? 0 : index % pixels];
  return toBytes(floats, (index) => placeOf(table, Math.floor(index / pixels), columnOf(index)), scale, white);
}

interface RowTexts {
  readonly labels: LabelColumn | null;
  readonly splits: string[];
  readonly ids: string[];
}

/** What a cell is, where it is no pixel. */
const [labelRole, splitRole, idRole, noRole, listRole] = [-1, -2, -3, -4, -5];

/** False, and stops, where a pixel is no whole number and `into` takes no other. */
function readRows(table: Table, columns: Columns, pixels: number, into: PixelArray, rest: RowTexts): boolean {
  const { bytes, dialect, first, count, width, options } = table;
  const most = into instanceof Uint8Array ? options.maximum : Number.POSITIVE_INFINITY;
  const roles = rolesOf(columns, width, pixels);
  const reader = new CellReader(bytes, dialect, first);
  for (let row = 0; row < count; row++) {
    reader.beginLine();
    if (reader.isEmpty()) throw wrongWidth(table, row);
    for (let column = 0; column < width; column++) {
      const role = roles[column];
      const number = role >= 0 ? reader.wholeNumber() : -1;
      if (number >= 0 && number <= most) into[row * pixels + role] = number;
      else if (number >= 0) throw notPixel(`${number}`, table, row, column);
      else {
        const text = reader.cell();
        if (text === null) throw wrongWidth(table, row);
        const cells = role >= 0 ? [text] : role === listRole ? listOf(text, pixels, table, row, column) : null;
        if (!cells) takeText(rest, role, row, text);
        else if (!readPixelCells(cells, into, row * pixels + Math.max(0, role), table, row, column)) return false;
      }
    }
    if (!reader.atLineEnd()) throw wrongWidth(table, row);
  }
  return true;
}

type PixelArray = Uint8Array | Float32Array;

/** Pixels that are written otherwise than in plain digits. False where one is no whole number and `into` takes no other. */
function readPixelCells(
  cells: readonly string[],
  into: PixelArray,
  start: number,
  table: Table,
  row: number,
  column: number,
): boolean {
  const { dialect, options } = table;
  const isWhole = into instanceof Uint8Array;
  for (const [i, text] of cells.entries()) {
    const value = numberOf(text, dialect.decimal);
    if (Number.isNaN(value) || (isWhole && (value < 0 || value > options.maximum)))
      throw notPixel(text, table, row, column);
    if (isWhole && !Number.isInteger(value)) return false;
    into[start + i] = value;
  }
  return true;
}

/** The pixels of an image that stand in one cell. */
function listOf(text: string, pixels: number, table: Table, row: number, column: number): string[] {
  const list = numbersIn(text);
  if (list.length === pixels) return list;
  const expected = `${pixels} numbers, as in the first row`;
  throw dataError({ where: placeOf(table, row, column), expected, got: `${list.length}` });
}

const placeOf = ({ options, line }: Table, row: number, column: number): string =>
  `${options.path}, row ${line + row}, column ${column + 1}`;

function notPixel(text: string, table: Table, row: number, column: number): HeddleError {
  const expected = `a pixel 0..${table.options.maximum}`;
  return dataError({ where: placeOf(table, row, column), expected, got: JSON.stringify(text.slice(0, 40)) });
}

function takeText({ labels, splits, ids }: RowTexts, role: number, row: number, text: string): void {
  if (role === labelRole) labels?.set(row, text);
  else if (role === splitRole) splits[row] = text;
  else if (role === idRole) ids[row] = text;
}

function rolesOf({ pixels, label, split, id }: Columns, width: number, count: number): Int32Array {
  const roles = new Int32Array(width).fill(noRole);
  if (pixels.length === 1 && count > 1) roles[pixels[0]] = listRole;
  else for (const [place, column] of pixels.entries()) roles[column] = place;
  if (id !== null) roles[id] = idRole;
  if (split !== null) roles[split] = splitRole;
  if (label !== null) roles[label] = labelRole;
  return roles;
}

/** Throws `dataError` for a cell whose quotes are closed on a later line: a line is an image. */
function checkQuotes({ options, line }: Table, text: string): void {
  if (!text.includes('"') || text.split('"').length % 2 === 1) return;
  const expected = "a line for each image";
  const fix =
    'Texts that numpy makes of arrays are broken into lines, and cut short: write " ".join(map(str, image.ravel())).';
  throw dataError({
    where: `${options.path}, row ${line}`,
    expected,
    got: "a cell in quotes that goes on in the next line",
    fix,
  });
}

/** The numbers that a cell may hold instead of one: "12 0 255", "[12, 0, 255]". */
const numbersIn = (text: string): string[] => text.split(/[\s,;[\]()]+/).filter((part) => part !== "");

function countRows({ bytes, first, dialect: { end } }: Table): number {
  if (first >= end) return 0;
  let count = 1;
  for (let at = bytes.indexOf(10, first); at >= 0 && at < end; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}

function firstRow(table: Table): string[] {
  const { bytes, first, dialect } = table;
  const line = stretch(bytes, first, lineEnd(bytes, first, dialect.end));
  checkQuotes(table, line);
  return splitLine(line, dialect.separator).map(bare);
}

function wrongWidth(table: Table, row: number): HeddleError {
  const { bytes, dialect, options, line, width } = table;
  let at = table.first;
  for (let i = 0; i < row; i++) at = lineEnd(bytes, at, dialect.end) + 1;
  const cells = splitLine(stretch(bytes, at, lineEnd(bytes, at, dialect.end)), dialect.separator);
  const as = table.first === 0 ? "the first row" : "the line of names";
  const got = cells.length === 1 && cells[0] === "" ? "an empty line" : `${cells.length}`;
  // R leaves out the name above the names of rows; some programs end every line but the first with a separator.
  const isShifted = row === 0 && table.first > 0 && cells.length === width + 1;
  const fix = isShifted
    ? cells.at(-1)?.trim() === ""
      ? "Its lines end in a separator, and the line of names does not: end it so too."
      : "The line of names has one too few: names of rows have none in R's write.table, and one with col.names = NA."
    : "";
  return dataError({ where: `${options.path}, row ${line + row}`, expected: `${width} cells, as in ${as}`, got, fix });
}

const notImages = (path: string, got: string): HeddleError =>
  dataError({ where: path, expected: "lines of numbers, the pixels of an image and its label in each", got });
