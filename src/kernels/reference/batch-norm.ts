import { momentsLength, wrappedLength } from "../batch-norm.js";
import type { Real, Twin } from "./contract.js";
import { arrayLike, lanesOf, padded, roundingOf } from "./contract.js";
import { applyDerivativeOf, applyOf } from "./activation.js";
import { updateOf } from "./optimizer.js";

/** Mean and sum of squared deviations of `count` numbers; or two sums over them. */
interface Moments {
  readonly first: number;
  readonly second: number;
  readonly count: number;
}
type Merge = (a: Moments, b: Moments) => Moments;

/** Chan, Golub & LeVeque 1979. */
const mergeMoments: Merge = (a, b) => {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const delta = b.first - a.first;
  const first = a.first + (delta * b.count) / count;
  return { first, second: a.second + b.second + (delta ** 2 * a.count * b.count) / count, count };
};

const mergeSums: Merge = (a, b) => ({
  first: a.first + b.first,
  second: a.second + b.second,
  count: a.count + b.count,
});

/** One channel of the groups [from, to), merged in pairs. */
function mergeGroups(m: Float64Array, channels: number, c: number, merge: Merge, from: number, to: number): Moments {
  if (to - from === 1) {
    const at = from * momentsLength(channels);
    return { first: m[at + c], second: m[at + channels + c], count: m[at + 2 * channels] };
  }
  const middle = Math.floor((from + to) / 2);
  return merge(mergeGroups(m, channels, c, merge, from, middle), mergeGroups(m, channels, c, merge, middle, to));
}

/** table[at + i] = the number of channel i mod channels. */
function wrap(table: Real, at: number, channels: number, of: (channel: number) => number): void {
  const length = wrappedLength(channels, lanesOf(table));
  for (let i = 0; i < length; i++) table[at + i] = of(i % channels);
}

/** m[group] = mean, M2 and count of each channel of the group's rows, sample by sample. */
export const batchNormMeasure: Twin<"batchNormMeasure"> = ({ x, ldx, m, pixels, channels }) => {
  return ({ first, rows, group, start }) => {
    const moments = m.subarray(group * momentsLength(channels), (group + 1) * momentsLength(channels));
    if (start) moments.fill(0);
    for (let r = first; r < first + rows; r++) {
      for (let c = 0; c < channels; c++) {
        let [sum, squares] = [0, 0];
        for (let p = 0; p < pixels; p++) sum += x[r * ldx + p * channels + c];
        const mean = sum / pixels;
        for (let p = 0; p < pixels; p++) squares += (x[r * ldx + p * channels + c] - mean) ** 2;
        const soFar = { first: moments[c], second: moments[channels + c], count: moments[2 * channels] };
        const merged = mergeMoments(soFar, { first: mean, second: squares, count: pixels });
        moments[c] = merged.first;
        moments[channels + c] = merged.second;
      }
      moments[2 * channels] += pixels;
    }
  };
};

/** scale = weight · inverse, shift = bias - mean · scale, both wrapped. */
function storeAffine(
  { weight, bias, scale, shift, channels }: { weight: Real; bias: Real; scale: Real; shift: Real; channels: number },
  mean: (channel: number) => number,
  inverse: (channel: number) => number,
): void {
  wrap(scale, 0, channels, (c) => weight[c] * inverse(c));
  wrap(shift, 0, channels, (c) => bias[c] - mean(c) * scale[c]);
}

/** Statistics of the minibatch from those of its groups, and the scale and shift that follow. */
export const batchNormMerge: Twin<"batchNormMerge"> = ({ m, groups, mean, inverse, epsilon, ...affine }) => {
  return () => {
    for (let c = 0; c < affine.channels; c++) {
      const all = mergeGroups(m, affine.channels, c, mergeMoments, 0, groups);
      mean[c] = all.first;
      inverse[c] = 1 / Math.sqrt(all.second / all.count + epsilon);
    }
    storeAffine(
      affine,
      (c) => mean[c],
      (c) => inverse[c],
    );
  };
};

/** Scale and shift from running statistics. */
export const batchNormFold: Twin<"batchNormFold"> = ({ runningMean, runningVariance, epsilon, ...affine }) => {
  return () => {
    storeAffine(
      affine,
      (c) => runningMean[c],
      (c) => 1 / Math.sqrt(runningVariance[c] + epsilon),
    );
  };
};

/** y = f(x · scale + shift), on whole vectors of each row. */
export const batchNorm: Twin<"batchNorm"> = (values) => {
  const { x, ldx, y, ldy, scale, shift, pixels, channels, function: f, slope } = values;
  const apply = applyOf(f, slope, y);
  const count = padded(pixels * channels, lanesOf(y));
  return ({ first, rows }) => {
    for (let r = first; r < first + rows; r++) {
      for (let i = 0; i < count; i++) y[r * ldy + i] = x[r * ldx + i] * scale[i % channels] + shift[i % channels];
      apply(y, r * ldy, y, r * ldy, count);
    }
  };
};

/** m[group] = sum of dy, sum of dy (x - mean), and count, of each channel of the group's rows. */
export const batchNormMeasureBackward: Twin<"batchNormMeasureBackward"> = (values) => {
  const { x, ldx, dy, lddy, mean, m, pixels, channels } = values;
  return ({ first, rows, group, start }) => {
    const sums = m.subarray(group * momentsLength(channels), (group + 1) * momentsLength(channels));
    if (start) sums.fill(0);
    for (let r = first; r < first + rows; r++) {
      for (let p = 0; p < pixels; p++) {
        for (let c = 0; c < channels; c++) {
          const delta = dy[r * lddy + p * channels + c];
          sums[c] += delta;
          sums[channels + c] += delta * (x[r * ldx + p * channels + c] - mean[c]);
        }
      }
      sums[2 * channels] += pixels;
    }
  };
};

/** The coefficients of `batchNormBackward`: four wrapped tables. */
export const batchNormMergeBackward: Twin<"batchNormMergeBackward"> = (values) => {
  const { m, groups, weight, mean, inverse, coefficients, channels } = values;
  const length = wrappedLength(channels, lanesOf(coefficients));
  const of = (c: number) => mergeGroups(m, channels, c, mergeSums, 0, groups);
  return () => {
    wrap(coefficients, 0, channels, (c) => mean[c]);
    wrap(coefficients, length, channels, (c) => weight[c] * inverse[c]);
    wrap(coefficients, 2 * length, channels, (c) => (-weight[c] * inverse[c] ** 3 * of(c).second) / of(c).count);
    wrap(coefficients, 3 * length, channels, (c) => (-weight[c] * inverse[c] * of(c).first) / of(c).count);
  };
};

/** dx = (c1 dy + c2 (x - mean) + c3) f'(below), on whole vectors of each row. */
export const batchNormBackward: Twin<"batchNormBackward"> = (values) => {
  const { dy, lddy, x, ldx, dx, lddx, coefficients, pixels, channels, function: f, slope } = values;
  const length = wrappedLength(channels, lanesOf(coefficients));
  const [mean, c1, c2, c3] = [0, 1, 2, 3].map((i) => coefficients.subarray(i * length, (i + 1) * length));
  const applyDerivative = applyDerivativeOf(f, slope, dx);
  const round = roundingOf(dx);
  const count = padded(pixels * channels, lanesOf(dx));
  return ({ first, rows }) => {
    for (let r = first; r < first + rows; r++) {
      for (let i = 0; i < count; i++) {
        const c = i % channels;
        const rest = round(c2[c] * round(x[r * ldx + i] - mean[c]) + c3[c]);
        dx[r * lddx + i] = c1[c] * dy[r * lddy + i] + rest;
      }
      applyDerivative(x, r * ldx, dx, r * lddx, dx, r * lddx, count);
    }
  };
};

/** dweight = inverse · sum dy (x - mean), dbias = sum dy, and the update of both, for the vectors of this rank. */
export const batchNormUpdate: Twin<"batchNormUpdate"> = (values) => {
  const { m, groups, inverse, weight, bias, channels, firstVector, lastVector, optimizer } = values;
  const lanes = lanesOf(weight);
  const update = updateOf(optimizer);
  const [from, to] = [firstVector * lanes, lastVector * lanes];
  const part = (view: Real) => view.subarray(from, to);
  const gradient = arrayLike(weight, to - from);
  const fill = (of: (moments: Moments, c: number) => number) => {
    for (let c = from; c < Math.min(to, channels); c++) {
      gradient[c - from] = of(mergeGroups(m, channels, c, mergeSums, 0, groups), c);
    }
  };
  return ({ finish, hyper }) => {
    if (!finish) return;
    fill(({ second }, c) => second * inverse[c]);
    update(part(weight), gradient, part(values.weightS), part(values.weightT), hyper);
    fill(({ first }) => first);
    update(part(bias), gradient, part(values.biasS), part(values.biasT), hyper);
  };
};

/** Moves the running statistics towards the minibatch's, whose variance is the unbiased one here. */
export const batchNormRunning: Twin<"batchNormRunning"> = (values) => {
  const { m, groups, runningMean, runningVariance, channels, momentum } = values;
  return ({ finish }) => {
    if (!finish) return;
    for (let c = 0; c < channels; c++) {
      const { first, second, count } = mergeGroups(m, channels, c, mergeMoments, 0, groups);
      runningMean[c] += momentum * (first - runningMean[c]);
      runningVariance[c] += momentum * (second / (count - 1) - runningVariance[c]);
    }
  };
};
