/** Images that stand in a data set more than once, byte for byte. */
import { blake3 } from "../base/hash.js";
import type { Split } from "../base/shape.js";
import type { Dataset } from "../data/dataset.js";
import { imagesAt } from "./sheet.js";

export interface Duplicates {
  /** Images that stand in both splits: the test split is not new to a net that was trained on the other. */
  readonly across: readonly Copies[];
  /** Images that repeat an earlier one of the same split. */
  readonly inTrain: number;
  readonly inTest: number;
  /** Different images that stand under more than one label, wherever their copies are. */
  readonly contradictions: number;
}

/** Where one image stands: positions in each split, ascending. */
export interface Copies {
  readonly train: readonly number[];
  readonly test: readonly number[];
  /** The labels of all these places, each once, ascending. */
  readonly labels: readonly number[];
  /** The files of all these places, where samples come from files of their own. */
  readonly names?: readonly string[];
}

export function findDuplicates(dataset: Dataset): Duplicates {
  const places = new Map<string, { train: number[]; test: number[]; labels: Set<number> }>();
  for (const name of ["train", "test"] as const) {
    const split = dataset[name];
    if (!split) continue;
    for (const [index, key] of keysOf(split, dataset)) {
      let found = places.get(key);
      if (!found) places.set(key, (found = { train: [], test: [], labels: new Set() }));
      found[name].push(index);
      found.labels.add(split.labels[index]);
    }
  }
  const all = [...places.values()];
  const repeats = (split: "train" | "test") =>
    all.reduce((sum, copies) => sum + Math.max(0, copies[split].length - 1), 0);
  return {
    across: all
      .filter(({ train, test }) => train.length > 0 && test.length > 0)
      .map(({ train, test, labels }) => ({
        train,
        test,
        labels: [...labels].sort((a, b) => a - b),
        ...(dataset.train.names && { names: [...namesAt(dataset.train, train), ...namesAt(dataset.test, test)] }),
      })),
    inTrain: repeats("train"),
    inTest: repeats("test"),
    contradictions: all.filter(({ labels }) => labels.size > 1).length,
  };
}

/** A text for each image that no other image has. */
function* keysOf(split: Split, { shape }: Dataset): Generator<[index: number, key: string]> {
  for (let index = 0; index < split.count; index++) {
    yield [index, Buffer.from(blake3(imagesAt(split, shape, [index]))).toString("latin1")];
  }
}

const namesAt = (split: Split | null, indices: readonly number[]): string[] =>
  indices.map((index) => split?.names?.[index] ?? `${index}`);
