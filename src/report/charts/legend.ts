/** What the lines of a chart are, above it: as many a row as fit. */
import { type Html, html } from "../html.js";
import { dashes } from "./looks.js";
import { at, label, letterSize } from "./picture.js";
import { shorten, widthOf } from "./text-width.js";

export interface Entry {
  readonly name: string;
  /** Which hue, dash and mark. */
  readonly tone: number;
  readonly kind: "line" | "pale" | "bar";
}

const [swatch, between, rowHeight] = [24, 18, 18];

/** The legend in `width` pixels from (`x`, `y`) on, and how high it is. */
export function legend(entries: readonly Entry[], { x, y, width }: { x: number; y: number; width: number }) {
  let [left, row] = [0, 0];
  const drawn = entries.map(({ name, tone, kind }) => {
    const text = shorten(name, width - swatch - 6, letterSize);
    const wide = swatch + 6 + widthOf(text, letterSize);
    if (left > 0 && left + wide > width) [left, row] = [0, row + 1];
    const [from, middle] = [x + left, y + row * rowHeight + rowHeight / 2];
    left += wide + between;
    return html`${sign(kind, tone, from, middle)}${label(text, { x: from + swatch + 6, y: middle, whole: name })}`;
  });
  return { drawn, height: entries.length > 0 ? (row + 1) * rowHeight + 8 : 0 };
}

function sign(kind: Entry["kind"], tone: number, x: number, y: number): Html {
  if (kind === "bar") return html`<rect class="bar-${tone}" x="${at(x + 6)}" y="${at(y - 6)}" width="12" height="12"/>`;
  const line = html`<path class="${kind}-${tone}" d="M${at(x)},${at(y)}H${at(x + swatch)}"/>`;
  return kind === "pale" ? line : html`${line}${marker(tone, x + swatch / 2, y)}`;
}

/** A mark of its own for each tone: disc, square, diamond, triangle. */
export function marker(tone: number, x: number, y: number, size = 3.5): Html {
  const kinds = [
    (r: number) => html`<circle class="dot-${tone}" cx="${at(x)}" cy="${at(y)}" r="${r}"/>`,
    (r: number) =>
      html`<rect class="dot-${tone}" x="${at(x - r)}" y="${at(y - r)}" width="${2 * r}" height="${2 * r}"/>`,
    (r: number) =>
      html`<path class="dot-${tone}" d="M${at(x)},${at(y - r * 1.4)}l${r * 1.4},${r * 1.4}l${-r * 1.4},${r * 1.4}l${-r * 1.4},${-r * 1.4}z"/>`,
    (r: number) =>
      html`<path class="dot-${tone}" d="M${at(x)},${at(y - r * 1.3)}l${r * 1.3},${r * 2.3}h${-r * 2.6}z"/>`,
  ];
  return kinds[tone % dashes.length](size);
}
