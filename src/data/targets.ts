/**
 * `targets:PATH`, the layout of the DTU course: `train/` with images, and `train_targets.txt` with one whole number a
 * line, the class of each image in the order of their names. `test/` and `test_targets.txt` where there is a test split.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { dataError } from "../errors.js";
import { reasonOf } from "../model/read-file.js";
import type { DatasetScheme } from "./dataset.js";
import type { ImageFile, ImageListing } from "./images/listing.js";
import { ownDefaults } from "./own.js";

export const targets: DatasetScheme = {
  name: "targets",
  summary: "your own images: PATH/train/*.png by name, and a class number a line in PATH/train_targets.txt",
  open: (path) => ({
    name: `targets:${path}`,
    summary: `the images of ${join(path, "train")} and their classes`,
    embedded: false,
    ownImages: true,
    defaults: ownDefaults,
    async load(options) {
      const { loadImages } = await import("./images/load.js");
      return loadImages(`targets:${path}`, path, await listTargets(path), options);
    },
  }),
};

/** Throws `dataError` where images and numbers differ in count, and where the numbers are not 0..K-1. */
export async function listTargets(root: string): Promise<ImageListing> {
  const train = await listSplit(root, "train", null);
  const classes = train.reduce((most, { label }) => Math.max(most, label), 0) + 1;
  const test = existsSync(join(root, "test")) ? await listSplit(root, "test", classes) : null;
  return { classes: Array.from({ length: classes }, (_, label) => `${label}`), train, test };
}

async function listSplit(root: string, split: "train" | "test", classes: number | null): Promise<ImageFile[]> {
  const { imagesIn } = await import("./images/listing.js");
  const folder = join(root, split);
  const names = imagesIn(folder);
  if (names.length === 0) throw dataError({ where: folder, expected: "images (.png, .jpg, .jpeg)", got: "none" });
  const file = `${split}_targets.txt`;
  const path = [root, folder].map((place) => join(place, file)).find((place) => existsSync(place)) ?? join(root, file);
  // More classes than images cannot all have one.
  const labels = readTargets(path, classes ?? names.length);
  if (labels.length !== names.length) {
    const expected = `${names.length} numbers, one for each image in ${folder}`;
    throw dataError({ where: path, expected, got: `${labels.length}` });
  }
  return names.map((name, i) => ({ path: join(folder, name), name: `${split}/${name}`, label: labels[i] }));
}

/** One whole number below `classes` a line. */
function readTargets(path: string, classes: number): number[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const expected = "a file with one class number a line";
    throw dataError({ where: path, expected, got: reasonOf(cause), cause });
  }
  const lines = text.trimEnd().split(/\r?\n/);
  return lines.map((line, i) => {
    const label = /^\s*\d+\s*$/.test(line) ? Number(line) : Number.NaN;
    if (label < classes) return label;
    const where = `${path}, line ${i + 1}`;
    throw dataError({ where, expected: `a class number 0..${classes - 1}`, got: JSON.stringify(line) });
  });
}
