import type { Real, Twin, TwinArguments } from "./contract.js";
import { lanesOf, padded, roundingOf } from "./contract.js";

/**
 * p = softmax(z) on one row; the lanes of the last vector beyond the classes become 0. Returns ln sum exp z.
 * The largest logit is taken away first, so that no exponential overflows.
 */
function softmax(z: Real, from: number, p: Real, to: number, classes: number): number {
  let top = -Infinity;
  for (let i = 0; i < classes; i++) if (z[from + i] > top) top = z[from + i];
  let sum = 0;
  for (let i = 0; i < classes; i++) {
    const e = Math.exp(z[from + i] - top);
    p[to + i] = e;
    sum += e;
  }
  for (let i = 0; i < classes; i++) p[to + i] /= sum;
  p.fill(0, to + classes, to + padded(classes, lanesOf(p)));
  return Math.log(sum) + top;
}

/** The most probable class, the lowest on ties. */
function argmax(z: Real, from: number, classes: number): number {
  let best = 0;
  for (let i = 1; i < classes; i++) if (z[from + i] > z[from + best]) best = i;
  return best;
}

type Loss = TwinArguments<"softmaxCrossEntropy">;

function noteSample({ z, ldz, loss, correct, flag, classes }: Loss, row: number, value: number, label: number): void {
  loss[row] = value;
  correct[row] = argmax(z, row * ldz, classes) === label ? 1 : 0;
  if (!Number.isFinite(value)) Atomics.store(flag, 0, 1);
}

/** L = -ln p[t]; dL/dz = (p - onehot(t)) / samples of the minibatch. */
export const softmaxCrossEntropy: Twin<"softmaxCrossEntropy"> = (values) => {
  const { z, ldz, dz, lddz, labels, order, classes } = values;
  const round = roundingOf(dz);
  return (step) => {
    const scale = round(step.scale);
    for (let r = step.first; r < step.first + step.rows; r++) {
      const label = labels[order[step.cursor + r]];
      const at = r * lddz;
      const logSum = softmax(z, r * ldz, dz, at, classes);
      noteSample(values, r, logSum - z[r * ldz + label], label);
      dz[at + label] -= 1;
      for (let i = 0; i < classes; i++) dz[at + i] *= scale;
    }
  };
};

/** L = 1/2 sum e² with e = p - onehot(t) on the softmax p; dL/dz = p (e - sum e p) / samples of the minibatch. */
export const squaredError: Twin<"squaredError"> = (values) => {
  const { z, ldz, dz, lddz, labels, order, classes } = values;
  const round = roundingOf(dz);
  return (step) => {
    const scale = round(step.scale);
    for (let r = step.first; r < step.first + step.rows; r++) {
      const label = labels[order[step.cursor + r]];
      const at = r * lddz;
      softmax(z, r * ldz, dz, at, classes);
      const error = (i: number) => dz[at + i] - (i === label ? 1 : 0);
      let [squares, mean] = [0, 0];
      for (let i = 0; i < classes; i++) {
        squares += error(i) ** 2;
        mean += error(i) * dz[at + i];
      }
      noteSample(values, r, 0.5 * squares, label);
      for (let i = 0; i < classes; i++) dz[at + i] *= (error(i) - mean) * scale;
    }
  };
};

/** Loss, prediction and probabilities of each sample, by its place in the order; no gradient. */
export const score: Twin<"score"> = (values) => {
  const { z, ldz, p, ldp, labels, order, loss, predicted, probabilities, classes, squared } = values;
  return ({ cursor, first, rows }) => {
    for (let r = first; r < first + rows; r++) {
      const place = cursor + r;
      // Without labels (an absent buffer is empty) there is no loss.
      const label = labels.length > 0 ? labels[order[place]] : 0;
      const at = r * ldp;
      // p may be z itself: what is read of z comes first.
      const logit = z[r * ldz + label];
      predicted[place] = argmax(z, r * ldz, classes);
      const logSum = softmax(z, r * ldz, p, at, classes);
      if (labels.length === 0) {
        // Predictions only.
      } else if (squared) {
        let sum = 0;
        for (let i = 0; i < classes; i++) sum += (p[at + i] - (i === label ? 1 : 0)) ** 2;
        loss[place] = 0.5 * sum;
      } else {
        loss[place] = logSum - logit;
      }
      if (probabilities.length > 0) {
        for (let i = 0; i < classes; i++) probabilities[place * classes + i] = p[at + i];
      }
    }
  };
};

/**
 * Adds the samples' losses in batch order. totals: loss, correct and samples of the epoch so far; loss of this
 * minibatch so far.
 */
export const sumLoss: Twin<"sumLoss"> =
  ({ loss, correct, totals }) =>
  ({ chunk, start }) => {
    if (start) totals[3] = 0;
    for (let r = 0; r < chunk; r++) {
      totals[0] += loss[r];
      totals[1] += correct[r];
      totals[3] += loss[r];
    }
    totals[2] += chunk;
  };
