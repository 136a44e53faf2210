/**
 * The contract of a check of data: what a person should know before the first step. One file each, and one line in
 * `index.ts`. A check looks at a loaded set and at the split a run makes of it, and reports each kind of trouble once.
 */
import type { Finding } from "../../base/finding.js";
import { counted } from "../../base/text.js";
import type { Dataset } from "../dataset.js";
import { placeOf } from "../samples.js";
import type { SampleSplit, SplitConfig } from "../split-samples.js";

export interface CheckedData {
  readonly dataset: Dataset;
  /** What a run would train on, choose by and be tested on, and what asked for it. */
  readonly split: SampleSplit & { readonly test: Uint32Array };
  readonly config: SplitConfig;
  /** Of every sample of the set: its bytes, a view, and its label. */
  readonly images: readonly Uint8Array[];
  readonly labels: readonly number[];
  /** Groups of samples that show the same; null where nobody has looked for them. */
  readonly near: readonly (readonly number[])[] | null;
}

export interface DataCheck {
  readonly name: string;
  /** One line for the documentation: what it looks for. */
  readonly summary: string;
  run(data: CheckedData): Finding[];
}

/** The parts of a run's split, by name. */
export const partsOf = ({ split: { train, validation, test } }: CheckedData) =>
  [
    { name: "train", samples: train },
    { name: "validation", samples: validation },
    { name: "test", samples: test },
  ] as const;

/** How people call a sample: its file, or its place in the split it came in. */
export function nameOf(dataset: Dataset, sample: number): string {
  const { split, at } = placeOf(dataset, sample);
  if (split.names) return split.names[at];
  const name = split === dataset.train ? "train" : split === dataset.test ? "test" : "validation";
  return `${name} image ${at}`;
}

/** "1 image", "3 images". */
export const imageCount = (number: number): string => counted(number, "image");

/** Every byte is as the first: nothing can be seen on it. */
export const isOneColor = (image: Uint8Array): boolean => image.every((byte) => byte === image[0]);
