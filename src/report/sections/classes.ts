/** Class by class, and who is taken for whom most often. */
import { count, percent } from "../../base/text.js";
import { mainSplit } from "../../evidence/measured.js";
import { type ClassScores, classMetrics, measureClasses, valueText } from "../../metrics/index.js";
import type { ClassMetric } from "../../metrics/per-class.js";
import { table } from "../charts/table.js";
import { type Html, html, jsonText, visible } from "../html.js";
import { section } from "../section.js";
import { contextText } from "../words.js";

/** counts[true][predicted] */
type Counts = readonly ArrayLike<number>[];

export interface Confused {
  readonly truth: number;
  readonly guess: number;
  readonly samples: number;
  /** Of the true class. */
  readonly share: number;
}

interface Classes {
  readonly context: string;
  readonly names: readonly string[];
  readonly scores: readonly ClassScores[];
  readonly pairs: readonly Confused[];
  readonly pairsInAll: number;
}

/** More rows than that nobody reads; of more classes the page's filter finds each, as far as the page stays small. */
const [classesAtMost, pairsAtMost, foundAtMost] = [30, 20, 5000];

/** Wrong answers of one kind, the most first. */
export function confusedPairs(counts: Counts): Confused[] {
  const pairs = counts.flatMap((row, truth) => {
    const all = Array.from(row).reduce((total, value) => total + value, 0);
    return Array.from(row).flatMap((samples, guess) =>
      guess !== truth && samples > 0 ? [{ truth, guess, samples, share: samples / all }] : [],
    );
  });
  return pairs.sort((a, b) => b.samples - a.samples);
}

const cell = (metric: ClassMetric, value: number | null): string => (value === null ? "–" : valueText(metric, value));

export const classes = section<Classes>({
  id: "classes",
  title: "Class by class",
  async gather({ measured }) {
    const found = await measured();
    const { answers, score } = mainSplit(found);
    const pairs = confusedPairs(answers.confusion);
    return {
      context: contextText(score),
      names: found.classNames,
      scores: measureClasses(answers),
      pairs: pairs.slice(0, pairsAtMost),
      pairsInAll: pairs.length,
    };
  },
  render({ context, names, scores, pairs, pairsInAll }) {
    const number = { number: true } as const;
    const few = scores.length <= classesAtMost;
    // Of many classes those that go worst.
    const ordered = few ? scores : [...scores].sort((a, b) => (a.values["f1"] ?? 2) - (b.values["f1"] ?? 2));
    const cellsOf = ({ class: label, values, support }: ClassScores): string[] => [
      names[label],
      ...classMetrics.map((metric) => cell(metric, values[metric.name])),
      count(support),
    ];
    const confused = table({
      caption:
        pairsInAll > pairs.length
          ? `The ${pairs.length} of ${count(pairsInAll)} pairs most often confused`
          : "Pairs confused, the most often first",
      columns: [
        { title: "true" },
        { title: "taken for" },
        { title: "samples", ...number },
        { title: "of the class", ...number },
      ],
      rows: pairs.map(({ truth, guess, samples, share }) => ({
        cells: [names[truth], names[guess], count(samples), percent(share)],
      })),
    });
    const each = table({
      caption: few
        ? "Every class"
        : `The ${classesAtMost} of ${count(scores.length)} classes with the lowest F1; heddle evaluate --json has all`,
      columns: [
        { title: "class" },
        ...classMetrics.map(({ title }) => ({ title, ...number })),
        { title: "samples", ...number },
      ],
      rows: ordered.slice(0, few ? scores.length : classesAtMost).map((of) => ({ cells: cellsOf(of) })),
    });
    const rows = few ? null : ordered.slice(0, foundAtMost).map(cellsOf);
    return html`<p class="soft">${context}. Precision: of what is called so, what is so. Recall: of what is so, what is called so. AUC: of a sample of the class and one of another, how often the former gets the higher probability. A dash: nothing to divide by.</p><div class="pair"><div class="filtered">${rows && filter(rows)}<div class="scroll">${each}</div></div><div class="scroll">${pairs.length > 0 ? confused : html`<p>No sample was taken for another class.</p>`}</div></div>`;
  },
});

/** For the page's script, without which there is none: a class by its name. */
const filter = (rows: readonly (readonly string[])[]): Html =>
  html`<label class="filter" hidden>Find a class <input type="search" autocomplete="off"></label><script type="application/json">${jsonText({ most: classesAtMost, rows: rows.map((cells) => cells.map(visible)) })}</script>`;
