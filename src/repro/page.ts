/** `report.html` of an experiment: its table beside what was published, what the source got wrong, and the curves of all rows. */
import { existsSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { version } from "../base/version.js";
import { readFacts } from "../evidence/facts.js";
import { type History, historyOf } from "../evidence/history.js";
import { table } from "../report/charts/table.js";
import { curvesOf, linesAtMost } from "../report/curves-of.js";
import { type Html, html } from "../report/html.js";
import { type PagePart, pageText } from "../report/page.js";
import type { ReproDocument, ReproRow } from "../run/documents/repro.js";
import { reproTable, reproWords, sideBySide, type WordedTable } from "./words.js";

/** Throws HeddleError where a run's folder cannot be read. */
export function reproPage(result: ReproDocument): string {
  const { above, below } = reproWords(result);
  const both = sideBySide(result);
  const caption = "Test accuracy, published and ours";
  const rows = result.rows.map((row) => linked(row, result.folder));
  const parts: PagePart[] = [
    ...(both ? [{ id: "forms", title: "What the mistakes cost", content: drawn(both, { caption }) }] : []),
    { id: "table", title: "Published, and ours", content: drawn(reproTable(result), { caption, first: rows }) },
    { id: "curves", title: "Curves", content: allCurves(result.rows) },
    { id: "words", title: "What the source got wrong", content: html`${below.map((text) => html`<p>${text}</p>`)}` },
  ];
  return pageText({
    title: `${result.name} again`,
    lead: html`${above.map((text) => html`<p>${text}</p>`)}`,
    parts: parts.filter(({ id }) => id !== "words" || below.length > 0),
    footer: html`Heddle ${version()}`,
  });
}

/** `first`: what stands in the first column instead of its words. */
function drawn(
  { align, head, rows }: WordedTable,
  { caption, first }: { readonly caption: string; readonly first?: readonly Html[] },
): Html {
  const columns = head.map((title, i) => (align[i] === "r" ? { title, number: true as const } : { title }));
  const cells = rows.map(([name, ...rest], i) => ({ cells: [first?.[i] ?? name, ...rest] }));
  return html`<div class="scroll">${table({ caption, columns, rows: cells })}</div>`;
}

/** The name, leading to the page of the row's first run where it has one. */
function linked({ name, runs }: ReproRow, folder: string): Html {
  const [run] = runs;
  if (run === undefined || !existsSync(join(run, "report.html"))) return html`${name}`;
  const path = relative(folder, join(run, "report.html")).split(sep).map(encodeURIComponent).join("/");
  return html`<a href="${path}">${name}</a>`;
}

interface Trained {
  readonly name: string;
  readonly epochs: number;
  readonly history: History;
}

/** Neighbors of as many epochs on one chart. */
function allCurves(rows: readonly ReproRow[]): Html {
  const groups: Trained[][] = [];
  for (const { name, mode, runs } of rows) {
    const [run] = runs;
    if (run === undefined) continue;
    const { lines, record } = readFacts(run);
    const history = historyOf(lines, record.stepsPerEpoch);
    const each = { name: mode === null ? name : `${name}, ${mode}`, epochs: record.epochs, history };
    const last = groups.at(-1);
    if (last && last.length < linesAtMost && last[0].epochs === each.epochs) last.push(each);
    else groups.push([each]);
  }
  return html`${groups.map((group, i) =>
    curvesOf(
      group.map(({ name }) => name),
      group.map(({ history }) => history),
      `curves${i + 1}`,
    ),
  )}`;
}
