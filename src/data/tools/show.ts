/** A data set on one page: for each class its counts, its mean image, and a contact sheet. */
import { usageError } from "../../errors.js";
import type { Dataset } from "../dataset.js";
import { describeDataset } from "./describe.js";
import { type DatasetView, renderPage } from "./page.js";
import { contactSheet, imagesAt, meanImage, spread } from "./sheet.js";

export interface ShowOptions {
  readonly split: "train" | "test";
  /** Images of each class; some full rows of them unless given. */
  readonly perClass?: number | undefined;
}

/** How many screen pixels a tile's longer side takes at most, if it is not larger by itself. */
const tileSide = 64;
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
  const scale = Math.max(1, Math.floor(tileSide / Math.max(shape.height, shape.width)));
  const columns = Math.max(1, Math.floor(sheetWidth / ((shape.width + 1) * scale)));
  const members: number[][] = classes.map(() => []);
  for (const [i, label] of samples.labels.entries()) members[label].push(i);
  return {
    description: describeDataset(dataset),
    split,
    classes: classes.map((name, label) => {
      const shown = spread(members[label], perClass ?? sheetRows * columns);
      const sheet = contactSheet(imagesAt(samples, shape, shown), dataset, columns);
      return {
        label,
        name,
        mean: { image: meanImage(imagesAt(samples, shape, members[label]), dataset), scale },
        sheet: shown.length > 0 ? { image: sheet, scale } : null,
        shown: shown.length,
      };
    }),
  };
}
