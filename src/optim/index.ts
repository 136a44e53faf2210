/** The registry of optimizers. Their numbers in kernels are their places in this list. */
import { didYouMean, usageError } from "../errors.js";
import { adam } from "./adam.js";
import { momentum } from "./momentum.js";
import type { Optimizer } from "./optimizer.js";
import { sgd } from "./sgd.js";

export const optimizers: readonly Optimizer[] = [sgd, momentum, adam];

export function findOptimizer(name: string): Optimizer {
  const optimizer = optimizers.find((candidate) => candidate.name === name);
  if (optimizer) return optimizer;
  const names = optimizers.map((candidate) => candidate.name);
  throw usageError({
    where: "--optimizer",
    expected: names.join(", "),
    got: `"${name}"`,
    fix: didYouMean(name, names),
  });
}
