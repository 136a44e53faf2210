/** The image files of a set and their classes, found by folders and names; no file is opened. */
import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { dataError } from "../../errors.js";
import { reasonOf } from "../../model/read-file.js";

export interface ImageFile {
  readonly path: string;
  /** Its path below the set's folder, with `/`. */
  readonly name: string;
  readonly label: number;
}

/** Class names in label order, and the files of both splits in the order of their samples. */
export interface ImageListing {
  readonly classes: readonly string[];
  readonly train: readonly ImageFile[];
  readonly test: readonly ImageFile[] | null;
}

const imageName = /\.(png|jpe?g)$/i;

/**
 * `ROOT/<class>/…` for a set without a split, or `ROOT/train/<class>/…` and `ROOT/test/<class>/…`. Classes, and the images
 * of each, come in the order of their names (by code units, not by locale); whatever begins with a dot is passed over, and so are files
 * that are no images by name. Throws `dataError` for a folder without classes, a class without images, one class alone,
 * and a class that only the test split has.
 */
export function listClassFolders(root: string): ImageListing {
  const folders = subfolders(root);
  // A class may be called "train": then its images lie in it.
  if (!folders.includes("train") || imagesIn(join(root, "train")).length > 0) {
    const classes = classesOf(root, folders);
    return { classes, train: filesOf(root, "", classes), test: null };
  }
  const classes = classesOf(join(root, "train"), subfolders(join(root, "train")));
  const train = filesOf(root, "train", classes);
  if (!folders.includes("test")) return { classes, train, test: null };
  const stranger = subfolders(join(root, "test")).find((name) => !classes.includes(name));
  if (stranger !== undefined) {
    const expected = `only classes that ${join(root, "train")} has (${classes.join(", ")})`;
    throw dataError({ where: join(root, "test"), expected, got: stranger });
  }
  const tested = classes.filter((name) => subfolders(join(root, "test")).includes(name));
  if (tested.length === 0) throw dataError({ where: join(root, "test"), expected: "class folders", got: "none" });
  return { classes, train, test: filesOf(root, "test", classes, tested) };
}

function classesOf(folder: string, classes: readonly string[]): readonly string[] {
  if (classes.length >= 2) return classes;
  const loose = entries(folder).some((entry) => imageName.test(entry.name));
  throw dataError({
    where: folder,
    expected: "at least 2 folders of images, one for each class",
    got: classes.length === 1 ? `one (${classes[0]})` : loose ? "images that lie in no folder" : "an empty folder",
    fix: "docs/data.md shows the layouts of folder:PATH and targets:PATH.",
  });
}

function filesOf(root: string, split: string, classes: readonly string[], present = classes): ImageFile[] {
  return present.flatMap((name) => {
    const folder = split === "" ? name : `${split}/${name}`;
    const label = classes.indexOf(name);
    const files = imagesUnder(root, folder).map((file) => ({ path: join(root, file), name: file, label }));
    if (files.length > 0) return files;
    const where = join(root, folder);
    throw dataError({ where, expected: `images of class ${name} (.png, .jpg, .jpeg)`, got: "none" });
  });
}

/** Names of the images below `root/folder`, folders in folders included, as paths below `root`, sorted. */
function imagesUnder(root: string, folder: string): string[] {
  const inside = entries(join(root, folder));
  const below = inside
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => imagesUnder(root, `${folder}/${name}`));
  return [...imagesOf(inside, join(root, folder)).map((name) => `${folder}/${name}`), ...below].sort(byCodeUnit);
}

/** Names of the images that lie in the folder itself, sorted. */
export const imagesIn = (folder: string): string[] => imagesOf(entries(folder), folder);

function imagesOf(inside: readonly Dirent[], folder: string): string[] {
  return inside
    .filter((entry) => imageName.test(entry.name) && is(entry, folder, "isFile"))
    .map((entry) => entry.name)
    .sort(byCodeUnit);
}

/** Names of the folders in a folder, sorted. */
function subfolders(folder: string): string[] {
  return entries(folder)
    .filter((entry) => is(entry, folder, "isDirectory"))
    .map((entry) => entry.name)
    .sort(byCodeUnit);
}

function entries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !name.startsWith("."));
  } catch (cause) {
    throw dataError({ where: folder, expected: "a folder of images", got: reasonOf(cause), cause });
  }
}

/** Links count as what they lead to; those that lead nowhere as nothing. */
function is(entry: Dirent, folder: string, kind: "isFile" | "isDirectory"): boolean {
  if (!entry.isSymbolicLink()) return entry[kind]();
  try {
    return statSync(join(folder, entry.name))[kind]();
  } catch {
    return false;
  }
}

/** Not by locale: the order decides labels and the order of samples, and must be the same on every machine. */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
