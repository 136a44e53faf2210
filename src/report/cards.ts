/** Samples with what the net made of them: pictures of a gallery. */
import { number } from "../base/text.js";
import type { Measured, MeasuredSplit } from "../evidence/measured.js";
import { type Html, html } from "./html.js";
import { imageTag, type Thumbnail, thumbnail } from "./images.js";

export interface Card {
  readonly split: string;
  /** Its place in the split, as `predict --index` counts. */
  readonly index: number;
  readonly image: Thumbnail;
  readonly label: string;
  readonly predicted: string;
  readonly right: boolean;
  readonly loss: number;
  /** Of the class predicted, and of its own. */
  readonly sure: number;
  readonly own: number;
}

/** A measured sample, by its place among those that were. */
export function cardOf(
  measured: Measured,
  { name, samples, places, answers, probabilities }: MeasuredSplit,
  i: number,
): Card {
  const { classNames } = measured;
  const [label, predicted] = [answers.labels[i], answers.predicted[i]];
  const from = i * classNames.length;
  return {
    split: name,
    index: places[i],
    image: thumbnail(measured, samples[i]),
    label: classNames[label],
    predicted: classNames[predicted],
    right: label === predicted,
    loss: answers.losses[i],
    sure: probabilities[from + predicted],
    own: probabilities[from + label],
  };
}

/** Probabilities near 0 and 1 are not rounded to them. */
export function sureText(probability: number): string {
  if (probability > 0.9995 && probability < 1) return "> 99.9 %";
  if (probability < 0.0005 && probability > 0) return "< 0.1 %";
  return `${(100 * probability).toFixed(1)} %`;
}

export const cards = (list: readonly Card[]): Html => html`<ul class="cards">${list.map(card)}</ul>`;

function card({ split, index, image, label, predicted, right, loss, sure, own }: Card): Html {
  const said = right ? `${predicted}, rightly` : `${label}, taken for ${predicted}`;
  return html`<li>${imageTag(image, `${split} sample ${index}: ${said}`)}<div><p class="guess ${right ? "right" : "wrong"}"><span class="name">${predicted}</span> <span class="n">${sureText(sure)}</span></p>${
    right
      ? null
      : html`<p><span class="soft">is</span> <span class="name">${label}</span> <span class="n">${sureText(own)}</span></p>`
  }<p class="soft">${split} ${index}, loss ${number(loss)}</p></div></li>`;
}
