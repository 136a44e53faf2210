/**
 * The registry of losses. Each is an operation of the kernels that turns logits into losses and their gradient; softmax is
 * part of the loss, so that a net can not apply it twice.
 */
import { didYouMean, usageError } from "../errors.js";

export interface Loss {
  readonly name: string;
  readonly summary: string;
  readonly operation: "softmaxCrossEntropy" | "squaredError";
  /** What `score` needs to know. */
  readonly squared: 0 | 1;
}

/** A loss as a run trains on it. Scoring knows neither part: it measures the plain loss. */
export interface TrainedLoss extends Loss {
  /** Label smoothing e: the target of a sample is (1 - e) onehot + e / classes. */
  readonly smoothing?: number;
  /** What a sample of each class counts: the minibatch's loss is sum w l / sum w. Every one counts alike where absent. */
  readonly classWeights?: readonly number[];
}

export const losses: readonly Loss[] = [
  {
    name: "cross-entropy",
    summary: "-ln p[t] on the softmax p of the logits",
    operation: "softmaxCrossEntropy",
    squared: 0,
  },
  {
    name: "squared-error",
    summary: "1/2 sum (p - t)^2 on the softmax p of the logits",
    operation: "squaredError",
    squared: 1,
  },
];

export function findLoss(name: string): Loss {
  const loss = losses.find((candidate) => candidate.name === name);
  if (loss) return loss;
  const names = losses.map((candidate) => candidate.name);
  throw usageError({ where: "--loss", expected: names.join(" or "), got: `"${name}"`, fix: didYouMean(name, names) });
}
