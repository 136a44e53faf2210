/** CSV without a header: on each line the pixels of one image, row by row, then its label; all whole numbers. */
import { dataError } from "../../errors.js";
import type { Split } from "../dataset.js";

export interface CsvOptions {
  /** Named in errors. */
  readonly path: string;
  /** Pixels of one image. */
  readonly pixels: number;
  /** The largest pixel. */
  readonly maximum: number;
  readonly classes: number;
}

/** Rows and columns in errors count from 1. */
export function parseCsv(text: string, { path, pixels, maximum, classes }: CsvOptions): Split {
  const lines = text.split(/\r?\n/);
  while (lines.length > 0 && lines[lines.length - 1] === "") lines.pop();
  const images = new Uint8Array(lines.length * pixels);
  const labels = new Uint16Array(lines.length);
  for (const [row, line] of lines.entries()) {
    const cells = line.split(",");
    if (cells.length !== pixels + 1) {
      const expected = `${pixels + 1} numbers (${pixels} pixels and the label)`;
      throw dataError({ where: `${path}, row ${row + 1}`, expected, got: `${cells.length}` });
    }
    for (const [column, cell] of cells.entries()) {
      const isLabel = column === pixels;
      const limit = isLabel ? classes - 1 : maximum;
      const value = /^\s*\d+\s*$/.test(cell) ? Number(cell) : Number.NaN;
      if (!(value <= limit)) {
        const where = `${path}, row ${row + 1}, column ${column + 1}`;
        throw dataError({
          where,
          expected: `${isLabel ? "a label" : "a pixel"} 0..${limit}`,
          got: JSON.stringify(cell),
        });
      }
      if (isLabel) labels[row] = value;
      else images[row * pixels + column] = value;
    }
  }
  return { count: lines.length, images, labels };
}
