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
      const all = moments(sum(histograms(dataset, indices)));
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
  return histograms(dataset, trainIndices).map(moments);
}

/** How often each byte occurs in each channel of the given training samples. Counts are exact in any order. */
function histograms({ shape, train }: Dataset, indices: ArrayLike<number>): Float64Array[] {
  const { height, width, channels } = shape;
  const bytes = height * width * channels;
  const { images } = train;
  const counts = Array.from({ length: channels }, () => new Float64Array(256));
  // Counted in whole numbers, which is fast, for as many images as these can hold.
  const some = new Uint32Array(256 * channels);
  const holds = Math.max(1, Math.floor(2 ** 31 / bytes));
  for (let first = 0; first < indices.length; first += holds) {
    some.fill(0);
    for (let i = first; i < Math.min(indices.length, first + holds); i++) {
      const start = indices[i] * bytes;
      for (let at = start, table = 0; at < start + bytes; at++) {
        some[table + images[at]]++;
        table = table === some.length - 256 ? 0 : table + 256;
      }
    }
    for (const [channel, own] of counts.entries()) for (let x = 0; x < 256; x++) own[x] += some[256 * channel + x];
  }
  return counts;
}

const sum = (counts: readonly Float64Array[]): Float64Array =>
  counts[0].map((_, byte) => counts.reduce((total, channel) => total + channel[byte], 0));

/** Mean and population deviation of the bytes counted, from exact integer sums: n sum(x^2) - sum(x)^2 may pass 2^53. */
function moments(counts: Float64Array): Moments {
  let [n, total, squares] = [0n, 0n, 0n];
  for (const [byte, count] of counts.entries()) {
    const [b, c] = [BigInt(byte), BigInt(count)];
    n += c;
    total += b * c;
    squares += b * b * c;
  }
  if (n === 0n) return { mean: 0, deviation: 0 };
  return {
    mean: Number(total) / Number(n),
    deviation: Math.sqrt(Number(n * squares - total * total)) / Number(n),
  };
}
