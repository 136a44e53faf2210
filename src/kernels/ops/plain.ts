/** What twins share: packed matrices as plain ones and back, rows as images, units of work. */
import { vectorBytes } from "../layout.js";
import { panelsOf } from "../panels.js";
import type { Range } from "../signature.js";
import type { Real } from "./operation.js";

/** Numbers in a vector of 64 bytes. */
export const lanesOf = (view: Real): number => vectorBytes / view.BYTES_PER_ELEMENT;
/** A private array of the same format. */
export const arrayLike = (view: Real, length: number): Real =>
  view instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
/** Rounds to the format of the view. */
export const roundingOf = (view: Real): ((value: number) => number) =>
  view instanceof Float32Array ? Math.fround : (value) => value;

/** Zeros, [rows][columns]. */
export function matrix(like: Real, rows: number, columns: number): Real[] {
  const all = arrayLike(like, rows * columns);
  return Array.from({ length: rows }, (_, i) => all.subarray(i * columns, (i + 1) * columns));
}
/** Zeros, [height][width][channels]. */
export const image = (like: Real, height: number, width: number, channels: number): Real[][] =>
  imageOf(arrayLike(like, height * width * channels), height, width, channels);

/** The pixels of a row, [height][width][channels], where they lie. */
export function imageOf<A extends Real | Uint8Array>(row: A, height: number, width: number, channels: number): A[][] {
  const pixel = (at: number): A => row.subarray(at * channels, (at + 1) * channels) as A;
  return Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => pixel(y * width + x)));
}

/** Rows and columns of a matrix. */
export interface Part {
  readonly rows: Range;
  readonly columns: Range;
}

/** A packed matrix of [rows][columns], or a part of it, as plain rows. */
export function unpack(packed: Real, rows: number, columns: number, part?: Part): Real[] {
  const [[top, bottom], [left, right]] = [part?.rows ?? [0, rows], part?.columns ?? [0, columns]];
  const plain = matrix(packed, bottom - top, right - left);
  for (const { panel, from, to } of panelsWithin(packed, rows, columns, left, right)) {
    for (const [i, row] of plain.entries()) {
      const at = panel.at + (top + i) * panel.width - panel.column;
      for (let j = from; j < to; j++) row[j - left] = packed[at + j];
    }
  }
  return plain;
}

/** Writes plain rows into a packed matrix of [rows][columns], from (top, left) on. */
export function pack(plain: readonly Real[], packed: Real, rows: number, columns: number, top = 0, left = 0): void {
  if (plain.length === 0) return;
  for (const { panel, from, to } of panelsWithin(packed, rows, columns, left, left + plain[0].length)) {
    for (const [i, row] of plain.entries()) {
      const at = panel.at + (top + i) * panel.width - panel.column;
      for (let j = from; j < to; j++) packed[at + j] = row[j - left];
    }
  }
}

/** The panels that hold the columns [left, right), and which of these each holds. */
function panelsWithin(packed: Real, rows: number, columns: number, left: number, right: number) {
  return panelsOf(rows, columns, lanesOf(packed))
    .map((panel) => ({
      panel,
      from: Math.max(left, panel.column),
      to: Math.min(right, panel.column + panel.width),
    }))
    .filter(({ from, to }) => from < to);
}

export function transpose(plain: readonly Real[]): Real[] {
  const turned = matrix(plain[0], plain[0].length, plain.length);
  for (const [i, row] of plain.entries()) for (let j = 0; j < row.length; j++) turned[j][i] = row[j];
  return turned;
}

/** The units of a packed matrix of [rows][columns]: as many rows as a vector has lanes, in one panel of columns. */
export function unitsOf(rows: number, columns: number, lanes: number): Part[] {
  const tops = Array.from({ length: Math.ceil(rows / lanes) }, (_, i) => i * lanes);
  return panelsOf(rows, columns, lanes).flatMap(({ column, width }) =>
    tops.map((top): Part => ({ rows: [top, Math.min(top + lanes, rows)], columns: [column, column + width] })),
  );
}

/** Which of the `units` units of work of a group are of these slices: the units of all groups, numbered group by group. */
export const ownUnits = ([first, last]: Range, group: number, units: number): Range => [
  Math.min(units, Math.max(0, first - group * units)),
  Math.min(units, Math.max(0, last - group * units)),
];
