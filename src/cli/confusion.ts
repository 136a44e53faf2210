/** The confusion matrix as text: a row per true class, a column per predicted one; of many classes the worst pairs. */

import { count, percent } from "../index.js";
import type { Colors } from "./ansi.js";
import { table } from "./table.js";

export function confusionText(
  confusion: readonly (readonly number[])[],
  classNames: readonly string[],
  colors: Colors,
): string {
  // Columns carry class numbers where names are too long for them; rows always carry names.
  const named = classNames.every((name) => name.length <= 4);
  const row = (name: string, number: number) => (named || name === `${number}` ? name : `${number} ${name}`);
  const head = ["true \\ predicted", ...classNames.map((name, i) => (named ? name : `${i}`)), "right"];
  const rows = confusion.map((counts, truth) => {
    const total = counts.reduce((sum, value) => sum + value, 0);
    const cells = counts.map((value, guess) => {
      if (value === 0) return colors.dim("·");
      return guess === truth ? colors.green(`${value}`) : colors.red(`${value}`);
    });
    const right = total === 0 ? "-" : `${((100 * counts[truth]) / total).toFixed(1)} %`;
    return [row(classNames[truth], truth), ...cells, right];
  });
  return table(`l${"r".repeat(classNames.length + 1)}`, [head.map((text) => colors.dim(text)), ...rows]);
}

const pairsShown = 20;

/** The pairs that are taken for each other most, by the samples that were. */
export function confusedText(
  confusion: readonly (readonly number[])[],
  classNames: readonly string[],
  colors: Colors,
): string {
  const pairs = confusion.flatMap((counts, truth) => {
    const total = counts.reduce((sum, value) => sum + value, 0);
    return counts.flatMap((wrong, guess) => (wrong > 0 && guess !== truth ? [{ truth, guess, wrong, total }] : []));
  });
  pairs.sort((a, b) => b.wrong - a.wrong || a.truth - b.truth || a.guess - b.guess);
  if (pairs.length === 0) return "No sample was taken for one of another class.";
  const head = ["true", "taken for", "samples", "of the class"].map((text) => colors.dim(text));
  const rows = pairs
    .slice(0, pairsShown)
    .map(({ truth, guess, wrong, total }) => [
      classNames[truth],
      classNames[guess],
      colors.red(count(wrong)),
      percent(wrong / total),
    ]);
  return table("llrr", [head, ...rows]);
}
