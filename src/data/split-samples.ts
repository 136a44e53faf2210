/** The samples of a run: what it trains on, what chooses its weights, what it is tested on. */
import { dataError, usageError } from "../base/errors.js";
import { identity } from "../base/random.js";
import type { Dataset } from "./dataset.js";
import { readGroups } from "./groups.js";
import { samplesOf } from "./samples.js";
import { foldOf, holdBack, type splitOrders, stratifiedSubset } from "./split.js";

/** Samples by their numbers in the set (`samples.ts`), ascending. */
export interface SampleSplit {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  /** Where `--test` cut it from the training split; null where the set's own test split, or none, is meant. */
  readonly cutTest: Uint32Array | null;
}

/** The split that a run is tested on: cut from the training split, or the set's own; empty where there is neither. */
export const testSamples = (dataset: Dataset, { cutTest }: Pick<SampleSplit, "cutTest">): Uint32Array =>
  cutTest ?? samplesOf(dataset, "test");

/** What decides it: settings of `heddle train`, which the model file remembers. */
export interface SplitConfig {
  readonly test?: number | undefined;
  /** "2/5": the second of five parts is what is tested on. */
  readonly fold?: string | undefined;
  readonly subset?: number | undefined;
  /** `own`: the split that the set brings; where nobody says, that or a tenth. */
  readonly validation?: number | "own" | undefined;
  readonly validationSplit: (typeof splitOrders)[number];
  readonly groupBy?: string | undefined;
  readonly seed: number;
}

/** What is held back where nobody says: the split that the set brings for it, or a tenth. */
export const validationOf = ({ validation }: Pick<SplitConfig, "validation">, dataset: Dataset): number | "own" =>
  validation ?? (dataset.validation ? "own" : 0.1);

/**
 * The test split first, then the subset, validation out of that. The test split does not depend on the seed: runs that
 * differ in it alone are tested on the same images. Throws `usageError` where the set has not what is asked for.
 */
export function splitSamples(dataset: Dataset, config: SplitConfig): SampleSplit {
  const { test, fold, subset, validationSplit: order, groupBy, seed } = config;
  const validation = validationOf(config, dataset);
  const { labels } = dataset.train;
  const classes = dataset.classes.length;
  if (dataset.train.count === 0) {
    throw dataError({ where: dataset.name, expected: "images to train on", got: "none" });
  }
  const own = validation === "own" ? ownValidation(dataset, groupBy, test !== undefined || fold !== undefined) : null;
  const groups = groupBy === undefined ? null : readGroups(groupBy, dataset);
  let indices: Uint32Array = identity(dataset.train.count);
  let cutTest: Uint32Array | null = null;
  if (test !== undefined || fold !== undefined) {
    const flag = test === undefined ? "--folds" : "--test";
    if (dataset.test) {
      const expected = "a data set without a test split of its own";
      const fix = fold === undefined ? "Leave --test out." : "--seeds repeats a run on the one that it has.";
      throw usageError({ where: flag, expected, got: dataset.name, fix });
    }
  }
  if (fold !== undefined) {
    const [part, of] = fold.split("/").map(Number);
    ({ held: cutTest, rest: indices } = foldOf(indices, labels, classes, { part, of, groups }));
  } else if (test !== undefined) {
    const rule = { amount: test, flag: "--test", order: "stratified", seed: 0, groups } as const;
    ({ held: cutTest, rest: indices } = holdBack(indices, labels, classes, rule));
  }
  if (subset !== undefined) indices = stratifiedSubset(indices, labels, classes, subset, seed);
  if (own) return { train: indices, validation: own, cutTest };
  const rule = { amount: Number(validation), flag: "--validation", order, seed, groups } as const;
  const { rest, held } = holdBack(indices, labels, classes, rule);
  return { train: rest, validation: held, cutTest };
}

function ownValidation(dataset: Dataset, groupBy: string | undefined, cutsTest: boolean): Uint32Array {
  if (!dataset.validation) {
    const expected = "a data set that brings a validation split";
    throw usageError({ where: "--validation own", expected, got: dataset.name, fix: "Give a share, as 0.1." });
  }
  if (groupBy !== undefined && !cutsTest) {
    const got = `the validation split that ${dataset.name} brings`;
    const fix = "Leave it out, or give --validation a share.";
    throw usageError({ where: "--group-by", expected: "a --validation for it to choose", got, fix });
  }
  return samplesOf(dataset, "validation");
}
