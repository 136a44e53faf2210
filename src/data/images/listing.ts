/** The image files of a set and their classes, found by folders and names; no file is opened. */
import type { Finding } from "../../base/finding.js";
import { type Order, sortedNames } from "../../base/order.js";
import type { SplitName } from "../split-words.js";
import { foldersOf } from "./folders.js";
import { layOut } from "./layout.js";
import { LeftOut } from "./left-out.js";
import type { FileTree } from "./tree.js";

export interface ImageFile {
  /** Its path below the root of the tree, with `/`. */
  readonly name: string;
  readonly label: number;
}

/** Class names in label order, and the files of each split in the order of their samples; null where there is no such split. */
export interface ImageListing {
  /** Of all splits together. */
  readonly classes: readonly string[];
  readonly train: readonly ImageFile[];
  readonly validation?: readonly ImageFile[] | null;
  readonly test: readonly ImageFile[] | null;
  /** What was left out, and what was taken for granted. */
  readonly findings?: readonly Finding[];
}

/** The splits in the order of their samples (`data/samples.ts`). */
export const splitOrder: readonly SplitName[] = ["train", "test", "validation"];

/** The files of all splits. */
export const filesOf = (listing: ImageListing): ImageFile[] => splitOrder.flatMap((split) => listing[split] ?? []);

/** `layout.ts` says which folders are understood. Throws `dataError` for a tree without class folders. */
export function listClassFolders(tree: FileTree, order: Order = "natural"): ImageListing {
  const leftOut = new LeftOut();
  return layOut(foldersOf(tree, leftOut), tree, leftOut, order);
}

/** Names of the images that lie in the folder itself, sorted; what else is there is counted. */
export function imagesIn(tree: FileTree, folder: string, order: Order, leftOut: LeftOut): string[] {
  const { images, folders } = foldersOf(tree, leftOut, folder);
  for (const { path, count } of folders.values()) leftOut.add("beside", `${path}/`, count);
  return sortedNames(images, order);
}
