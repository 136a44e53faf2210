/** `folder:PATH`: one folder of PNG or JPEG files for each class, with or without `train/` and `test/` above them. */
import { type DatasetScheme, imageFileSettings } from "./dataset.js";

export const folder: DatasetScheme = {
  name: "folder",
  summary: "your own images: PATH/CLASS/*.png (or .jpg, .webp …), or PATH/train/CLASS/… and PATH/test/CLASS/…",
  settings: imageFileSettings,
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
