/** What a data set holds, in figures: for `heddle data info`, and for whoever wants an overview before training. */
import { HeddleError } from "../base/errors.js";
import type { Finding } from "../base/finding.js";
import { identity } from "../base/random.js";
import type { ImageShape, Split } from "../base/shape.js";
import { bytes, count } from "../base/text.js";
import { checkData, checkDataMeanwhile } from "../data/checks/index.js";
import { countLabels } from "../data/count-labels.js";
import { dataHash } from "../data/data-hash.js";
import type { Dataset } from "../data/dataset.js";
import { checkDataset } from "../data/given.js";
import { samplesOf } from "../data/samples.js";
import { type SampleSplit, type SplitConfig, splitSamples } from "../data/split-samples.js";
import { channelMoments } from "../data/standardize.js";

/** `heddle data info --json`, schema 1 (docs/data.md). */
export interface Description {
  readonly schema: 1;
  readonly dataset: string;
  readonly shape: ImageShape;
  /** The largest value a pixel can have. */
  readonly maximum: number;
  /** Class names in label order. */
  readonly classes: readonly string[];
  readonly splits: {
    readonly train: SplitDescription;
    readonly test: SplitDescription | null;
    /** Null where the set brings none. */
    readonly validation: SplitDescription | null;
  };
  /** Of images and labels of all splits as they lie in memory. */
  readonly bytes: number;
  /** BLAKE3 over images and labels: equal data has equal hashes, whatever files it came from. */
  readonly hash: string;
  /** Of pixel / maximum over the training split, one number for each channel. */
  readonly mean: readonly number[];
  /** As `mean`: the population's standard deviation. */
  readonly std: readonly number[];
  readonly notes: readonly string[];
  /** What a person should know of it, the gravest first: of the files, and of the split that training would make. */
  readonly findings: readonly Finding[];
  /** False where nothing can be learned from it. */
  readonly fit: boolean;
}

export interface SplitDescription {
  readonly images: number;
  /** Images of each class, in label order. */
  readonly perClass: readonly number[];
  readonly bytes: number;
}

type Near = readonly (readonly number[])[];

/**
 * `near`: groups of images that show the same (`nearCopies`), where somebody has looked for them. As a promise it is awaited last:
 * the addon looks in a thread of its own.
 */
export function describeDataset(dataset: Dataset, near?: Near | null): Description;
export function describeDataset(dataset: Dataset, near: Promise<Near>): Promise<Description>;
export function describeDataset(
  dataset: Dataset,
  near: Near | Promise<Near> | null = null,
): Description | Promise<Description> {
  checkDataset(dataset, "describeDataset, data set");
  const figures = figuresOf(dataset);
  const split = likelySplit(dataset);
  if (!(near instanceof Promise)) return withFindings(figures, checkData(dataset, split, defaults, near));
  return checkDataMeanwhile(dataset, split, defaults, near).then((findings) => withFindings(figures, findings));
}

type Figures = Omit<Description, "findings" | "fit">;

function figuresOf(dataset: Dataset): Figures {
  const { name, shape, maximum, classes, train, test, validation, notes } = dataset;
  const moments = channelMoments(dataset, identity(train.count));
  const splits = {
    train: describeSplit(train, classes.length),
    test: test && describeSplit(test, classes.length),
    validation: validation ? describeSplit(validation, classes.length) : null,
  };
  return {
    schema: 1,
    dataset: name,
    shape,
    maximum,
    classes,
    splits,
    bytes: splits.train.bytes + (splits.test?.bytes ?? 0) + (splits.validation?.bytes ?? 0),
    hash: dataHash(dataset),
    mean: moments.map(({ mean }) => mean / maximum),
    std: moments.map(({ deviation }) => deviation / maximum),
    notes,
  };
}

const withFindings = (figures: Figures, findings: readonly Finding[]): Description => ({
  ...figures,
  notes: figures.notes.filter((note) => !findings.some(({ evidence }) => evidence === note)),
  findings,
  fit: !findings.some(({ severity }) => severity === "error"),
});

const defaults: SplitConfig = { validationSplit: "stratified", seed: 0 };

/** The split that training makes where nobody says; of a set that cannot be split, all of it to train on. */
function likelySplit(dataset: Dataset): SampleSplit {
  try {
    return splitSamples(dataset, defaults);
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return { train: samplesOf(dataset, "train"), validation: samplesOf(dataset, "validation"), cutTest: null };
  }
}

function describeSplit({ count, images, labels }: Split, classes: number): SplitDescription {
  return {
    images: count,
    perClass: countLabels(labels, classes),
    bytes: images.byteLength + labels.byteLength,
  };
}

/** The same in words: a name and a text each. */
export function factsOf(description: Description): [name: string, text: string][] {
  const { shape, maximum, splits, mean, std, hash, notes } = description;
  const numbers = (values: readonly number[]) => values.map((value) => value.toFixed(4)).join(", ");
  const others = (["test", "validation"] as const).map((name) => {
    const split = splits[name];
    return split ? `, ${count(split.images)} ${name}` : "";
  });
  return [
    ["images", `${count(splits.train.images)} train${others.join("")}`],
    ["shape", `${shape.height}x${shape.width}x${shape.channels}, values 0..${maximum}`],
    ["mean", `${numbers(mean)} of value / ${maximum} over the training split`],
    ["deviation", numbers(std)],
    ["memory", bytes(description.bytes)],
    ["content", hash],
    ...notes.map((note): [string, string] => ["note", note]),
  ];
}
