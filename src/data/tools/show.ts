/** A data set on one page: for each class its counts, its mean image, and a contact sheet. */
import { usageError } from "../../errors.js";
import type { Dataset } from "../dataset.js";
import { resize } from "../formats/resize.js";
import { describeDataset } from "./describe.js";
import { type DatasetView, renderPage } from "./page.js";
import { contactSheet, imagesAt, meanImage, spread, toPicture } from "./sheet.js";

export interface ShowOptions {
  readonly split: "train" | "test";
  /** Images of each class; some full rows of them unless given. */
  readonly perClass?: number | undefined;
}

/** Small images are enlarged by a whole factor, to at most that many screen pixels a side. */
const smallSide = 64;
/** Larger ones are shrunk to it. */
const largeSide = 128;
/** Screen pixels that a sheet may be wide. */
const sheetWidth = 860;
const sheetRows = 3;

/** The page as HTML: one file that needs nothing else. Throws `usageError` where the set lacks the split. */
export function showDataset(dataset: Dataset, options: ShowOptions): string {
  return renderPage(viewDataset(dataset, options));
}

function viewDataset(dataset: Dataset, { split, perClass }: ShowOptions): DatasetView {
  const { shape, classes } = dataset;
  const samples = dataset[split];
  if (!samples) throw usageError({ where: "--split", expected: `train, which is all ${dataset.name} has`, got: split });
  const longer = Math.max(shape.height, shape.width);
  const shrink = Math.min(1, largeSide / longer);
  const size = {
    height: Math.max(1, Math.round(shape.height * shrink)),
    width: Math.max(1, Math.round(shape.width * shrink)),
    fit: "stretch",
  } as const;
  const scale = Math.max(1, Math.floor(smallSide / longer));
  const columns = Math.max(1, Math.floor(sheetWidth / ((size.width + 1) * scale)));
  const members: number[][] = classes.map(() => []);
  for (const [i, label] of samples.labels.entries()) members[label].push(i);
  return {
    description: describeDataset(dataset),
    split,
    classes: classes.map((name, label) => {
      const shown = spread(members[label], perClass ?? sheetRows * columns);
      const pictures = imagesAt(samples, shape, shown).map((image) => resize(toPicture(image, dataset), size));
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
