/** The page of a comparison: scores, curves on one chart, what differs. */

import { writeTextFile } from "../base/atomic-write.js";
import { aText } from "../base/given.js";
import { duration, number, percent } from "../base/text.js";
import { version } from "../base/version.js";
import { figure } from "./charts/figure.js";
import { lineChart, type Point } from "./charts/line-chart.js";
import { table } from "./charts/table.js";
import type { Comparison } from "./compare.js";
import { divergenceWords, letterOf, pairWords, valueWords } from "./compare-words.js";
import { type Html, html } from "./html.js";
import { type PagePart, pageText } from "./page.js";
import type { Figure } from "./section.js";

type Values = Readonly<Record<string, number | null>>;

/** Only as many lines as hues tell apart. */
const drawnAtMost = 4;

function chart(
  { runs, histories }: Comparison,
  {
    name,
    title,
    of,
    text,
  }: { name: string; title: string; of: (values: Values) => number | null; text: (value: number) => string },
): Figure {
  const drawn = histories.slice(0, drawnAtMost);
  const held = drawn.every(({ epochs }) => epochs.some(({ validation }) => validation !== null));
  const series = drawn.map(({ epochs }, i) => ({
    name: `${letterOf(i)} ${runs[i].run.split("/").at(-1) ?? ""}`,
    tone: i,
    kind: "line" as const,
    points: epochs.map(({ epoch, train, validation }): Point => {
      const values = held ? validation : train;
      return [epoch, values && of(values)];
    }),
  }));
  const last = Math.max(1, ...drawn.flatMap(({ epochs }) => epochs.map(({ epoch }) => epoch)));
  const ends = series.map(({ name: run, points }) => `${run} ends at ${textOf(points.at(-1)?.[1] ?? null, text)}`);
  const split = held ? "validation" : "train";
  const drawing = {
    title: `${title}, ${split}, by epoch`,
    sentence: `${ends.join("; ")}.`,
    series,
    x: { name: "epoch", from: 1, to: last },
    y: { name: `${name}, ${split}`, text: (value: number) => text(value), zero: true },
  };
  return { name: `compare-${name}`, draw: (width) => lineChart(drawing, width) };
}

const textOf = (value: number | null, text: (value: number) => string): string => (value === null ? "–" : text(value));

/** `more` comes after the comparison. */
export function comparisonPage(comparison: Comparison, more: readonly PagePart[] = []): string {
  const { runs, differences, pairs, divergence, notes } = comparison;
  const names = runs.map(({ run }, i) => `${letterOf(i)} ${run}`);
  const score = (values: unknown, key: string): unknown => (values as Values | null)?.[key] ?? null;
  const share = (value: unknown): string => (typeof value === "number" ? percent(value) : "–");
  const rows = runs.map(({ model, test, validation, bestEpoch, seconds }, i) => ({
    cells: [
      names[i],
      model,
      share(score(test, "accuracy")),
      share(score(validation, "accuracy")),
      bestEpoch ?? "–",
      seconds === null ? "–" : duration(seconds),
    ],
  }));
  const columns = [
    { title: "run" },
    { title: "net" },
    { title: "test accuracy", number: true as const },
    { title: "validation accuracy", number: true as const },
    { title: "best epoch", number: true as const },
    { title: "time", number: true as const },
  ];
  const wide = (content: Html): Html => html`<div class="scroll">${content}</div>`;
  const left = runs.length - drawnAtMost;
  return pageText({
    title: `${runs.length} runs side by side`,
    lead: html`${notes.map((text) => html`<p class="finding">${text}</p>`)}`,
    parts: [
      { id: "scores", title: "Scores", content: wide(table({ caption: "Best weights of each run", columns, rows })) },
      {
        id: "curves",
        title: "Learning curves",
        content: html`<div class="pair">${figure(
          chart(comparison, { name: "loss", title: "Loss", of: (values) => values["loss"] ?? null, text: number }),
          { id: "curves-loss" },
        )}${figure(
          chart(comparison, {
            name: "error",
            title: "Error",
            of: (values) => (typeof values["accuracy"] === "number" ? 1 - values["accuracy"] : null),
            text: percent,
          }),
          { id: "curves-error" },
        )}</div>${left > 0 ? html`<p class="soft">The first ${drawnAtMost} runs are drawn; ${left} more are in the tables.</p>` : null}`,
      },
      {
        id: "tests",
        title: "Do their answers differ by more than chance?",
        content: html`${pairs.map((pair) => html`<p>${pairWords(pair)}</p>`)}<p class="soft">McNemar's exact test, two-sided, on the samples of one split that only one of both has right.</p>`,
      },
      {
        id: "courses",
        title: "Where their courses part",
        content: html`${divergence.map((each) => html`<p>${divergenceWords(each)}</p>`)}`,
      },
      {
        id: "settings",
        title: "Settings that differ",
        content:
          differences.length === 0
            ? html`<p>None.</p>`
            : wide(
                table({
                  caption: "Settings that are not the same in all",
                  columns: [{ title: "setting" }, ...runs.map((_, i) => ({ title: letterOf(i) }))],
                  rows: differences.map(({ key, values }) => ({ cells: [key, ...values.map(valueWords)] })),
                }),
              ),
      },
      ...more,
    ],
    footer: html`Heddle ${version()}`,
  });
}

/** Throws `runError` where it cannot be written. */
export function writeComparison(comparison: Comparison, path: string): Promise<void> {
  aText(path, "writeComparison, path");
  writeTextFile(path, comparisonPage(comparison));
  return Promise.resolve();
}
