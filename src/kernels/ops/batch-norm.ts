import { wrappedLength } from "../batch-norm.js";
import { padded } from "../panels.js";
import { type Moments, mergeGroups, mergeMoments, mergeSums, momentsOf } from "./moments.js";
import { operation, type Range, type Real } from "./operation.js";
import { lanesOf, ownUnits, roundingOf } from "./plain.js";

/** table[at + i] = the number of channel i mod channels. */
function wrap(table: Real, at: number, channels: number, of: (channel: number) => number): void {
  const length = wrappedLength(channels, lanesOf(table));
  for (let i = 0; i < length; i++) table[at + i] = of(i % channels);
}

/** The channels of a group that are of some slices. */
const ownChannels = (slices: Range, group: number, channels: number, like: Real): Range => {
  const lanes = lanesOf(like);
  const [from, to] = ownUnits(slices, group, Math.ceil(channels / lanes));
  return [from * lanes, Math.min(to * lanes, channels)];
};

interface Affine {
  /** 1 where absent. */
  readonly weight: Real | null;
  /** 0 where absent. */
  readonly bias: Real | null;
  readonly scale: Real;
  readonly shift: Real;
  readonly channels: number;
}

/** scale = weight · invStd, shift = bias - mean · scale, both wrapped. */
function storeAffine(a: Affine, mean: ArrayLike<number>, invStd: (channel: number) => number): void {
  wrap(a.scale, 0, a.channels, (c) => (a.weight ? a.weight[c] : 1) * invStd(c));
  wrap(a.shift, 0, a.channels, (c) => (a.bias ? a.bias[c] : 0) - mean[c] * a.scale[c]);
}

/** x and y [rows][pixels][channels]; m [groups] moments of each channel, sample by sample; tables wrapped. */
export const batchNorm = {
  /** m[group] = mean, M2 and count of each channel of the group's rows, of some slices: vectors of channels in the run's format. */
  batchNormReduce: operation({
    signature: "x[] m*64 pixels channels slices..",
    native: "norm/batch_norm.h",
    cut: "groups",
    twin({ x, m, pixels, channels, slices }, { first, rows, group, start }) {
      const all = momentsOf(m, group, channels);
      const [from, to] = ownChannels(slices, group, channels, x.row(first));
      if (start) all.clear(from, to);
      for (let r = first; r < first + rows; r++) {
        const input = x.row(r);
        for (let c = from; c < to; c++) {
          let [sum, squares] = [0, 0];
          for (let p = 0; p < pixels; p++) sum += input[p * channels + c];
          const mean = sum / pixels;
          for (let p = 0; p < pixels; p++) squares += (input[p * channels + c] - mean) ** 2;
          const before = { ...all.get(c), count: (start ? 0 : all.count) + (r - first) * pixels };
          all.set(c, mergeMoments(before, { first: mean, second: squares, count: pixels }));
        }
      }
      if (from === 0 && to > 0) all.count = (start ? 0 : all.count) + rows * pixels;
    },
  }),

  /** Statistics of the minibatch from those of its groups, and the scale and shift that follow. */
  batchNormMerge: operation({
    signature: "m*64 groups weight*? bias*? mean*64 invStd*64 scale* shift* channels epsilon~",
    native: "norm/batch_norm.h",
    cut: "whole",
    twin({ m, groups, mean, invStd, epsilon, ...affine }) {
      for (let c = 0; c < affine.channels; c++) {
        const all = mergeGroups(m, affine.channels, c, mergeMoments, 0, groups);
        mean[c] = all.first;
        invStd[c] = 1 / Math.sqrt(all.second / all.count + epsilon);
      }
      storeAffine(affine, mean, (c) => invStd[c]);
    },
  }),

  /** Scale and shift from running statistics. */
  batchNormFold: operation({
    signature: "runningMean* runningVariance* weight*? bias*? scale* shift* channels epsilon~",
    native: "norm/batch_norm.h",
    cut: "whole",
    twin({ runningMean, runningVariance, epsilon, ...affine }) {
      storeAffine(affine, runningMean, (c) => 1 / Math.sqrt(runningVariance[c] + epsilon));
    },
  }),

  /** y = f(x · scale + shift), on whole vectors of each row. */
  batchNorm: operation({
    signature: "x[] y[] scale* shift* pixels channels activation()",
    native: "norm/batch_norm.h",
    cut: "rows",
    inPlace: ["x", "y"],
    twin({ x, y, scale, shift, pixels, channels, activation }, { first, rows }) {
      for (let r = first; r < first + rows; r++) {
        const [input, output] = [x.row(r), y.row(r)];
        for (let i = 0; i < padded(pixels * channels, lanesOf(output)); i++) {
          output[i] = input[i] * scale[i % channels] + shift[i % channels];
          output[i] = activation.apply(output[i]);
        }
      }
    },
  }),

  /** m[group] = sum of dy, sum of dy (x - mean), and count, of each channel of the group's rows, of some slices. */
  batchNormReduceBackward: operation({
    signature: "x[] dy[] mean*64 m*64 pixels channels slices..",
    native: "norm/batch_norm_backward.h",
    cut: "groups",
    twin({ x, dy, mean, m, pixels, channels, slices }, { first, rows, group, start }) {
      const sums = momentsOf(m, group, channels);
      const [from, to] = ownChannels(slices, group, channels, x.row(first));
      if (start) sums.clear(from, to);
      for (let r = first; r < first + rows; r++) {
        const [input, delta] = [x.row(r), dy.row(r)];
        for (let i = 0; i < pixels * channels; i++) {
          const c = i % channels;
          if (c < from || c >= to) continue;
          sums.set(c, mergeSums(sums.get(c), { first: delta[i], second: delta[i] * (input[i] - mean[c]), count: 0 }));
        }
      }
      if (from === 0 && to > 0) sums.count = (start ? 0 : sums.count) + rows * pixels;
    },
  }),

  /** The coefficients of `batchNormBackward`: four wrapped tables. */
  batchNormMergeBackward: operation({
    signature: "m*64 groups weight*? mean*64 invStd*64 coefficients* channels",
    native: "norm/batch_norm_backward.h",
    cut: "whole",
    twin({ m, groups, weight, mean, invStd, coefficients, channels }) {
      const length = wrappedLength(channels, lanesOf(coefficients));
      const of = (c: number): Moments => mergeGroups(m, channels, c, mergeSums, 0, groups);
      const scale = (c: number): number => (weight ? weight[c] : 1);
      wrap(coefficients, 0, channels, (c) => mean[c]);
      wrap(coefficients, length, channels, (c) => scale(c) * invStd[c]);
      wrap(coefficients, 2 * length, channels, (c) => (-scale(c) * invStd[c] ** 3 * of(c).second) / of(c).count);
      wrap(coefficients, 3 * length, channels, (c) => (-scale(c) * invStd[c] * of(c).first) / of(c).count);
    },
  }),

  /** dx = (c1 dy + c2 (x - mean) + c3) f', f' of the function that gave x, from x itself; padding becomes 0. */
  batchNormBackward: operation({
    signature: "dy[] x[] dx[] coefficients* pixels channels activation()",
    native: "norm/batch_norm_backward.h",
    cut: "rows",
    inPlace: ["dy", "dx"],
    twin({ dy, x, dx, coefficients, pixels, channels, activation }, { first, rows }) {
      const length = wrappedLength(channels, lanesOf(coefficients));
      const [mean, c1, c2, c3] = [0, 1, 2, 3].map((i) => coefficients.subarray(i * length, (i + 1) * length));
      const round = roundingOf(coefficients);
      for (let r = first; r < first + rows; r++) {
        const [delta, input, out] = [dy.row(r), x.row(r), dx.row(r)];
        for (let i = 0; i < padded(pixels * channels, lanesOf(out)); i++) {
          const c = i % channels;
          out[i] = c1[c] * delta[i] + round(c2[c] * round(input[i] - mean[c]) + c3[c]);
          out[i] = i < pixels * channels ? activation.derive(input[i], out[i]) : 0;
        }
      }
    },
  }),
};
