/** The page of a comparison: scores, curves on one chart, what differs. */

import { writeTextFile } from "../base/atomic-write.js";
import { aText } from "../base/given.js";
import { duration, percent } from "../base/text.js";
import { version } from "../base/version.js";
import { table } from "./charts/table.js";
import type { Comparison } from "./compare.js";
import { divergenceWords, letterOf, pairWords, valueWords } from "./compare-words.js";
import { curvesOf, linesAtMost } from "./curves-of.js";
import { type Html, html } from "./html.js";
import { type PagePart, pageText } from "./page.js";

type Values = Readonly<Record<string, number | null>>;

/** `more` comes after the comparison. */
export function comparisonPage(comparison: Comparison, more: readonly PagePart[] = []): string {
  const { runs, differences, histories, pairs, divergence, notes } = comparison;
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
  const left = runs.length - linesAtMost;
  return pageText({
    title: `${runs.length} runs side by side`,
    lead: html`${notes.map((text) => html`<p class="finding">${text}</p>`)}`,
    parts: [
      { id: "scores", title: "Scores", content: wide(table({ caption: "Best weights of each run", columns, rows })) },
      {
        id: "curves",
        title: "Learning curves",
        content: html`${curvesOf(
          runs.slice(0, linesAtMost).map(({ run }, i) => `${letterOf(i)} ${run.split("/").at(-1) ?? ""}`),
          histories,
          "compare",
        )}${left > 0 ? html`<p class="soft">The first ${linesAtMost} runs are drawn; ${left} more are in the tables.</p>` : null}`,
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
