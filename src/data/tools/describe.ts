/** What a data set holds, in figures: for `heddle data info`, and for whoever wants an overview before training. */
import { bytes, count } from "../../progress/format.js";
import { identity } from "../../random.js";
import { dataHash } from "../data-hash.js";
import type { Dataset, ImageShape, Split } from "../dataset.js";
import { channelMoments } from "../standardize.js";

/** `heddle data info --json`, schema 1 (docs/data.md). */
export interface Description {
  readonly schema: 1;
  readonly dataset: string;
  readonly shape: ImageShape;
  /** The largest value a pixel can have. */
  readonly maximum: number;
  /** Class names in label order. */
  readonly classes: readonly string[];
  readonly splits: { readonly train: SplitDescription; readonly test: SplitDescription | null };
  /** Of images and labels of all splits as they lie in memory. */
  readonly bytes: number;
  /** BLAKE3 over images and labels: equal data has equal hashes, whatever files it came from. */
  readonly hash: string;
  /** Of pixel / maximum over the training split, one number for each channel. */
  readonly mean: readonly number[];
  /** As `mean`: the population's standard deviation. */
  readonly std: readonly number[];
  readonly notes: readonly string[];
}

export interface SplitDescription {
  readonly images: number;
  /** Images of each class, in label order. */
  readonly perClass: readonly number[];
  readonly bytes: number;
}

export function describeDataset(dataset: Dataset): Description {
  const { name, shape, maximum, classes, train, test, notes } = dataset;
  const moments = channelMoments(dataset, identity(train.count));
  const splits = {
    train: describeSplit(train, classes.length),
    test: test && describeSplit(test, classes.length),
  };
  return {
    schema: 1,
    dataset: name,
    shape,
    maximum,
    classes,
    splits,
    bytes: splits.train.bytes + (splits.test?.bytes ?? 0),
    hash: dataHash(dataset),
    mean: moments.map(({ mean }) => mean / maximum),
    std: moments.map(({ deviation }) => deviation / maximum),
    notes,
  };
}

function describeSplit({ count, images, labels }: Split, classes: number): SplitDescription {
  return {
    images: count,
    perClass: countPerClass(labels, classes),
    bytes: images.byteLength + labels.byteLength,
  };
}

/** The same in words: a name and a text each. */
export function factsOf(description: Description): [name: string, text: string][] {
  const { shape, maximum, splits, mean, std, hash, notes } = description;
  const numbers = (values: readonly number[]) => values.map((value) => value.toFixed(4)).join(", ");
  const test = splits.test ? `, ${count(splits.test.images)} test` : "";
  return [
    ["images", `${count(splits.train.images)} train${test}`],
    ["shape", `${shape.height}x${shape.width}x${shape.channels}, values 0..${maximum}`],
    ["mean", `${numbers(mean)} of value / ${maximum} over the training split`],
    ["deviation", numbers(std)],
    ["memory", bytes(description.bytes)],
    ["content", hash],
    ...notes.map((note): [string, string] => ["note", note]),
  ];
}

/** How many of the labels are 0, 1, .. classes - 1. */
export function countPerClass(labels: ArrayLike<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < labels.length; i++) counts[labels[i]]++;
  return counts;
}
