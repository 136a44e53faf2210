/** Which of a run's held-out images show what a training image shows, without being byte-equal: what `near-copies` tells of. */

import type { Measured } from "../../evidence/measured.js";
import { imageOf } from "../../evidence/measured.js";
import { askedSamples } from "../../inference/asked-samples.js";
import type { SplitName } from "../../metrics/score.js";
import type { MovedCopy } from "./find.js";
import { movedCopiesOf, recallMovedCopies } from "./kept.js";

export interface CopiesIn {
  readonly split: SplitName;
  readonly copies: readonly MovedCopy[];
}

/** MNIST's splits are 0.6e9 pairs, and take ten seconds or so; a hundred times more nobody would wait for. */
const mostPairs = 1e10;

/** Of each held-out split; `looking`: where nobody has looked before, too. Of what nobody has looked at it says nothing. */
export function copiesIn(measured: Measured, looking: boolean): CopiesIn[] {
  const { file, dataset, splits } = measured;
  if (!splits.some(({ name }) => name === "train")) return [];
  const { samples: trained } = askedSamples("train", file, dataset);
  return splits.flatMap(({ name }): CopiesIn[] => {
    if (name === "train") return [];
    const { samples: held } = askedSamples(name, file, dataset);
    const canLook = looking && trained.length * held.length <= mostPairs;
    const found = (canLook ? movedCopiesOf : recallMovedCopies)(dataset, trained, held) ?? [];
    const isEqual = (copy: MovedCopy): boolean =>
      Buffer.from(imageOf(measured, copy.held)).equals(imageOf(measured, copy.trained));
    const copies = found.filter((copy) => !isEqual(copy));
    return copies.length > 0 ? [{ split: name, copies }] : [];
  });
}
