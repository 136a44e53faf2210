/**
 * Mistakes of a source document that a run makes again, so that what they cost can be measured. `src/repro` alone makes one:
 * no setting, net file or option of a program says the same. They are written into `run.json` and the model file.
 */
import { z } from "zod";
import type { Dataset } from "../data/dataset.js";
import type { Preprocessing } from "../data/preprocessing.js";
import { fitPreprocessing } from "../data/standardize.js";

export const mistakesSchema = z.strictObject({
  /** The net ends in a softmax, and the loss takes another. */
  doubledSoftmax: z.boolean(),
  /** Images of the test split become numbers by this standardization, those of training by another. */
  testStandardize: z.string(),
});

export type Mistakes = z.infer<typeof mistakesSchema>;

/** A value that this program alone can make. */
export class AsPublished {
  readonly mistakes: Mistakes;

  constructor(mistakes: Mistakes) {
    this.mistakes = mistakes;
  }
}

/** The preprocessing with what the mistake makes of test images. */
export function withTestUnits(
  preprocessing: Preprocessing,
  dataset: Dataset,
  train: ArrayLike<number>,
  mistakes: Mistakes | undefined,
): Preprocessing {
  if (!mistakes || preprocessing.kind !== "affine") return preprocessing;
  const other = fitPreprocessing(mistakes.testStandardize, dataset, train);
  if (other.kind !== "affine") return preprocessing;
  return { ...preprocessing, testAsPublished: { scale: other.scale, shift: other.shift } };
}

/** What another run takes of a model: its weights, not its mistake. */
export function withoutTestUnits(preprocessing: Preprocessing): Preprocessing {
  if (preprocessing.kind !== "affine" || !preprocessing.testAsPublished) return preprocessing;
  const { scale, shift, kind, standardize, height, width, channels, maximum } = preprocessing;
  return { standardize, height, width, channels, maximum, kind, scale, shift };
}

export const mistakesText = ({ doubledSoftmax, testStandardize }: Mistakes, standardize: string): string =>
  [
    "AS PUBLISHED, mistakes and all:",
    ...(doubledSoftmax ? ["the net ends in a softmax and the loss takes another;"] : []),
    `test images become numbers by ${testStandardize}, training images by ${standardize}.`,
  ].join(" ");
