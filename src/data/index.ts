/** The data sets, one line each; help, `heddle data` and the contract tests follow this list. */
import { didYouMean, usageError } from "../errors.js";
import type { DatasetSource } from "./dataset.js";
import { cifar10 } from "./cifar-10.js";
import { digits } from "./digits.js";
import { fashionMnist } from "./fashion-mnist.js";
import { mnist } from "./mnist.js";
import { syntheticDigits, syntheticDigits28 } from "./synthetic.js";

export const datasets: readonly DatasetSource[] = [
  syntheticDigits,
  syntheticDigits28,
  digits,
  mnist,
  fashionMnist,
  cifar10,
];

/** The data set of that name. Throws `usageError`; `where` is what the user gave it to. */
export function findDataset(name: string, where = "--dataset"): DatasetSource {
  const names = datasets.map((source) => source.name);
  const found = datasets[names.indexOf(name)];
  if (found) return found;
  throw usageError({
    where,
    expected: `one of ${names.join(", ")}`,
    got: name,
    fix: didYouMean(name, names),
  });
}
