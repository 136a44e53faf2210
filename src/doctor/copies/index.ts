/** Which of a run's held-out images show what a training image shows, without being byte-equal: what `near-copies` tells of. */

import type { LoadEvent } from "../../data/dataset.js";
import type { Measured } from "../../evidence/measured.js";
import { imageOf } from "../../evidence/measured.js";
import { askedSamples } from "../../inference/asked-samples.js";
import type { SplitName } from "../../metrics/score.js";
import type { Look, MovedCopy } from "./find.js";
import { movedCopiesOf, recallMovedCopies } from "./kept.js";

export interface CopiesIn {
  readonly split: SplitName;
  readonly copies: readonly MovedCopy[];
}

/** MNIST's splits are 0.6e9 pairs, and take ten seconds or so; a hundred times more nobody would wait for. */
const mostPairs = 1e10;

/** Of each held-out split, looked for where nobody has before; of splits that are too large, what is known. */
export async function lookForCopies(measured: Measured, onEvent?: (event: LoadEvent) => void): Promise<CopiesIn[]> {
  const { dataset } = measured;
  const all: CopiesIn[] = [];
  for (const { split, trained, held } of heldOut(measured)) {
    const onLook = (done: number): void =>
      onEvent?.({ kind: "load", dataset: `${dataset.name}, copies`, done, total: held.length });
    const look = { trained, held, onLook };
    const canLook = trained.length * held.length <= mostPairs;
    all.push(...told(measured, split, canLook ? await movedCopiesOf(dataset, look) : recallMovedCopies(dataset, look)));
  }
  return all;
}

/** Of each held-out split, what a look found before; of what nobody has looked at it says nothing. */
export const knownCopies = (measured: Measured): CopiesIn[] =>
  heldOut(measured).flatMap(({ split, ...look }) => told(measured, split, recallMovedCopies(measured.dataset, look)));

interface HeldOut extends Look {
  readonly split: SplitName;
}

function heldOut({ file, dataset, splits }: Measured): HeldOut[] {
  if (!splits.some(({ name }) => name === "train")) return [];
  const { samples: trained } = askedSamples("train", file, dataset);
  const names = splits.map(({ name }) => name).filter((name) => name !== "train");
  return names.map((split) => ({ split, trained, held: askedSamples(split, file, dataset).samples }));
}

/** Without those that are byte-equal, which are told elsewhere. */
function told(measured: Measured, split: SplitName, found: readonly MovedCopy[] | null): CopiesIn[] {
  const isEqual = (copy: MovedCopy): boolean =>
    Buffer.from(imageOf(measured, copy.held)).equals(imageOf(measured, copy.trained));
  const copies = (found ?? []).filter((copy) => !isEqual(copy));
  return copies.length > 0 ? [{ split, copies }] : [];
}
