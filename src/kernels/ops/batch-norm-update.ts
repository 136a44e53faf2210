import { type Moments, mergeGroups, mergeMoments, mergeSums } from "./moments.js";
import { operation, type Real } from "./operation.js";
import { updateOf } from "./optimizer.js";
import { arrayLike, lanesOf } from "./plain.js";

export const batchNormUpdate = {
  /** dweight = invStd · sum dy (x - mean), dbias = sum dy, and the update of those that there are, for the vectors of this rank. */
  batchNormUpdate: operation({
    signature:
      "m*64 groups invStd*64 weight*? bias*? weightG*? biasG*? weightState+ biasState+ channels vectors.. optimizer biasOptimizer",
    native: "norm/batch_norm_backward.h",
    cut: "units",
    twin(values, { start, finish, hyperparameters }) {
      const { m, groups, invStd, weight, bias, weightG, biasG, weightState, biasState, channels, vectors } = values;
      if (!finish && !weightG && !biasG) return;
      const like = weight ?? bias;
      if (!like) return;
      const [from, to] = vectors.map((vector) => vector * lanesOf(like));
      const part = (view: Real): Real => view.subarray(from, to);
      const gradient = (of: (sums: Moments, c: number) => number): Real => {
        const plain = arrayLike(like, to - from);
        for (let c = from; c < Math.min(to, channels); c++) {
          plain[c - from] = of(mergeGroups(m, channels, c, mergeSums, 0, groups), c);
        }
        return plain;
      };
      /** Adds this chunk's gradient to that of the chunks so far. */
      const goOn = (stored: Real | null, ofChunk: Real): Real => {
        if (!stored) return ofChunk;
        const sum = part(stored);
        for (let i = 0; i < sum.length; i++) sum[i] = start ? ofChunk[i] : sum[i] + ofChunk[i];
        return sum;
      };
      const dweight = goOn(
        weightG,
        gradient(({ second }, c) => second * invStd[c]),
      );
      const dbias = goOn(
        biasG,
        gradient(({ first }) => first),
      );
      if (!finish) return;
      if (weight) updateOf(values.optimizer, hyperparameters, weight)(part(weight), dweight, weightState.map(part));
      if (bias) updateOf(values.biasOptimizer, hyperparameters, bias)(part(bias), dbias, biasState.map(part));
    },
  }),

  /** Moves the running statistics towards the minibatch's, whose variance is the unbiased one here. */
  batchNormRunning: operation({
    signature: "m*64 groups runningMean* runningVariance* channels momentum~",
    native: "norm/batch_norm_backward.h",
    cut: "whole",
    twin({ m, groups, runningMean, runningVariance, channels, momentum }) {
      for (let c = 0; c < channels; c++) {
        const { first, second, count } = mergeGroups(m, channels, c, mergeMoments, 0, groups);
        runningMean[c] += momentum * (first - runningMean[c]);
        runningVariance[c] += momentum * (second / (count - 1) - runningVariance[c]);
      }
    },
  }),
};
