/** `--class-weights`: how much a sample of each class counts in the loss. */
import { dataError } from "../base/errors.js";
import { readWholeFile } from "../base/read-file.js";

/** Values of `--class-weights` that are no file. */
export const classWeightNames = ["none", "balanced"] as const;

/**
 * What a sample of each class counts, or null where all count alike. `balanced`: N / (K n_k), for N training samples
 * in K classes that have any, n_k in this one (0 where it has none). Else a file with a number on each line, in the order of the
 * classes. Only the ratios matter; they are scaled so that the training samples count as many as they are, and the mean
 * loss of an epoch is a mean. Throws `dataError` where the file does not fit.
 */
export function classWeights(
  choice: string,
  classes: readonly string[],
  labels: ArrayLike<number>,
  train: Uint32Array,
): readonly number[] | null {
  if (choice === "none") return null;
  const counts = classes.map(() => 0);
  for (const sample of train) counts[labels[sample]]++;
  const present = counts.filter((n) => n > 0).length;
  if (choice === "balanced") return counts.map((n) => (n > 0 ? train.length / (present * n) : 0));
  const given = readWeights(choice, classes.length);
  const total = given.reduce((sum, weight, label) => sum + weight * counts[label], 0);
  return given.map((weight) => (weight * train.length) / total);
}

function readWeights(path: string, classes: number): number[] {
  const what = `a file with a weight on each line (or ${classWeightNames.join(", ")})`;
  const lines = new TextDecoder().decode(readWholeFile(path, what)).trimEnd().split(/\r?\n/);
  if (lines.length !== classes) {
    throw dataError({ where: path, expected: `${classes} lines, the weight of each class`, got: `${lines.length}` });
  }
  return lines.map((line, i) => {
    const weight = line.trim() === "" ? Number.NaN : Number(line);
    if (weight > 0 && Number.isFinite(weight)) return weight;
    throw dataError({ where: `${path}, line ${i + 1}`, expected: "a number above 0", got: JSON.stringify(line) });
  });
}
