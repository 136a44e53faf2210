/** A split as a file of arrays holds it: images of one size, and labels as they are written. */
import type { LabelColumn } from "../formats/labels.js";

export interface RawSplit {
  readonly count: number;
  /** count images of one size, one after the other. */
  readonly images: Uint8Array;
  /** Null where the file says nothing of classes. */
  readonly labels: LabelColumn | null;
  /** What the file calls each image; null where it does not. */
  readonly ids: readonly string[] | null;
  /** The file, as messages name it. */
  readonly path: string;
  /** The place of a sample's label in it: "some.csv, row 7". */
  readonly where: (sample: number) => string;
}

export type RawSplits = { readonly [name in "train" | "test" | "validation"]: RawSplit | null };

/** The samples of these numbers, ascending; the labels keep their texts. */
export function takeSamples(split: RawSplit, samples: Uint32Array): RawSplit {
  if (samples.length === split.count) return split;
  const { images, labels, ids, where } = split;
  const bytes = images.length / split.count;
  const taken = new Uint8Array(samples.length * bytes);
  for (const [i, sample] of samples.entries())
    taken.set(images.subarray(sample * bytes, (sample + 1) * bytes), i * bytes);
  return {
    ...split,
    count: samples.length,
    images: taken,
    labels: labels && labels.take(samples),
    ids: ids && Array.from(samples, (sample) => ids[sample]),
    where: (sample) => where(samples[sample]),
  };
}
