/** A confusion matrix: the true class down, the predicted across, each row shaded by its shares. */
import { html } from "../html.js";
import { shades } from "./looks.js";
import { at, label, type Picture } from "./picture.js";
import { shortenAll, widthOf } from "./text-width.js";

export interface MatrixChart {
  readonly title: string;
  readonly sentence: string;
  readonly names: readonly string[];
  /** [true][predicted] */
  readonly counts: readonly (readonly number[])[];
}

const small = 11;
/** Pixels from one line of such letters to the next. */
const line = small + 2;

export function matrixChart({ title, sentence, names, counts }: MatrixChart, width: number): Picture {
  const widest = Math.max(...names.map((name) => widthOf(name, small)));
  const labelRoom = Math.min(widest, width * 0.25) + 8;
  const rows = shortenAll(names, labelRoom - 7.5, small);
  const axis = 20;
  const left = axis + labelRoom;
  const cell = Math.min(44, (width - left - 2) / names.length);
  const columns = shortenAll(names, Math.min(widest, 90), small);
  // Names that fit stand upright above their columns.
  const upright = columns.every((name) => widthOf(name, small) <= cell - 4);
  const top = axis + (upright ? 18 : Math.max(...columns.map((name) => widthOf(name, small))) + 8);
  const size = cell * names.length;
  const height = Math.ceil(top + size + 6);
  // Of many narrow rows every second or third is named.
  const every = Math.max(1, Math.ceil(line / cell));
  const named = (i: number): boolean => i % every === 0;
  const middle = (i: number): number => (i + 0.5) * cell;
  const body = html`${label("predicted", { x: left + size / 2, y: 8, anchor: "middle", look: "soft small" })}${label("true", { x: 8, y: top + size / 2, anchor: "middle", turn: -90, look: "soft small" })}${rows.map((name, i) => named(i) && label(name, { x: left - 8, y: top + middle(i), anchor: "end", look: "text small", whole: names[i] }))}${columns.map(
    (name, i) =>
      named(i) &&
      (upright
        ? label(name, { x: left + middle(i), y: top - 10, anchor: "middle", look: "text small", whole: names[i] })
        : label(name, { x: left + middle(i), y: top - 6, turn: -90, look: "text small", whole: names[i] })),
  )}<rect class="ground" x="${at(left)}" y="${at(top)}" width="${at(size)}" height="${at(size)}"/>${counts.map(
    (row, truth) => {
      const total = row.reduce((sum, value) => sum + value, 0);
      return row.map((value, guess) => {
        if (value === 0) return null;
        const [kind, shade] = [truth === guess ? "right" : "wrong", shadeOf(value / total)];
        const [x, y] = [left + guess * cell, top + truth * cell];
        const text = `${value}`;
        const fits = cell >= line && widthOf(text, small) <= cell - 2;
        return html`<g data-cell="${truth}-${guess}" data-count="${value}" tabindex="0"><rect class="${kind}-${shade}" x="${at(x)}" y="${at(y)}" width="${at(cell)}" height="${at(cell)}"/>${fits ? label(text, { x: x + cell / 2, y: y + cell / 2, anchor: "middle", look: `on-${kind}-${shade} small` }) : null}</g>`;
      });
    },
  )}<path class="frame" d="${lines(left, top, cell, names.length)}"/>`;
  return { width: Math.ceil(left + size + 2), height, title, sentence, body };
}

/** Few mistakes are to be seen too: the shade goes by the root of the share. */
const shadeOf = (share: number): number => Math.min(shades - 1, Math.floor(Math.sqrt(share) * shades));

function lines(left: number, top: number, cell: number, classes: number): string {
  const size = at(cell * classes);
  const paths = Array.from({ length: classes + 1 }, (_, i) => {
    const along = i * cell;
    return `M${at(left + along)},${at(top)}v${size}M${at(left)},${at(top + along)}h${size}`;
  });
  return paths.join("");
}
