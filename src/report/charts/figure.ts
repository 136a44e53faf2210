/** A picture in the page: drawn for a narrow and for a wide place, with its numbers as a table that opens. */
import { type Html, html } from "../html.js";
import type { Figure } from "../section.js";
import { inPage } from "./picture.js";
import { type Table, table } from "./table.js";

/** The width of a phone, less its margins; that of half the page; that of the page. */
const [narrow, half, full] = [340, 440, 700];

export interface FigureOptions {
  readonly id: string;
  readonly size?: "half" | "full";
  /** Below the picture: what is to be known to read it. */
  readonly caption?: Html | string | null;
  readonly numbers?: Table;
  /** What is said below before anyone points at something. */
  readonly readout?: string;
}

export function figure({ draw }: Figure, { id, size = "half", caption, numbers, readout }: FigureOptions): Html {
  const wide = size === "half" ? half : full;
  return html`<figure class="figure ${size}" id="${id}"><div class="narrow">${inPage(draw(narrow), `${id}-n`)}</div><div class="wide">${inPage(draw(wide), `${id}-w`)}</div>${readout === undefined ? null : html`<p class="readout" aria-live="polite">${readout}</p>`}${caption ? html`<figcaption>${caption}</figcaption>` : null}${numbers ? html`<details><summary>Numbers</summary><div class="scroll">${table(numbers)}</div></details>` : null}</figure>`;
}
