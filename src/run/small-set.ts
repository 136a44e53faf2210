/** What a small set of one's own is trained with where nobody says: a number of updates, and augmentation that suits its kind. */
import type { ImageShape } from "../base/shape.js";
import { count, counted } from "../base/text.js";
import type { TrainConfig } from "../config/schema.js";
import { type Border, bordersOf, usualBorder } from "../data/border.js";
import type { Dataset, DatasetSource } from "../data/dataset.js";

/** More images need neither. */
const mostSamples = 5000;
/** Fewer updates leave the loss falling; more epochs than that show each image too often. */
const [enoughUpdates, mostEpochs] = [400, 200];

/** As many epochs as make `enoughUpdates`, within bounds. */
export function epochsFor(samples: number, updatesPerEpoch: number, usual: number): number {
  if (samples > mostSamples) return usual;
  return Math.max(usual, Math.min(mostEpochs, Math.ceil(enoughUpdates / updatesPerEpoch)));
}

/**
 * Photographs may be mirrored. What is grey, or drawn on plain ground, may be a letter, which may not; moves, turns and zooms are
 * small enough for either.
 */
export function augmentFor(samples: number, { channels }: ImageShape, border: Border): string {
  if (samples > mostSamples) return "none";
  const isPhotograph = channels === 3 && usualBorder(border) === null;
  return isPhotograph ? "flip horizontal, shift 0.08, zoom 0.08" : "rotate 8deg, shift 0.08, zoom 0.08";
}

/** What was chosen, and by which flags it is said; null where nothing was. */
function choiceNote(
  samples: number,
  { epochs, updates, augment }: { epochs: number | null; updates: number; augment: boolean },
): string | null {
  const parts = [
    ...(epochs === null ? [] : [`${counted(epochs, "epoch")} of ${counted(updates, "update")} (--epochs)`]),
    ...(augment ? ["augmentation (--augment)"] : []),
  ];
  return parts.length === 0 ? null : `Chosen for a set of ${count(samples)} images: ${parts.join(", ")}.`;
}

interface Chosen {
  readonly epochs: number;
  readonly augment: string;
  readonly note: string | null;
}

/** What nobody asked for, by the set's defaults, or by what a small set holds. */
export function chooseBySize(
  { epochs, augment }: TrainConfig,
  { defaults }: Pick<DatasetSource, "defaults">,
  dataset: Dataset,
  { train, steps }: { readonly train: Uint32Array; readonly steps: number },
): Chosen {
  const samples = train.length;
  if (!defaults.bySize) return { epochs: epochs ?? defaults.epochs, augment: augment ?? "none", note: null };
  const suited = {
    epochs: epochsFor(samples, steps, defaults.epochs),
    augment: augmentFor(samples, dataset.shape, bordersOf(dataset, train)),
  };
  const note = choiceNote(samples, {
    epochs: epochs === undefined && suited.epochs > defaults.epochs ? suited.epochs : null,
    updates: steps,
    augment: augment === undefined && suited.augment !== "none",
  });
  return { epochs: epochs ?? suited.epochs, augment: augment ?? suited.augment, note };
}
