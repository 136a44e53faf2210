/** A data set on one page: for each class its counts, its mean image, and a contact sheet. */
import { usageError } from "../../errors.js";
import type { Augmentation } from "../augment/augmentation.js";
import type { Dataset } from "../dataset.js";
import { resize } from "../formats/resize.js";
import { describeDataset } from "./describe.js";
import { drawImages } from "./draws.js";
import { type DatasetView, renderPage } from "./page.js";
import { contactSheet, imagesAt, meanImage, spread, toPicture } from "./sheet.js";

export interface ShowOptions {
  readonly split: "train" | "test";
  /** Images of each class; some full rows of them unless given. */
  readonly perClass?: number | undefined;
  /** Show what it makes of some images of each class, instead of a contact sheet: of the training split alone. */
  readonly augmentation?: Augmentation | null | undefined;
}

/** Small images are enlarged by a whole factor, to at most that many screen pixels a side. */
const smallSide = 64;
/** Larger ones are shrunk to it. */
const largeSide = 128;
/** Screen pixels that a sheet may be wide. */
const sheetWidth = 860;
const sheetRows = 3;
/** Draws beside each image, at most. */
const mostDraws = 11;

/** The page as HTML: one file that needs nothing else. Throws `usageError` where the set lacks the split. */
export function showDataset(dataset: Dataset, options: ShowOptions): string {
  return renderPage(viewDataset(dataset, options));
}

function viewDataset(dataset: Dataset, { split, perClass, augmentation }: ShowOptions): DatasetView {
  const { shape, classes } = dataset;
  const samples = dataset[split];
  if (augmentation && split !== "train") {
    throw usageError({ where: "--augment", expected: "--split train: no other split is ever augmented", got: split });
  }
  if (!samples) throw usageError({ where: "--split", expected: `train, which is all ${dataset.name} has`, got: split });
  const longer = Math.max(shape.height, shape.width);
  const shrink = Math.min(1, largeSide / longer);
  const size = {
    height: Math.max(1, Math.round(shape.height * shrink)),
    width: Math.max(1, Math.round(shape.width * shrink)),
    fit: "stretch",
  } as const;
  const scale = Math.max(1, Math.floor(smallSide / longer));
  const room = Math.max(1, Math.floor(sheetWidth / ((size.width + 1) * scale)));
  const columns = augmentation ? Math.max(2, Math.min(room, 1 + mostDraws)) : room;
  const members: number[][] = classes.map(() => []);
  for (const [i, label] of samples.labels.entries()) members[label].push(i);
  return {
    description: describeDataset(dataset),
    split,
    draws: augmentation ? columns - 1 : 0,
    classes: classes.map((name, label) => {
      const shown = spread(members[label], perClass ?? (augmentation ? sheetRows : sheetRows * columns));
      const originals = imagesAt(samples, shape, shown);
      const draws = augmentation ? drawImages(dataset, augmentation, shown, columns - 1) : [];
      const pictures = originals
        .flatMap((image, i): ArrayLike<number>[] => [image, ...(draws[i] ?? [])])
        .map((image) => resize(toPicture(image, dataset), size));
      const mean = meanImage(imagesAt(samples, shape, members[label]), dataset);
      return {
        label,
        name,
        mean: { image: resize(mean, size), scale },
        sheet: pictures.length > 0 ? { image: contactSheet(pictures, columns), scale } : null,
        shown: shown.length,
      };
    }),
  };
}
