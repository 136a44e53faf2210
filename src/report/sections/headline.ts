/** How good it is, on what, and what made it. */

import { findingText } from "../../base/finding.js";
import { count, counted, duration, percent } from "../../base/text.js";
import { mainSplit } from "../../evidence/measured.js";
import { metrics } from "../../metrics/index.js";
import type { Score } from "../../metrics/score.js";
import { type Html, html } from "../html.js";
import { section } from "../section.js";
import { contextText, dataOf, intervalWords, weightsText } from "../words.js";

interface Headline {
  readonly scores: readonly Score[];
  readonly main: Score;
  /** What an accuracy must beat: always the commonest class. */
  readonly guess: { readonly className: string; readonly share: number };
  readonly facts: readonly (readonly [name: string, text: string])[];
  readonly findings: readonly string[];
}

const first = metrics.find(({ name }) => name === "accuracy")!;

export const headline = section<Headline>({
  id: "headline",
  title: "Result",
  async gather({ facts, measured }) {
    const found = await measured();
    const main = mainSplit(found);
    const { record, result } = facts;
    const counts = found.classNames.map(
      (_, label) => Array.from(main.answers.labels).filter((l) => l === label).length,
    );
    const most = counts.indexOf(Math.max(...counts));
    return {
      scores: [...found.splits].reverse().map(({ score }) => score),
      main: main.score,
      guess: { className: found.classNames[most], share: counts[most] / main.answers.samples },
      facts: [
        ["net", `${record.model}, ${counted(record.parameters, "parameter")}`],
        [
          "data",
          `${record.dataset}: ${count(record.samples.train)} train, ${count(record.samples.validation)} validation, ${count(record.samples.test)} test`,
        ],
        [
          "time",
          result
            ? `${duration(result.seconds)}, ${result.samplesPerSecond === null ? "-" : count(result.samplesPerSecond)} samples/s`
            : "not recorded",
        ],
        ["machine", `${record.machine["cpu"]}, ${counted(record.threads, "thread")}, ${record.backend} ${record.isa}`],
      ],
      findings: record.findings.filter(({ severity }) => severity !== "note").map(findingText),
    };
  },
  render({ scores, main, guess, facts, findings }) {
    const value = main.values[first.name];
    const interval = intervalWords(first, value, main.samples);
    return html`<div class="hero"><p class="big">${dataOf(first, value)}</p><div><p class="what">accuracy${interval ? html`, with 95 % certainty ${interval}` : null}</p><p class="soft">${contextText(main)}. Always saying ${guess.className} is right in ${percent(guess.share)}.</p></div></div>${findings.map((text) => html`<p class="finding">${text}</p>`)}<dl class="facts">${facts.map(([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>`)}</dl>${scoreTable(scores)}`;
  },
});

/** All metrics on all splits. */
function scoreTable(scores: readonly Score[]): Html {
  const shown = metrics.filter(({ name }) => scores.some(({ values }) => values[name] !== undefined));
  return html`<div class="scroll"><table class="scores"><caption>Every metric: ${weightsText(scores[0])}</caption><thead><tr><th scope="col">metric</th>${scores.map(
    ({ split, samples }) =>
      html`<th scope="col" class="n">${split}<br><small>${counted(samples, "sample")}</small></th>`,
  )}</tr></thead><tbody>${shown.map(
    (metric) =>
      html`<tr><th scope="row" title="${metric.summary}">${metric.title}</th>${scores.map(({ values, samples }) => {
        const interval = intervalWords(metric, values[metric.name], samples);
        return html`<td class="n">${dataOf(metric, values[metric.name])}${interval ? html`<br><small>${interval}</small>` : null}</td>`;
      })}</tr>`,
  )}</tbody></table></div>`;
}
