/** Tables of plain text: columns as wide as their widest cell. */
import { width } from "./ansi.js";

/** `align` has one letter a column: l or r. A cell may hold color codes; they take no room. */
export function table(align: string, cells: readonly (readonly string[])[]): string {
  // A line break in a name would break the row.
  const rows = cells.map((row) => row.map((cell) => cell.replace(/[\r\n]/g, (sign) => (sign === "\n" ? "␊" : "␍"))));
  const widths = [...align].map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ""))));
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const room = " ".repeat(widths[column] - width(cell));
          return align[column] === "r" ? room + cell : cell + room;
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The text, filled up with spaces or cut to that many columns. */
export function fit(text: string, columns: number): string {
  const room = columns - width(text);
  return room >= 0 ? text + " ".repeat(room) : `${[...text].slice(0, columns - 1).join("")}…`;
}
