/** A data set on one page: for each class its counts, its mean image, and a contact sheet. */

import { parseAugmentation } from "../augment/index.js";
import { writeAtomically } from "../base/atomic-write.js";
import { usageError } from "../base/errors.js";
import { aText, checkOptions, choice, whole } from "../base/given.js";
import { settings } from "../config/given.js";
import type { Dataset } from "../data/dataset.js";
import { checkDataset } from "../data/given.js";
import { nearCopiesOf } from "../data/near-kept.js";
import { toPicture } from "../data/picture.js";
import { placeOf } from "../data/samples.js";
import type { SplitName } from "../data/split-words.js";
import { resize } from "../formats/resize.js";
import type { Augmentation } from "../kernels/changes/index.js";
import { viewCopies } from "./copies-view.js";
import { describeDataset } from "./describe.js";
import { drawImages } from "./draws.js";
import { histogramsOf } from "./histogram.js";
import { type DatasetView, renderPage } from "./page.js";
import { contactSheet, imagesAt, meanImage, spread } from "./sheet.js";

export interface ShowOptions {
  readonly split: SplitName;
  /** Images of each class; some full rows of them unless given. */
  readonly perClass?: number | undefined;
  /** Show what it makes of some images of each class, instead of a contact sheet: of the training split alone. */
  readonly augmentation?: Augmentation | null | undefined;
  /** Groups of images that show the same, where somebody has looked for them. */
  readonly near?: readonly (readonly number[])[] | undefined;
}

const pageChecks = {
  ...settings("augment"),
  path: aText,
  split: choice(["train", "test", "validation"]),
  perClass: whole(1, 2 ** 20),
};

/** Writes the page to `path`, or to a file of the set's name here; returns which. `augment` as `--augment` says it. */
export async function writeDataPage(dataset: Dataset, given: DataPageOptions): Promise<string> {
  checkDataset(dataset, "writeDataPage, data set");
  checkOptions("writeDataPage", given, pageChecks, ["split"]);
  const { path = `${fileName(dataset.name)}.html`, augment, ...options } = given;
  const augmentation = augment === undefined ? null : parseAugmentation(augment, "--augment", dataset.shape);
  const near = await nearCopiesOf(dataset);
  writeAtomically(path, [Buffer.from(showDataset(dataset, { ...options, augmentation, near }))]);
  return path;
}

export interface DataPageOptions extends Omit<ShowOptions, "augmentation" | "near"> {
  readonly path?: string | undefined;
  readonly augment?: string | undefined;
}

/** The set's name, which may hold a path, as the name of a file here. */
const fileName = (name: string): string => name.replace(/[^\w.-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "") || "data";

/** Small images are enlarged by a whole factor, to at most that many screen pixels a side. */
const smallSide = 64;
/** Larger ones are shrunk to it. */
const largeSide = 128;
/** Screen pixels that a sheet may be wide. */
const sheetWidth = 860;
const sheetRows = 3;
/** Of more classes than that each gets a row, and not three. */
const manyClasses = 50;
/** Draws beside each image, at most. */
const mostDraws = 11;

/** The page as HTML: one file that needs nothing else. Throws `usageError` where the set lacks the split. */
export function showDataset(dataset: Dataset, options: ShowOptions): string {
  return renderPage(viewDataset(dataset, options));
}

function viewDataset(dataset: Dataset, { split, perClass, augmentation, near = [] }: ShowOptions): DatasetView {
  const { shape, classes } = dataset;
  const samples = dataset[split];
  if (augmentation && split !== "train") {
    throw usageError({ where: "--augment", expected: "--split train: no other split is ever augmented", got: split });
  }
  if (!samples) {
    const there = (["train", "test", "validation"] as const).filter((name) => dataset[name]);
    throw usageError({
      where: "--split",
      expected: `a split that ${dataset.name} has (${there.join(", ")})`,
      got: split,
    });
  }
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
  const rows = classes.length > manyClasses ? 1 : sheetRows;
  const drawn = (image: ArrayLike<number>) => ({ image: resize(toPicture(image, dataset), size), scale });
  const { groups, more } = viewCopies(dataset, near);
  return {
    description: describeDataset(dataset, near),
    split,
    mean: { image: resize(meanImage(imagesAt(samples, shape, samples.labels.keys()), dataset), size), scale },
    histograms: histogramsOf(dataset, samples),
    copies: groups.map(({ kind, members }) => ({
      kind,
      members: members.map((member) => ({ ...member, figure: drawn(imageOf(dataset, member.sample)) })),
    })),
    moreCopies: more,
    draws: augmentation ? columns - 1 : 0,
    classes: classes.map((name, label) => {
      const shown = spread(members[label], perClass ?? (augmentation ? rows : rows * columns));
      const originals = imagesAt(samples, shape, shown);
      const draws = augmentation ? drawImages(dataset, augmentation, shown, columns - 1) : [];
      const pictures = originals
        .flatMap((image, i): ArrayLike<number>[] => [image, ...(draws[i] ?? [])])
        .map((image) => drawn(image).image);
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

function imageOf(dataset: Dataset, sample: number): Uint8Array {
  const { split, at } = placeOf(dataset, sample);
  return imagesAt(split, dataset.shape, [at])[0];
}
