/** Sets of a few small images for the checks of data to look at. */

import { Stream } from "../../src/base/random.js";
import type { Split } from "../../src/base/shape.js";
import { checkData } from "../../src/data/checks/index.js";
import type { Dataset } from "../../src/data/dataset.js";
import { type SplitConfig, splitSamples } from "../../src/data/split-samples.js";

const shape = { height: 2, width: 3, channels: 1 };
const bytes = 6;

/** Images are given by a number each: equal numbers are equal images, none of one color. */
export interface Sample {
  readonly label: number;
  readonly image: number | Uint8Array;
  readonly name?: string;
}
export const imageOf = (seed: number): Uint8Array => {
  const stream = new Stream(seed, "test");
  return Uint8Array.from({ length: bytes }, () => stream.below(256));
};

function splitOf(samples: readonly Sample[]): Split {
  const images = new Uint8Array(samples.length * bytes);
  for (const [i, { image }] of samples.entries())
    images.set(typeof image === "number" ? imageOf(image) : image, i * bytes);
  const names = samples.flatMap(({ name }) => name ?? []);
  return {
    count: samples.length,
    images,
    labels: Uint16Array.from(samples, ({ label }) => label),
    ...(names.length > 0 && { names }),
  };
}

/** `count` images of each of two classes, all different from those of another `start`. */
export const some = (count: number, start = 0): Sample[] =>
  Array.from({ length: 2 * count }, (_, i) => ({ label: i % 2, image: start + i }));
export const flat = (value: number): Uint8Array => new Uint8Array(bytes).fill(value);

export interface Given {
  readonly train: readonly Sample[];
  readonly test?: readonly Sample[];
  readonly validation?: readonly Sample[];
  readonly classes?: readonly string[];
  readonly set?: Partial<Dataset>;
  readonly config?: Partial<SplitConfig>;
  readonly near?: readonly (readonly number[])[];
}

export function check({
  train,
  test: tested,
  validation,
  classes = ["ant", "bee"],
  set = {},
  config = {},
  near,
}: Given) {
  const dataset: Dataset = {
    name: "folder:x",
    shape,
    classes,
    maximum: 255,
    train: splitOf(train),
    test: tested ? splitOf(tested) : null,
    ...(validation && { validation: splitOf(validation) }),
    notes: [],
    ...set,
  };
  const asked: SplitConfig = { validationSplit: "stratified", seed: 0, ...config };
  return { dataset, findings: checkData(dataset, splitSamples(dataset, asked), asked, near) };
}
