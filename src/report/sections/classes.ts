/** Class by class, and who is taken for whom most often. */
import { count, percent } from "../../base/text.js";
import { mainSplit } from "../../evidence/measured.js";
import { table } from "../charts/table.js";
import { html } from "../html.js";
import { section } from "../section.js";
import { contextText } from "../words.js";

/** counts[true][predicted] */
type Counts = readonly ArrayLike<number>[];

export interface ClassScore {
  readonly label: number;
  readonly support: number;
  /** Null where nothing was predicted as the class, nothing is of it, or neither. */
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

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
  readonly scores: readonly ClassScore[];
  readonly pairs: readonly Confused[];
  readonly pairsInAll: number;
}

/** More rows than that nobody reads: `evaluate --json` has all. */
const [classesAtMost, pairsAtMost] = [30, 20];

/** Of all classes, in their order. */
export function classScores(counts: Counts): ClassScore[] {
  const row = (label: number): number[] => Array.from(counts[label]);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return counts.map((_, label) => {
    const right = counts[label][label];
    const support = sum(row(label));
    const predicted = sum(counts.map((each) => each[label]));
    const share = (of: number): number | null => (of > 0 ? right / of : null);
    const both = support + predicted;
    return {
      label,
      support,
      precision: share(predicted),
      recall: share(support),
      f1: both > 0 ? (2 * right) / both : null,
    };
  });
}

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
      scores: classScores(answers.confusion),
      pairs: pairs.slice(0, pairsAtMost),
      pairsInAll: pairs.length,
    };
  },
  render({ context, names, scores, pairs, pairsInAll }) {
    const cell = (value: number | null): string => (value === null ? "–" : percent(value));
    const number = { number: true } as const;
    const few = scores.length <= classesAtMost;
    // Of many classes those that go worst.
    const shown = few ? scores : [...scores].sort((a, b) => (a.f1 ?? 2) - (b.f1 ?? 2)).slice(0, classesAtMost);
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
        { title: "precision", ...number },
        { title: "recall", ...number },
        { title: "F1", ...number },
        { title: "samples", ...number },
      ],
      rows: shown.map(({ label, precision, recall, f1, support }) => ({
        cells: [names[label], cell(precision), cell(recall), cell(f1), count(support)],
      })),
    });
    return html`<p class="soft">${context}. Precision: of what is called so, what is so. Recall: of what is so, what is called so. A dash: nothing to divide by.</p><div class="pair"><div class="scroll">${each}</div><div class="scroll">${pairs.length > 0 ? confused : html`<p>No sample was taken for another class.</p>`}</div></div>`;
  },
});
