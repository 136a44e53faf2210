/** A table of the page. Columns of numbers stand to the right. */
import { type Html, html, type Part } from "../html.js";

export interface Column {
  readonly title: string;
  readonly number?: true;
}

export interface Row {
  readonly cells: readonly Part[];
  /** Where it lies on the x axis of the picture that it belongs to. */
  readonly x?: number;
}

export interface Table {
  /** What a screen reader announces it as. */
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export function table({ caption, columns, rows }: Table): Html {
  const kind = (column: number) => (columns[column]?.number ? html` class="n"` : null);
  return html`<table><caption>${caption}</caption><thead><tr>${columns.map(({ title }, i) => html`<th scope="col"${kind(i)}>${title}</th>`)}</tr></thead><tbody>${rows.map(
    ({ cells, x }) =>
      html`<tr${x === undefined ? null : html` data-x="${x}"`}>${cells.map((cell, i) => (i === 0 ? html`<th scope="row"${kind(i)}>${cell}</th>` : html`<td${kind(i)}>${cell}</td>`))}</tr>`,
  )}</tbody></table>`;
}
