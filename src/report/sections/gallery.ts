/** What it got most wrong, and what it was most sure of. */
import { count } from "../../base/text.js";
import { mainSplit } from "../../evidence/measured.js";
import { type Card, cardOf, cards } from "../cards.js";
import { html } from "../html.js";
import { section } from "../section.js";
import { contextText } from "../words.js";

interface Gallery {
  readonly context: string;
  readonly mistakes: number;
  /** Losses do not rise. */
  readonly worst: readonly Card[];
  /** Losses do not fall. */
  readonly surest: readonly Card[];
}

const [worstShown, surestShown] = [18, 12];

export const gallery = section<Gallery>({
  id: "gallery",
  title: "Worst mistakes and sure hits",
  async gather({ measured }) {
    const found = await measured();
    const main = mainSplit(found);
    const { labels, predicted, losses, samples } = main.answers;
    // Of equal losses the earlier sample first.
    const ascending = Array.from({ length: samples }, (_, i) => i).sort((a, b) => losses[a] - losses[b] || a - b);
    const wrong = ascending.filter((i) => labels[i] !== predicted[i]);
    const right = ascending.filter((i) => labels[i] === predicted[i]);
    const show = (list: readonly number[], most: number): Card[] =>
      list.slice(0, most).map((i) => cardOf(found, main, i));
    return {
      context: contextText(main.score),
      mistakes: wrong.length,
      worst: show(
        wrong.sort((a, b) => losses[b] - losses[a] || a - b),
        worstShown,
      ),
      // The surest of each class, the surest class first.
      surest: show(
        right.filter((i, k) => right.findIndex((j) => labels[j] === labels[i]) === k),
        surestShown,
      ),
    };
  },
  render: ({ context, mistakes, worst, surest }) =>
    html`<p class="soft">${context}. By loss: what the net thought least possible comes first, with the probability it gave to its guess and to the truth.</p><h3>${
      mistakes === 0 ? "No mistake at all" : `The worst ${worst.length} of ${count(mistakes)} mistakes`
    }</h3>${cards(worst)}${surest.length > 0 ? html`<h3>The surest hit of each class</h3>${cards(surest)}` : null}`,
});
