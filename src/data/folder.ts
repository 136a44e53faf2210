/** `folder:PATH`: one folder of PNG or JPEG files for each class, with or without `train/` and `test/` above them. */
import type { DatasetScheme } from "./dataset.js";
import { ownDefaults } from "./own.js";

export const folder: DatasetScheme = {
  name: "folder",
  summary: "your own images: PATH/CLASS/*.png (or .jpg), or PATH/train/CLASS/… and PATH/test/CLASS/…",
  open: (path) => ({
    name: `folder:${path}`,
    summary: `the images below ${path}, one folder for each class`,
    embedded: false,
    ownImages: true,
    defaults: ownDefaults,
    async load(options) {
      const [{ listClassFolders }, { loadImages }] = await Promise.all([
        import("./images/listing.js"),
        import("./images/load.js"),
      ]);
      return loadImages(`folder:${path}`, path, listClassFolders(path), options);
    },
  }),
};
