/**
 * `targets:PATH`, the layout of the DTU course: `train/` with images, and `train_targets.txt` with the class of each on a
 * line, in the order of their names. `test/` and `test_targets.txt`, `val/` and `val_targets.txt` where there are such splits.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { dataError } from "../base/errors.js";
import type { Finding } from "../base/finding.js";
import { type Order, sortedNames } from "../base/order.js";
import { reasonOf, wholeBytes } from "../base/read-file.js";
import { utf8Text } from "../base/utf8.js";
import { type DatasetScheme, imageFileSettings } from "./dataset.js";
import type { LeftOut } from "./images/left-out.js";
import type { ImageFile, ImageListing } from "./images/listing.js";
import type { FileTree } from "./images/tree.js";
import { pairing } from "./pairing.js";
import { type SplitName, splitOfFolder } from "./split-words.js";

export const targets: DatasetScheme = {
  name: "targets",
  summary: "your own images: PATH/train/*.png by name, and the class of each on a line of PATH/train_targets.txt",
  settings: imageFileSettings,
  looksLike: ({ names }) => names.some((name) => /_targets\.txt$/i.test(name)),
  async load(path, options) {
    const [{ loadImages }, { diskTree }] = await Promise.all([import("./images/load.js"), import("./images/tree.js")]);
    const tree = diskTree(path);
    return loadImages(`targets:${path}`, tree, await listTargets(tree, options.order), options);
  },
};

/** The images of one split, and what the list says of each. */
interface Listed {
  readonly names: readonly string[];
  readonly labels: readonly string[];
  readonly findings: readonly Finding[];
}

/**
 * Classes are the labels there are, gaps or not: numbers in their order, or names. Throws `dataError` where images and
 * lines differ in count, for an empty line, and where there is no training split.
 */
export async function listTargets(tree: FileTree, order: Order = "natural"): Promise<ImageListing> {
  const { LeftOut } = await import("./images/left-out.js");
  const { root } = tree;
  const leftOut = new LeftOut();
  const folders = tree.entries("").filter(({ kind, name }) => kind === "folder" && splitOfFolder(name));
  const found: Partial<Record<SplitName, Listed>> = {};
  for (const { name } of folders) {
    const split = splitOfFolder(name)!;
    const twin = folders.find((other) => other.name !== name && splitOfFolder(other.name) === split);
    if (twin) throw twice(root, split, [name, twin.name]);
    found[split] = await listSplit(tree, name, order, leftOut);
  }
  if (!found.train) throw dataError({ where: root, expected: "a folder train/ and train_targets.txt", got: "none" });
  const lists = Object.values(found);
  const classes = sortedNames(new Set(lists.flatMap(({ labels }) => labels)), "natural");
  const numbers = new Map(classes.map((name, label) => [name, label]));
  const filesOf = (listed: Listed | undefined): ImageFile[] | null =>
    listed?.names.map((name, i) => ({ name, label: numbers.get(listed.labels[i])! })) ?? null;
  return {
    classes,
    train: filesOf(found.train)!,
    validation: filesOf(found.validation),
    test: filesOf(found.test),
    findings: [...lists.flatMap(({ findings }) => findings), ...leftOut.finding()],
  };
}

async function listSplit(tree: FileTree, folder: string, order: Order, leftOut: LeftOut): Promise<Listed> {
  const { imagesIn } = await import("./images/listing.js");
  const { root } = tree;
  const inside = join(root, folder);
  const images = imagesIn(tree, folder, "plain", leftOut);
  if (images.length === 0) throw dataError({ where: inside, expected: "images", got: "none" });
  const file = `${folder}_targets.txt`;
  const path = [root, inside].map((place) => join(place, file)).find((place) => existsSync(place)) ?? join(root, file);
  const labels = readTargets(path);
  if (labels.length !== images.length) {
    const expected = `${images.length} lines, one for each image in ${inside}`;
    throw dataError({ where: path, expected, got: `${labels.length}` });
  }
  const names = sortedNames(images, order);
  return {
    names: names.map((name) => `${folder}/${name}`),
    labels,
    findings: pairing({ list: file, names, values: labels, order }),
  };
}

/** The class on each line: a whole number without leading zeros, or a name. */
function readTargets(path: string): string[] {
  let bytes: Uint8Array;
  try {
    bytes = wholeBytes(path);
  } catch (cause) {
    const expected = "a file with one class a line";
    throw dataError({ where: path, expected, got: reasonOf(cause), cause });
  }
  const lines = utf8Text(bytes, path)
    .replace(/^\ufeff/, "")
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trim().normalize("NFC"));
  return lines.map((line, i) => {
    const where = `${path}, line ${i + 1}`;
    if (line === "") throw dataError({ where, expected: "a class", got: "an empty line" });
    if (!/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(line)) return line;
    const number = /^\+?(\d+)(?:\.0*)?$/.exec(line)?.[1];
    if (number !== undefined) return `${BigInt(number)}`;
    throw dataError({ where, expected: "a class: a whole number from 0, or a name", got: line });
  });
}

const twice = (root: string, split: string, folders: readonly string[]) =>
  dataError({ where: root, expected: `one folder for the ${split} split`, got: folders.join("/ and ") });
