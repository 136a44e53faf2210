/**
 * What folders of images mean: which are splits, which are classes, and what is an archive's wrapping. By names and by
 * where images lie; no file is opened, so files in an archive are understood as those on disk are.
 *
 *   CLASS/…                           train/CLASS/… and test/CLASS/…, val/CLASS/…         CLASS/train/… and CLASS/test/…
 *
 * Each may lie in outer folders, around all or inside of each split.
 */
import { dataError, type HeddleError } from "../../base/errors.js";
import { type Finding, findingText, someOf } from "../../base/finding.js";
import { type Order, sortedNames } from "../../base/order.js";
import { counted } from "../../base/text.js";
import { type SplitName, splitOfFolder } from "../split-words.js";
import { type Folder, folderIn, imagesBelow, newFolder } from "./folders.js";
import type { LeftOut } from "./left-out.js";
import type { ImageFile, ImageListing } from "./listing.js";
import { type SplitFolder, splitFolders, splitsBesideClasses } from "./split-folders.js";
import type { FileTree } from "./tree.js";

/** Class folders of one split, by class name. */
type Classes = Map<string, string[]>;
type Splits = Partial<Record<SplitName, Classes>>;

/** How messages call what lies at a path, and how it is asked for. */
type Place = Pick<FileTree, "where" | "asFolder">;

/** Throws `dataError` for a tree that has no class folders, or whose folders could mean two things. */
export function layOut(tree: Folder, place: Place, leftOut: LeftOut, order: Order): ImageListing {
  const findings: Finding[] = [];
  const reading = new Reading(place, leftOut, findings);
  const splits = reading.splitsOf(reading.unwrap(reading.prune(tree)));
  joinSpellings(splits, findings);
  const classes = sortedNames(new Set(Object.values(splits).flatMap((split) => [...split.keys()])), order);
  const labels = new Map(classes.map((name, label) => [name, label]));
  const filesOf = (split: Classes | undefined): ImageFile[] =>
    classes.flatMap((name) =>
      sortedNames(split?.get(name) ?? [], order).map((file) => ({ name: file, label: labels.get(name)! })),
    );
  return {
    classes,
    train: filesOf(splits.train),
    validation: splits.validation ? filesOf(splits.validation) : null,
    test: splits.test ? filesOf(splits.test) : null,
    findings: [...findings, ...leftOut.finding()],
  };
}

/** Names of folders that say only that images lie in them. */
const plainNames = new Set(["images", "image", "imgs", "img", "photos", "pictures", "pics", "jpg", "jpeg", "png"]);

class Reading {
  readonly #tree: Place;
  readonly #leftOut: LeftOut;
  readonly #findings: Finding[];

  constructor(tree: Place, leftOut: LeftOut, findings: Finding[]) {
    this.#tree = tree;
    this.#leftOut = leftOut;
    this.#findings = findings;
  }

  /** The tree without folders that hold no image. */
  prune(folder: Folder): Folder {
    const kept = newFolder(folder.name, folder.path);
    kept.images.push(...folder.images);
    kept.count = folder.count;
    for (const inside of folder.folders.values()) {
      if (inside.count > 0) kept.folders.set(inside.name, this.prune(inside));
      else this.#leftOut.add("empty", inside.path);
    }
    return kept;
  }

  /** The folder in which something begins: past those that hold one folder and nothing else. */
  unwrap(folder: Folder): Folder {
    let begins = folder;
    for (let only = onlyFolder(begins); only && onlyFolders(only); only = onlyFolder(begins)) begins = only;
    if (begins !== folder && splitOfFolder(begins.name) !== "train") {
      const evidence = `Everything ${folder.path && `in ${folder.path}/ `}lies in ${begins.path}/: classes begin there.`;
      this.#findings.push({ id: "outer-folder", severity: "note", evidence, fix: "" });
    }
    return begins;
  }

  splitsOf(folder: Folder): Splits {
    const folders = [...folder.folders.values()];
    if (folders.length === 0) throw this.#noClasses(folder);
    const named = splitFolders(folders);
    const isSplit = named.some(({ split, inside }) => split === "train" && holdsClasses(inside));
    const areSplits = named.length === folders.length && named.some(({ inside }) => inside.folders.size > 0);
    if (isSplit || areSplits) return this.#bySplit(folder, named);
    // One class may be called "train"; folders that all are called as splits are none.
    if (named.length > 1 || named.length === folders.length) throw this.#unlabelledSplits(named);
    const turned = this.#insideOfClasses(folder) ?? this.#besideClasses(folder);
    return turned ?? { train: this.#classesOf(folder) };
  }

  #bySplit(folder: Folder, named: readonly SplitFolder[]): Splits {
    const splits: Splits = {};
    this.#sayUnusual(named);
    for (const { split, inside } of named) {
      const twin = named.find((other) => other.split === split && other.inside !== inside)?.inside;
      if (twin) throw this.#ambiguous(inside, twin, split);
      const begins = this.unwrap(inside);
      if (holdsClasses(begins)) splits[split] = this.#classesOf(begins);
      else this.#leftOut.add("unlabelled", `${inside.path}/`, inside.count);
    }
    if (Object.keys(splits).length === 0) throw this.#unlabelledSplits(named);
    for (const inside of folder.folders.values()) {
      if (named.every((split) => split.inside !== inside)) this.#leftOut.add("beside", `${inside.path}/`, inside.count);
    }
    for (const name of folder.images) this.#leftOut.add("loose", name);
    return splits;
  }

  #classesOf(folder: Folder): Classes {
    this.#refuseMarked([...folder.folders.values()]);
    const classes: Classes = new Map();
    const merged = new Map<string, string>();
    const deep: Folder[] = [];
    for (const inside of folder.folders.values()) {
      const begins = plainInside(inside);
      if (begins.images.length === 0) deep.push(inside);
      // One name in two Unicode forms is one name.
      const name = inside.name.normalize("NFC");
      const before = merged.get(name);
      if (before !== undefined) this.#sayMerged(name, inside);
      merged.set(name, inside.name);
      classes.set(name, [...(classes.get(name) ?? []), ...imagesBelow(begins)]);
    }
    if (deep.length > 0) throw this.#tooDeep(deep, folder);
    for (const name of folder.images) this.#leftOut.add("loose", folder.path === "" ? name : `${folder.path}/${name}`);
    return classes;
  }

  /** `CLASS/train/…`, `CLASS/test/…`: where every class holds nothing but splits. */
  #insideOfClasses(folder: Folder): Splits | null {
    const classes = [...folder.folders.values()];
    const inside = classes.flatMap(({ images, folders }) => (images.length > 0 ? [null] : [...folders.values()]));
    if (!inside.every((split) => split && splitOfFolder(split.name) && split.images.length > 0)) return null;
    const turned = newFolder("", folder.path);
    for (const { name, folders } of classes) {
      for (const split of folders.values()) {
        const group = folderIn(turned, splitOfFolder(split.name)!);
        group.folders.set(name, { ...split, name });
        group.count += split.count;
      }
    }
    return this.splitsOf(turned);
  }

  /** `cat_train`, `cat_test`: where every folder is called by its class and its split. */
  #besideClasses(folder: Folder): Splits | null {
    const turned = splitsBesideClasses(folder);
    if (!turned) return null;
    const evidence = `Names of folders say class and split (${someOf([...folder.folders.keys()])}): they were taken so.`;
    this.#findings.push({ id: "split-names", severity: "note", evidence, fix: "" });
    return this.splitsOf(turned);
  }

  /** Names that are not just those of splits are said with what they were taken for. */
  #sayUnusual(named: readonly SplitFolder[]): void {
    const unusual = named.filter(({ inside }) => !splitOfFolder(inside.name));
    if (unusual.length === 0) return;
    const taken = named.map(
      ({ split, inside }) => `${inside.path}/ for the ${split === "train" ? "training" : split} split`,
    );
    const evidence = `Folders were taken by their names: ${taken.join(", ")}.`;
    this.#findings.push({ id: "split-names", severity: "note", evidence, fix: "" });
  }

  /** `images/` beside `masks/`: what a set of another task has, whose folders are no classes. */
  #refuseMarked(folders: readonly Folder[]): void {
    const pictures = folders.find(({ name }) => /^(?:images?|imgs?|jpeg_?images)$/i.test(name));
    const marks = folders.find(({ name }) =>
      /^(?:(?:seg(?:mentation)?)?_?(?:masks?|class|object|labels?)|annotations?|ground_?truths?|gts?|labels?)$/i.test(
        name,
      ),
    );
    if (!pictures || !marks) return;
    throw dataError({
      where: this.#place(pictures),
      expected: "folders of images, one for each class",
      got: `images beside what is marked on them (${marks.path}/), as sets for detection and segmentation have them`,
      fix: "Heddle learns one class an image: give it a folder for each class.",
    });
  }

  #sayMerged(name: string, { path }: Folder): void {
    const evidence = `Two folders are called ${name}, in two Unicode forms (the other: ${path}): they are one class.`;
    this.#findings.push({ id: "unicode-forms", severity: "warning", evidence, fix: "" });
  }

  #place = ({ path }: Folder): string => this.#tree.where(path);

  #noClasses(folder: Folder): HeddleError {
    const loose = folder.images.length;
    const got = loose > 0 ? `${looseImages(loose)} in no folder` : "no image at all";
    const left = this.#leftOut.finding().map(findingText);
    return dataError({
      where: this.#place(folder),
      expected: "folders of images, one for each class",
      got,
      fix: [
        ...left,
        ...byName(folder.images),
        "docs/data.md shows the layouts of folder:PATH and of the other forms.",
      ].join(" "),
    });
  }

  #ambiguous(one: Folder, other: Folder, split: SplitName): HeddleError {
    return dataError({
      where: this.#tree.where(""),
      expected: `one folder for the ${split === "train" ? "training" : split} split`,
      got: `${one.path}/ and ${other.path}/`,
      fix: "Rename or move one of them.",
    });
  }

  #unlabelledSplits(named: readonly SplitFolder[]): HeddleError {
    const { inside: folder } = named.find(({ split }) => split === "train") ?? named[0];
    const names = [...imagesBelow(folder)];
    return dataError({
      where: this.#place(folder),
      expected: "folders of images, one for each class",
      got: `${looseImages(names.length)} in no class folder`,
      fix: ["Where a list says which class each is, docs/data.md shows how to name it.", ...byName(names)].join(" "),
    });
  }

  #tooDeep(deep: readonly Folder[], { folders }: Folder): HeddleError {
    const [first] = deep;
    const beside = [...folders.keys()].filter((name) => !deep.some((folder) => folder.name === name));
    const inside = sortedNames(first.folders.keys(), "natural");
    return dataError({
      where: this.#place(first),
      expected: "images in each class folder",
      got: `folders alone (${someOf(inside)})${deep.length > 1 ? `, as in ${counted(deep.length - 1, "other")}` : ""}${beside.length > 0 ? `, beside ${someOf(beside)}` : ""}`,
      fix: `That is a level too many: name the folder whose folders are the classes, as ${this.#tree.asFolder(first.path)}.`,
    });
  }
}

const looseImages = (number: number): string => counted(number, "image that lies", "images that lie");

/** What a folder holds, where that is one folder and nothing else. */
const onlyFolder = ({ images, folders }: Folder): Folder | undefined =>
  images.length === 0 && folders.size === 1 ? [...folders.values()][0] : undefined;

const onlyFolders = ({ images, folders }: Folder): boolean => images.length === 0 && folders.size > 0;

/** Folders that could be classes: with loose images beside them, one of them is not enough. */
function holdsClasses(folder: Folder): boolean {
  const [only] = folder.folders.size === 1 ? folder.folders.values() : [];
  if (folder.images.length > 0) return folder.folders.size > 1;
  return folder.folders.size > 0 && !(only && only.folders.size === 0 && saysNothing(only, folder));
}

/** A folder alone that is called as a split, as the folder around it, or by what every folder of images holds, is no class. */
const saysNothing = ({ name }: Folder, around: Folder): boolean =>
  plainNames.has(name.toLowerCase()) || splitOfFolder(name) !== null || name === around.name;

/** What to do with images whose names tell their classes apart: `cat.0.jpg`, `dog_12.png`. */
function byName(files: readonly string[]): string[] {
  const stems = files.map((file) => /([^/]*?)[\s._(-]*\d[^/]*$/.exec(file)?.[1] ?? "");
  const classes = [...new Set(stems)].sort();
  const tell = classes.length > 1 && classes.length <= 100 && classes.length < files.length;
  return tell && classes.every((stem) => /\p{L}/u.test(stem))
    ? [`Their names begin with ${someOf(classes)}: move those of each into a folder of its own.`]
    : [];
}

/** `cat/images/1.png`: a class whose only folder says nothing. */
function plainInside(folder: Folder): Folder {
  const only = onlyFolder(folder);
  return only && plainNames.has(only.name.toLowerCase()) ? only : folder;
}

/** `train/Cat` and `test/cat` are one class, unless a split has both. */
function joinSpellings(splits: Splits, findings: Finding[]): void {
  const { train } = splits;
  if (!train) return;
  for (const split of ["validation", "test"] as const) {
    for (const name of [...(splits[split]?.keys() ?? [])]) {
      if (train.has(name)) continue;
      const twins = [...train.keys()].filter((own) => own.toLowerCase() === name.toLowerCase());
      if (twins.length !== 1 || splits[split]!.has(twins[0])) continue;
      splits[split]!.set(twins[0], splits[split]!.get(name)!);
      splits[split]!.delete(name);
      const evidence = `The ${split} split writes ${name} for class ${twins[0]}: they are one class.`;
      findings.push({ id: "class-spelling", severity: "warning", evidence, fix: "" });
    }
  }
}
