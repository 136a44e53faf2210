/** Curves in characters, for terminals: a grid with a sign for each line, and sparklines. */

const levels = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const plainLevels = [..."_.-=+*#"];

/** One sign a value, the last `columns` of them. Equal values are one middle sign; what is no number is a blank. */
export function sparkline(values: readonly (number | null)[], columns: number, unicode = true): string {
  const signs = unicode ? levels : plainLevels;
  const shown = columns > 0 ? values.slice(-columns) : [];
  const known = shown.filter((value) => value !== null && Number.isFinite(value)) as number[];
  const [low, high] = [Math.min(...known), Math.max(...known)];
  return shown
    .map((value) => {
      if (value === null || !Number.isFinite(value)) return " ";
      if (!(high > low)) return signs[signs.length >> 1];
      return signs[Math.min(signs.length - 1, Math.floor(((value - low) / (high - low)) * signs.length))];
    })
    .join("");
}

export interface CharacterLine {
  readonly name: string;
  /** [x, y]; null breaks the line. */
  readonly points: readonly (readonly [x: number, y: number | null])[];
}

export interface CharacterPlot {
  readonly title: string;
  readonly lines: readonly CharacterLine[];
  readonly text: (value: number) => string;
  /** Of the whole, axis and all. */
  readonly columns: number;
  readonly rows: number;
  /** Marked on the axis: the best epoch. */
  readonly mark?: number | null;
  readonly unicode?: boolean;
  /** The ends of the x axis as people read them. */
  readonly xText?: (value: number) => string;
}

const signs = { unicode: ["●", "○", "▲", "△", "■", "□"], plain: ["*", "o", "x", "+", "#", "@"] };

/** Lines of text, none longer than `columns`. The first line drawn lies on top. */
export function characterPlot(plot: CharacterPlot): string[] {
  const { title, lines, text, columns, rows, mark, unicode = true, xText = String } = plot;
  const own = unicode ? signs.unicode : signs.plain;
  const cut = (line: string): string => [...line].slice(0, columns).join("").trimEnd();
  const legend = lines.map(({ name }, i) => `${own[i % own.length]} ${name}`).join("   ");
  const points = lines.flatMap(({ points: of }) => of.filter(([, y]) => y !== null && Number.isFinite(y)));
  if (points.length === 0) return [cut(title), cut("nothing to draw yet")];
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y as number)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const labels = Array.from({ length: rows }, (_, row) =>
    row === 0 ? text(high) : row === rows - 1 ? text(low) : row === (rows - 1) >> 1 ? text((low + high) / 2) : "",
  );
  const margin = Math.max(...labels.map((label) => label.length)) + 2;
  const width = Math.max(2, columns - margin);
  const column = (x: number): number =>
    right > left ? Math.round(((x - left) / (right - left)) * (width - 1)) : width >> 1;
  const rowOf = (y: number): number => (high > low ? Math.round(((high - y) / (high - low)) * (rows - 1)) : rows >> 1);
  const grid = Array.from({ length: rows }, () => Array.from({ length: width }, () => " "));
  for (const [i, { points: of }] of [...lines.entries()].reverse()) {
    for (const [k, [x, y]] of of.entries()) {
      if (y === null || !Number.isFinite(y)) continue;
      const before = of[k - 1];
      if (before && before[1] !== null && Number.isFinite(before[1])) {
        const [from, to] = [column(before[0]), column(x)];
        for (let at = from + 1; at < to; at++) {
          const between = before[1] + ((y - before[1]) * (at - from)) / (to - from);
          grid[rowOf(between)][at] = unicode ? "·" : ".";
        }
      }
    }
    for (const [x, y] of of) if (y !== null && Number.isFinite(y)) grid[rowOf(y)][column(x)] = own[i % own.length];
  }
  const bar = unicode ? "│" : "|";
  const body = grid.map((signsOfRow, row) => cut(`${labels[row].padStart(margin - 2)} ${bar}${signsOfRow.join("")}`));
  const axis: string[] = Array.from({ length: width }, () => (unicode ? "─" : "-"));
  if (mark !== null && mark !== undefined && mark >= left && mark <= right) axis[column(mark)] = "^";
  const [from, to] = [xText(left), xText(right)];
  const ends = right > left ? from + to.padStart(Math.max(0, width - from.length)) : from.padStart((width >> 1) + 1);
  return [
    cut(title),
    cut(legend),
    ...body,
    cut(`${" ".repeat(margin - 1)}${unicode ? "└" : "+"}${axis.join("")}`),
    cut(`${" ".repeat(margin)}${ends}`),
  ];
}
