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

/** What a sample of that class counts. */
const weightOf = ({ weights }: Loss, label: number): number => (weights.length > 0 ? weights[label] : 1);

/** sum t z with the target t = (1 - e) onehot + e / classes. */
function targetLogit({ z, ldz, classes, smoothing }: Loss, row: number, label: number): number {
  const at = row * ldz;
  // 0 times a logit of -Infinity is none of the loss.
  if (smoothing === 0) return z[at + label];
  let sum = 0;
  for (let i = 0; i < classes; i++) sum += z[at + i];
  return (1 - smoothing) * z[at + label] + (smoothing / classes) * sum;
}

/** L = -sum t ln p; dL/dz = (p - t) times the sample's share of the minibatch's weight. */
export const softmaxCrossEntropy: Twin<"softmaxCrossEntropy"> = (values) => {
  const { z, ldz, dz, lddz, labels, order, classes, smoothing } = values;
  const round = roundingOf(dz);
  const off = round(smoothing / classes);
  return (step) => {
    for (let r = step.first; r < step.first + step.rows; r++) {
      const label = labels[order[step.cursor + r]];
      const weight = weightOf(values, label);
      const scale = round(step.scale * weight);
      const at = r * lddz;
      const logSum = softmax(z, r * ldz, dz, at, classes);
      noteSample(values, r, weight * (logSum - targetLogit(values, r, label)), label);
      dz[at + label] -= round(1 - smoothing);
      for (let i = 0; i < classes; i++) dz[at + i] = (dz[at + i] - off) * scale;
    }
  };
};

/** L = 1/2 sum e² with e = p - t on the softmax p; dL/dz = p (e - sum e p) times the sample's share of the weight. */
export const squaredError: Twin<"squaredError"> = (values) => {
  const { z, ldz, dz, lddz, labels, order, classes, smoothing } = values;
  const round = roundingOf(dz);
  const off = smoothing / classes;
  return (step) => {
    for (let r = step.first; r < step.first + step.rows; r++) {
      const label = labels[order[step.cursor + r]];
      const weight = weightOf(values, label);
      const scale = round(step.scale * weight);
      const at = r * lddz;
      softmax(z, r * ldz, dz, at, classes);
      const error = (i: number) => dz[at + i] - round(i === label ? 1 - smoothing + off : off);
      let [squares, mean] = [0, 0];
      for (let i = 0; i < classes; i++) {
        squares += error(i) ** 2;
        mean += error(i) * dz[at + i];
      }
      noteSample(values, r, weight * 0.5 * squares, label);
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
