/** Which column of a table without names holds the labels: the first or the last, found by what they hold, or asked for. */
import { dataError, usageError } from "../../base/errors.js";
import type { Columns } from "./columns.js";
import { bare, lineEnd, splitLine, stretch } from "./dialect.js";
import type { Table } from "./parse.js";
import { numberOf } from "./reader.js";

/** More classes than that are asked for by name: a column of pixels can look like them. */
const mostClasses = 100;

/** `cells` are those of the first row: an empty one at its end is what a separator at the ends of lines leaves. */
export function unnamedColumns(table: Table, cells: readonly string[], asked: string | undefined): Columns {
  const isOpen = cells.length > 2 && cells.at(-1) === "" && cells.at(-2) !== "";
  const width = isOpen ? cells.length - 1 : cells.length;
  const { path, accepts } = table.options;
  const without = (label: number | null): number[] =>
    Array.from({ length: width }, (_, i) => i).filter((i) => i !== label);
  const columns = (label: number | null, notes: readonly string[]): Columns => ({
    pixels: without(label),
    label,
    split: null,
    splitName: "",
    id: null,
    notes,
  });
  if (asked === "first" || asked === "last") return columns(asked === "first" ? 0 : width - 1, []);
  if (asked !== undefined) {
    const expected = `first or last: ${path} has no line of names`;
    throw usageError({ where: "--label", expected, got: asked });
  }
  if (accepts(width) && !accepts(width - 1)) return columns(null, []);
  const [first, last] = borders(table, isOpen);
  if (first === last) {
    throw dataError({
      where: path,
      expected: "a line of names, or labels in the first or in the last column",
      got: first
        ? "two columns that could be labels, the first and the last"
        : "two columns that both look like pixels",
      fix: "--label first or --label last says where they are.",
    });
  }
  const place = first ? "first" : "last";
  const note = `There is no line of names: the ${place} column was taken for the labels.`;
  return columns(first ? 0 : width - 1, [note]);
}

/** Whether the first and the last cells of all rows look like labels and not like pixels. */
function borders({ bytes, first, dialect, count }: Table, isOpen: boolean): [first: boolean, last: boolean] {
  const counts = [new Map<string, number>(), new Map<string, number>()];
  let at = first;
  for (let row = 0; row < count; row++) {
    const stop = lineEnd(bytes, at, dialect.end);
    for (const [side, cell] of bordersOf(bytes, at, stop, dialect.separator, isOpen).entries()) {
      const seen = counts[side];
      if (seen.size <= mostClasses) seen.set(cell, (seen.get(cell) ?? 0) + 1);
    }
    at = stop + 1;
  }
  const [left, right] = counts.map((seen) => likeness(seen, dialect.decimal));
  // Names are labels, whatever stands at the other end.
  return left === "names" || right === "names"
    ? [left === "names", right === "names"]
    : [left === "labels", right === "labels"];
}

/** The first and the last cell of a line, found without cutting all of it. */
function bordersOf(bytes: Uint8Array, from: number, to: number, separator: number, isOpen: boolean): [string, string] {
  const near = 400;
  const head = stretch(bytes, from, Math.min(to, from + near));
  const tail = stretch(bytes, Math.max(from, to - near), to);
  return [bare(splitLine(head, separator)[0]), bare(splitLine(tail, separator).at(isOpen ? -2 : -1)!)];
}

/**
 * Labels are names, or whole numbers without a gap from 0 or 1 on, of which none stands alone; a corner of an image is
 * hardly ever so, being of one color or of many.
 */
function likeness(seen: ReadonlyMap<string, number>, decimal: number): "names" | "labels" | "pixels" {
  if (seen.size < 2 || seen.size > mostClasses) return "pixels";
  const numbers = [...seen.keys()].map((cell) => numberOf(cell, decimal));
  if (numbers.some((value) => Number.isNaN(value))) return "names";
  const sorted = numbers.sort((a, b) => a - b);
  const counted = sorted.every((value, i) => value === sorted[0] + i) && (sorted[0] === 0 || sorted[0] === 1);
  return counted && [...seen.values()].every((times) => times > 1) ? "labels" : "pixels";
}
