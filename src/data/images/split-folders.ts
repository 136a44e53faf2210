/** Which of several folders are the splits of a set, by their names alone. */
import { namesSplit, type SplitName, splitOfFolder } from "../split-words.js";
import { type Folder, folderIn, newFolder } from "./folders.js";

export interface SplitFolder {
  readonly split: SplitName;
  readonly inside: Folder;
}

/**
 * Folders called as splits, as `train` and `test`; or, where that says of more folders what they are, those whose names are the
 * same but for the split: `seg_train` and `seg_test`, `train2017` and `val2017`, `train` and `test1`.
 */
export function splitFolders(folders: readonly Folder[]): SplitFolder[] {
  const plain = folders.flatMap((inside) => {
    const split = splitOfFolder(inside.name);
    return split ? [{ split, inside }] : [];
  });
  const groups = new Map<string, SplitFolder[]>();
  for (const inside of folders) {
    const named = namesSplit(inside.name);
    if (named) groups.set(named.rest, [...(groups.get(named.rest) ?? []), { split: named.split, inside }]);
  }
  const alike = [...groups.values()].filter(areSplits);
  return alike.length === 1 && alike[0].length > plain.length ? alike[0] : plain;
}

/** One of them is the training split, and none stands there twice. */
const areSplits = (group: readonly SplitFolder[]): boolean =>
  group.length > 1 &&
  group.some(({ split }) => split === "train") &&
  new Set(group.map(({ split }) => split)).size === group.length;

/**
 * `cat_train`, `cat_test`, `dog_train`, `dog_test`: folders of images whose names say class and split, as folders of splits with
 * the classes in them; null where it is not so of all of them.
 */
export function splitsBesideClasses(folder: Folder): Folder | null {
  const turned = newFolder("", folder.path);
  const seen = new Map<string, Set<SplitName>>();
  for (const inside of folder.folders.values()) {
    const named = inside.images.length > 0 ? namesSplit(inside.name) : null;
    if (!named || named.className === "" || seen.get(named.className)?.has(named.split)) return null;
    seen.set(named.className, (seen.get(named.className) ?? new Set()).add(named.split));
    const group = folderIn(turned, named.split);
    group.folders.set(named.className, { ...inside, name: named.className });
    group.count += inside.count;
  }
  const hasBoth = [...seen.values()].some((splits) => splits.has("train") && splits.size > 1);
  return hasBoth && seen.size > 1 ? turned : null;
}
