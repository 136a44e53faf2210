/** `folder:PATH`: one folder of PNG or JPEG files for each class, with or without `train/` and `test/` above them. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type DatasetScheme, imageFileSettings } from "./dataset.js";

/** Folders of splits, of classes, and one around all; of each so many names tell. */
const [deepest, looked] = [3, 20];

export const folder: DatasetScheme = {
  name: "folder",
  summary: "your own images: PATH/CLASS/*.png (or .jpg, .webp …), or PATH/train/CLASS/… and PATH/test/CLASS/…",
  settings: imageFileSettings,
  // Beside a table they may be of another form.
  looksLike: ({ path, isFolder, names }) =>
    isFolder &&
    !names.some((name) => /\.(?:csv|tsv|txt|jsonl)$/i.test(name)) &&
    // Loose images have no classes.
    holdsImages(
      path,
      names.filter((name) => !name.includes(".")),
      deepest,
    ),
  async load(path, options) {
    const [{ listClassFolders }, { loadImages }, { diskTree }] = await Promise.all([
      import("./images/listing.js"),
      import("./images/load.js"),
      import("./images/tree.js"),
    ]);
    const tree = diskTree(path);
    return loadImages(`folder:${path}`, tree, listClassFolders(tree, options.order), options);
  },
};

function holdsImages(path: string, names: readonly string[], depth: number): boolean {
  return names.slice(0, looked).some((name) => {
    if (/\.(?:png|jpe?g|webp)$/i.test(name)) return true;
    if (depth === 0 || name.includes(".")) return false;
    try {
      return holdsImages(join(path, name), readdirSync(join(path, name)), depth - 1);
    } catch {
      return false; // no folder, or one that may not be read
    }
  });
}
