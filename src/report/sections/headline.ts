/** How good it is, on what, and what made it. */

import { HeddleError } from "../../base/errors.js";
import { findingText } from "../../base/finding.js";
import { count, counted, duration, percent } from "../../base/text.js";
import { countLabels } from "../../data/count-labels.js";
import type { RunFacts } from "../../evidence/facts.js";
import { mainSplit } from "../../evidence/measured.js";
import { type Guess, guessOf } from "../../metrics/guess.js";
import { metrics } from "../../metrics/index.js";
import { entryOf, type Score } from "../../metrics/score.js";
import type { TrainDocument } from "../../run/documents/train.js";
import { type Html, html } from "../html.js";
import { type ReportRun, section } from "../section.js";
import { contextText, dataOf, intervalWords, weightsText } from "../words.js";

interface Scores {
  readonly scores: readonly Score[];
  readonly main: Score;
  /** What an accuracy must beat: always the commonest class. */
  readonly guess: Guess["always"] | null;
  /** Why these are what the run recorded, not measured anew. */
  readonly recorded: string | null;
}

interface Headline extends Scores {
  readonly facts: readonly (readonly [name: string, text: string])[];
  readonly findings: readonly string[];
}

const first = metrics.find(({ name }) => name === "accuracy")!;

export const headline = section<Headline>({
  id: "headline",
  title: "Result",
  async gather({ facts, measured }) {
    const { record, result } = facts;
    return {
      ...(await scoresOf(facts, measured)),
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
  render({ scores, main, guess, recorded, facts, findings }) {
    const value = main.values[first.name];
    const interval = intervalWords(first, value, main.samples);
    return html`<div class="hero"><p class="big">${dataOf(first, value)}</p><div><p class="what">accuracy${interval ? html`, with 95 % certainty ${interval}` : null}</p><p class="soft">${contextText(main)}.${guess ? ` Always saying ${guess.className} is right in ${percent(guess.share)}.` : null}</p></div></div>${recorded === null ? null : html`<p class="missing">As recorded when the run ended; measured anew it cannot be. ${recorded}</p>`}${findings.map((text) => html`<p class="finding">${text}</p>`)}<dl class="facts">${facts.map(([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>`)}</dl>${scoreTable(scores)}`;
  },
});

async function scoresOf(facts: RunFacts, measured: ReportRun["measured"]): Promise<Scores> {
  try {
    const found = await measured();
    const main = mainSplit(found);
    const { always } = guessOf(countLabels(main.answers.labels, found.classNames.length), found.classNames);
    return {
      scores: [...found.splits].reverse().map(({ score }) => score),
      main: main.score,
      guess: always,
      recorded: null,
    };
  } catch (error) {
    const { test = null, validation = null, guess = null } = facts.result ?? {};
    const scores = [test, validation].filter((score) => score !== null).map(scoreOfDocument);
    if (!(error instanceof HeddleError) || scores.length === 0) throw error;
    return { scores, main: scores[0], guess: guess && guess.always, recorded: error.message };
  }
}

function scoreOfDocument(document: NonNullable<TrainDocument["test"]>): Score {
  const { split, epoch, weights, averaged, augmented, samples } = document;
  const values = metrics.flatMap(({ name }) => {
    const value = entryOf(document, name);
    return typeof value === "number" || value === null ? [[name, value] as const] : [];
  });
  return { split, epoch, weights, averaged, augmented, samples, values: Object.fromEntries(values) };
}

/** All metrics on all splits. */
function scoreTable(scores: readonly Score[]): Html {
  const shown = metrics.filter(({ name }) => scores.some(({ values }) => values[name] !== undefined));
  const weights = scores.map(weightsText);
  const isOne = new Set(weights).size === 1;
  const hasGap = shown.some(({ name }) => scores.some(({ values }) => values[name] === null));
  return html`<div class="scroll"><table class="scores"><caption>${isOne ? `Every metric: ${weights[0]}` : "What the run recorded"}</caption><thead><tr><th scope="col">metric</th>${scores.map(
    ({ split, samples }, i) =>
      html`<th scope="col" class="n">${split}<br><small>${counted(samples, "sample")}</small>${isOne ? null : html`<br><small>${weights[i]}</small>`}</th>`,
  )}</tr></thead><tbody>${shown.map(
    (metric) =>
      html`<tr><th scope="row" title="${metric.summary}">${metric.title}</th>${scores.map(({ values, samples }) => {
        const interval = intervalWords(metric, values[metric.name], samples);
        return html`<td class="n">${dataOf(metric, values[metric.name])}${interval ? html`<br><small>${interval}</small>` : null}</td>`;
      })}</tr>`,
  )}</tbody></table></div>${hasGap ? html`<p class="soft">A dash: not defined on these samples. Measures of agreement and AUC need samples of two classes, top-k more than k classes.</p>` : null}`;
}
