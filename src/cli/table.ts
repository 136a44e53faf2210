/** Tables of plain text: columns as wide as their widest cell. */

/** `align` has one letter a column: l or r. A cell may hold colour codes; they take no room. */
export function table(align: string, cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(visible));
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

// biome-ignore lint: the escape character is what colour codes start with.
const colorCodes = /(\u001b\[[0-9;]*m)/g;

/**
 * Names of files and classes may hold anything: control characters, which would break lines or steer the terminal, become
 * their pictures. Colour codes stay.
 */
export const visible = (text: string): string =>
  text.split(colorCodes).reduce((kept, part, i) => kept + (i % 2 === 1 ? part : part.replace(controls, pictureOf)), "");

const controls = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;
const pictureOf = (character: string): string =>
  character < " " ? String.fromCodePoint(0x2400 + (character.codePointAt(0) ?? 0)) : "\ufffd";

/** Columns that a text takes on screen. */
export const width = (text: string): number => [...text.replace(colorCodes, "")].length;

/** The text, filled up with spaces or cut to that many columns. */
export function fit(text: string, columns: number): string {
  const room = columns - width(text);
  return room >= 0 ? text + " ".repeat(room) : `${[...text].slice(0, columns - 1).join("")}…`;
}
