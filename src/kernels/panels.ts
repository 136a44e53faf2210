/** How weights lie in memory: rounded up to whole vectors, in panels of 3 vectors of columns (`native/gemm/panels.h`). */
import type { Dtype } from "../base/numbers.js";
import { elementBytes } from "../base/numbers.js";
import { panelVectors, vectorBytes } from "./layout.js";

/** Numbers in a vector of 64 bytes. */
export const lanesOf = (dtype: Dtype): number => vectorBytes / elementBytes(dtype);
/** n rounded up to whole vectors. */
export const padded = (n: number, lanes: number): number => Math.ceil(n / lanes) * lanes;

/** A panel of a packed matrix: all its rows of columns [column, column + width), stored as [row][width] from `at` on. */
export interface Panel {
  readonly at: number;
  readonly column: number;
  readonly width: number;
}

/** The panels of a packed matrix of `depth` rows and n columns: 3 vectors wide, the last as wide as is left. */
export function panelsOf(depth: number, n: number, lanes: number): Panel[] {
  const all = padded(n, lanes);
  const panels: Panel[] = [];
  for (let column = 0; column < all; column += panelVectors * lanes) {
    panels.push({ at: column * depth, column, width: Math.min(panelVectors * lanes, all - column) });
  }
  return panels;
}

/** Place of (row, column) of a [rows][columns] matrix in panels. */
export function panelIndex(row: number, column: number, rows: number, columns: number, lanes: number): number {
  const panel = panelVectors * lanes;
  const first = column - (column % panel);
  const width = Math.min(panel, padded(columns, lanes) - first);
  return first * rows + row * width + (column - first);
}
