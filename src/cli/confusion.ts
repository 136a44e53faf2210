/** The confusion matrix as text: a row per true class, a column per predicted one. */
import { table } from "./table.js";
import type { Colors } from "./terminal.js";

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
