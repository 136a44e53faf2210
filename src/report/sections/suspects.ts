/** Labels that may be wrong: samples of well-learned classes that the net is sure to be something else. */
import { count } from "../../base/text.js";
import type { MeasuredSplit } from "../../evidence/measured.js";
import { type Card, cardOf, cards } from "../cards.js";
import { html } from "../html.js";
import { section } from "../section.js";

interface Suspects {
  readonly looked: string;
  readonly cards: readonly Card[];
}

/** A class is well learned where so many of its samples are right, and the net is sure from so much on. */
const [learned, sure, shown] = [0.8, 0.9, 12];

export const suspects = section<Suspects>({
  id: "suspects",
  title: "Labels to look at",
  async gather({ measured }) {
    const found = await measured();
    const candidates = found.splits.flatMap((split) => suspectsOf(split).map((i) => ({ split, i })));
    candidates.sort((a, b) => b.split.answers.losses[b.i] - a.split.answers.losses[a.i]);
    return {
      looked: found.splits
        .map(
          ({ name, answers, whole }) =>
            `${answers.samples === whole ? "all" : `${count(answers.samples)} of ${count(whole)}`} ${name}`,
        )
        .join(", "),
      cards: candidates.slice(0, shown).map(({ split, i }) => cardOf(found, split, i)),
    };
  },
  render: ({ looked, cards: list }) =>
    html`<p class="soft">Samples of classes that are right in at least ${100 * learned} % of cases, of which the net says with at least ${100 * sure} % that they are something else (${looked} samples looked at). Some are hard, some mislabelled: look before you change a label.</p>${
      list.length > 0 ? cards(list) : html`<p>None.</p>`
    }`,
});

function suspectsOf({ answers, probabilities }: MeasuredSplit): number[] {
  const { labels, predicted, confusion, classes } = answers;
  const recall = confusion.map(
    (row, label) =>
      row[label] /
      Math.max(
        1,
        row.reduce((sum, value) => sum + value, 0),
      ),
  );
  return Array.from({ length: answers.samples }, (_, i) => i).filter(
    (i) =>
      labels[i] !== predicted[i] && recall[labels[i]] >= learned && probabilities[i * classes + predicted[i]] >= sure,
  );
}
