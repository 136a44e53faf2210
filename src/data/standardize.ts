/**
 * The standardizations: ways to turn pixel bytes into the numbers that a net sees. One entry of the list each. Fitting
 * looks at training samples only; what it finds goes into the model file as a `Preprocessing`.
 */
import { didYouMean, usageError } from "../base/errors.js";
import type { Dataset } from "./dataset.js";
import type { Preprocessing } from "./preprocessing.js";

export interface Standardization {
  readonly name: string;
  readonly summary: string;
  /** `trainIndices` are positions in the training split; validation and test samples must not be among them. */
  fit(dataset: Dataset, trainIndices: ArrayLike<number>): Fitted;
}

/** The part of a `Preprocessing` that differs between standardizations. */
type Fitted =
  | { readonly kind: "affine"; readonly scale: readonly number[]; readonly shift: readonly number[] }
  | { readonly kind: "per-image" };

interface Moments {
  readonly mean: number;
  readonly deviation: number;
}

/** The same for all channels and whatever the data: x = byte / maximum * gain + shift. */
const fixed =
  (gain: number, shift: number) =>
  ({ maximum, shape }: Dataset): Fitted => ({
    kind: "affine",
    scale: new Array<number>(shape.channels).fill(gain / maximum),
    shift: new Array<number>(shape.channels).fill(shift),
  });

export const standardizations: readonly Standardization[] = [
  { name: "unit", summary: "0..1: x / the largest value a pixel can have", fit: fixed(1, 0) },
  { name: "symmetric", summary: "-1..1: 2 unit - 1", fit: fixed(2, -1) },
  { name: "centered", summary: "-0.5..0.5: unit - 0.5", fit: fixed(1, -0.5) },
  {
    name: "dataset",
    summary: "mean 0 and deviation 1 of each channel over the training samples",
    fit: (dataset, indices) => centring(channelMoments(dataset, indices), dataset),
  },
  {
    name: "dataset-scalar",
    summary: "the same, with one mean and one deviation for all channels",
    fit: (dataset, indices) => {
      const all = moments(joined(sums(dataset, indices)));
      return centring(new Array<Moments>(dataset.shape.channels).fill(all), dataset);
    },
  },
  {
    name: "per-image",
    summary: "each image by itself: minus its mean, over its 2-norm",
    fit: () => ({ kind: "per-image" }),
  },
  { name: "none", summary: "the bytes as they are", fit: (dataset) => fixed(dataset.maximum, 0)(dataset) },
];

/** The preprocessing that `--standardize` names, fitted on the given samples of the training split. */
export function fitPreprocessing(name: string, dataset: Dataset, trainIndices: ArrayLike<number>): Preprocessing {
  const names = standardizations.map((standardization) => standardization.name);
  const found = standardizations.find((standardization) => standardization.name === name);
  if (!found) {
    const expected = `one of ${names.join(", ")}`;
    throw usageError({ where: "--standardize", expected, got: name, fix: didYouMean(name, names) });
  }
  const { height, width, channels } = dataset.shape;
  const { maximum } = dataset;
  return { standardize: name, height, width, channels, maximum, ...found.fit(dataset, trainIndices) };
}

/** Mean 0 and deviation 1 for channels of these moments. */
function centring(channels: readonly Moments[], { maximum }: Dataset): Fitted {
  const scale: number[] = [];
  const shift: number[] = [];
  for (const { mean, deviation } of channels) {
    // A channel that never changes has no deviation to divide by: it is only centered, in units of the whole range.
    const unit = deviation > 0 ? deviation : maximum;
    scale.push(1 / unit);
    shift.push((0 - mean) / unit); // not -mean: JSON has no minus zero
  }
  return { kind: "affine", scale, shift };
}

/** Mean and population deviation of each channel's bytes over the given training samples. */
export function channelMoments(dataset: Dataset, trainIndices: ArrayLike<number>): Moments[] {
  return sums(dataset, trainIndices).map(moments);
}

/** Of bytes: how many they are, their sum and that of their squares. Exact up to 10^11 of them. */
interface Sums {
  n: number;
  total: number;
  squares: number;
}

/** Squares of so many bytes fit 31 bits: in whole numbers of that size they are added fast. */
const run = 2 ** 15;

/** Of each channel of the given training samples. */
function sums({ shape, train }: Dataset, indices: ArrayLike<number>): Sums[] {
  const { height, width, channels } = shape;
  const pixels = height * width;
  const { images } = train;
  const found = Array.from({ length: channels }, (): Sums => ({ n: indices.length * pixels, total: 0, squares: 0 }));
  for (let i = 0; i < indices.length; i++) {
    const start = indices[i] * pixels * channels;
    for (let channel = 0; channel < channels; channel++) {
      for (let first = 0; first < pixels; first += run) {
        let [total, squares] = [0, 0];
        const end = start + Math.min(pixels, first + run) * channels;
        for (let at = start + first * channels + channel; at < end; at += channels) {
          const x = images[at];
          total = (total + x) | 0;
          squares = (squares + x * x) | 0;
        }
        found[channel].total += total;
        found[channel].squares += squares;
      }
    }
  }
  return found;
}

const joined = (all: readonly Sums[]): Sums =>
  all.reduce((a, b) => ({ n: a.n + b.n, total: a.total + b.total, squares: a.squares + b.squares }));

/** Mean and population deviation, from exact integer sums: n sum(x^2) - sum(x)^2 may pass 2^53. */
function moments({ n, total, squares }: Sums): Moments {
  if (n === 0) return { mean: 0, deviation: 0 };
  const spread = BigInt(n) * BigInt(squares) - BigInt(total) ** 2n;
  return { mean: total / n, deviation: Math.sqrt(Number(spread)) / n };
}
