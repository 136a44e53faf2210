/** Which class is taken for which, with examples. */
import { count, percent } from "../../base/text.js";
import { mainSplit } from "../../evidence/measured.js";
import { figure } from "../charts/figure.js";
import { matrixChart } from "../charts/matrix-chart.js";
import type { Table } from "../charts/table.js";
import { html, jsonText, visible } from "../html.js";
import { type Thumbnail, thumbnail } from "../images.js";
import { type Figure, section } from "../section.js";
import { contextText } from "../words.js";

interface Confusion {
  readonly context: string;
  /** Of all classes, or of those that are confused most. */
  readonly names: readonly string[];
  readonly classes: number;
  /** [true][predicted] of these. */
  readonly counts: readonly (readonly number[])[];
  /** Images, and for "true-predicted" which of them are examples: those of highest loss. */
  readonly examples: {
    readonly images: readonly Thumbnail[];
    readonly cells: Readonly<Record<string, readonly number[]>>;
  };
}

/** Examples of a cell, and images of all cells together. */
const [perCell, imagesAtMost] = [4, 400];
/** Larger matrices can be neither drawn on a phone nor read. */
const classesAtMost = 30;

/** In their order; of more than can be shown, those with most mistakes on either side. */
export function shownClasses(counts: readonly ArrayLike<number>[]): number[] {
  const all = counts.map((_, label) => label);
  if (all.length <= classesAtMost) return all;
  const mistakes = new Float64Array(all.length);
  for (const truth of all) {
    for (const guess of all) {
      if (guess === truth) continue;
      mistakes[truth] += counts[truth][guess];
      mistakes[guess] += counts[truth][guess];
    }
  }
  return all
    .sort((a, b) => mistakes[b] - mistakes[a] || a - b)
    .slice(0, classesAtMost)
    .sort((a, b) => a - b);
}

export const confusion = section<Confusion>({
  id: "confusion",
  title: "Confusion matrix",
  async gather({ measured }) {
    const found = await measured();
    const main = mainSplit(found);
    const { labels, predicted, losses, confusion: counts } = main.answers;
    const shown = shownClasses(counts);
    const places = new Map(shown.map((label, place) => [label, place]));
    const worst = Array.from(losses, (_, i) => i).sort((a, b) => losses[b] - losses[a]);
    const images: Thumbnail[] = [];
    const cells: Record<string, number[]> = {};
    for (const i of worst) {
      const [truth, guess] = [places.get(labels[i]), places.get(predicted[i])];
      if (truth === undefined || guess === undefined) continue;
      const cell = `${truth}-${guess}`;
      if ((cells[cell]?.length ?? 0) >= perCell || images.length >= imagesAtMost) continue;
      (cells[cell] ??= []).push(images.length);
      images.push(thumbnail(found, main.samples[i]));
    }
    return {
      context: contextText(main.score),
      names: shown.map((label) => found.classNames[label]),
      classes: counts.length,
      counts: shown.map((truth) => shown.map((guess) => counts[truth][guess])),
      examples: { images, cells },
    };
  },
  render: (data, id) =>
    html`<div class="matrix">${figure(chart(data), { id: `${id}-matrix`, size: "full", caption: `${data.context}. The true class down, the predicted across; each row is shaded by its shares.${fewer(data)}`, numbers: numbers(data) })}<div class="examples" aria-live="polite"><p class="soft">Point at a cell, tap it or go to it with the tab key to see examples.</p></div><script type="application/json">${jsonText({ names: data.names.map(visible), ...data.examples, rows: data.counts.map((row) => row.reduce((sum, value) => sum + value, 0)) })}</script></div>`,
  figures: (data) => [chart(data)],
});

const fewer = ({ names, classes }: Confusion): string =>
  names.length === classes
    ? ""
    : ` The ${names.length} of ${count(classes)} classes with most mistakes; heddle evaluate --json has all.`;

function chart(data: Confusion): Figure {
  const title = "Confusion matrix";
  const sentence = sentenceOf(data);
  return {
    name: "confusion",
    draw: (width) => matrixChart({ title, sentence, names: data.names, counts: data.counts }, width),
  };
}

function sentenceOf({ counts, names, context }: Confusion): string {
  const right = counts.reduce((sum, row, label) => sum + row[label], 0);
  const total = counts.flat().reduce((sum, value) => sum + value, 0);
  const wrong = counts.flatMap((row, truth) =>
    row.flatMap((value, guess) => (guess !== truth && value > 0 ? [{ truth, guess, value }] : [])),
  );
  const [most] = wrong.sort((a, b) => b.value - a.value);
  const worst = most ? ` Most often ${names[most.truth]} is taken for ${names[most.guess]}: ${most.value} times.` : "";
  return `${right} of ${total} are right (${context}).${worst}`;
}

function numbers({ names, counts }: Confusion): Table {
  return {
    caption: "Confusion matrix: rows are true classes, columns predicted ones",
    columns: [
      { title: "true \\ predicted" },
      ...names.map((title) => ({ title, number: true as const })),
      { title: "right", number: true },
    ],
    rows: counts.map((row, truth) => {
      const total = row.reduce((sum, value) => sum + value, 0);
      return { cells: [names[truth], ...row, total > 0 ? percent(row[truth] / total) : "–"] };
    }),
  };
}
