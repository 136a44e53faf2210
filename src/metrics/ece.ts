/**
 * Calibration: how far the probability of the predicted class is from the share of right answers. Bins (i/M, (i+1)/M] of
 * equal width, 0 in the first; the error is the mean over samples of their bin's gap.
 */
import type { Metric } from "./metric.js";

export interface CalibrationBin {
  readonly bin: number;
  readonly count: number;
  /** Means over the bin's samples. */
  readonly accuracy: number;
  readonly confidence: number;
}

/** The bins that have samples, in order. `confidence` and `right` (0 or 1) of each sample. */
export function calibrationBins(
  confidence: ArrayLike<number>,
  right: ArrayLike<number>,
  bins: number,
): CalibrationBin[] {
  const counts = new Float64Array(bins);
  const [rights, sums] = [new Float64Array(bins), new Float64Array(bins)];
  for (let i = 0; i < confidence.length; i++) {
    const bin = binOf(confidence[i], bins);
    counts[bin]++;
    rights[bin] += right[i];
    sums[bin] += confidence[i];
  }
  return Array.from(counts, (count, bin) => ({
    bin,
    count,
    accuracy: rights[bin] / count,
    confidence: sums[bin] / count,
  })).filter(({ count }) => count > 0);
}

/** The first bin whose upper edge is not below: edges are compared as they are, since p M rounds. */
function binOf(p: number, bins: number): number {
  let bin = Math.min(bins - 1, Math.max(0, Math.ceil(p * bins) - 1));
  while (bin > 0 && p <= bin / bins) bin--;
  while (bin < bins - 1 && p > (bin + 1) / bins) bin++;
  return bin;
}

/** Expected calibration error; null of no samples. */
export function calibrationError(bins: readonly CalibrationBin[]): number | null {
  const samples = bins.reduce((sum, { count }) => sum + count, 0);
  const gaps = bins.reduce((sum, { count, accuracy, confidence }) => sum + count * Math.abs(accuracy - confidence), 0);
  return samples > 0 ? gaps / samples : null;
}

export const ece: Metric = {
  name: "ece",
  title: "calibration error",
  summary: "mean gap of probability and share of right answers, in 15 bins",
  unit: "share",
  better: "lower",
  needsLogits: true,
  of(answers) {
    const { labels, predicted, samples } = answers;
    const confidence = Float64Array.from({ length: samples }, (_, i) => answers.topProbability(i));
    const right = Uint8Array.from({ length: samples }, (_, i) => Number(predicted[i] === labels[i]));
    return calibrationError(calibrationBins(confidence, right, 15));
  },
};
