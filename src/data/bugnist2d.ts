/**
 * BugNIST2D (DTU): projections of scanned bugs in 12 classes, 64 high and 32 wide, one folder of PNG files for each class,
 * named by the number and the code of the class: `train/00-AC/bug_….png`.
 */
import type { DatasetSource } from "./dataset.js";

export const bugnist2d: DatasetSource = {
  name: "bugnist2d",
  summary: "photographs of scanned bugs in 12 classes, 64x32 RGB (folders train/ and test/, one for each class)",
  embedded: false,
  ownImages: true,
  defaults: { model: "mlp:256-512-256", epochs: 15 },
  async load(options) {
    const { dataDir } = options;
    const { findFolder } = await import("./formats/files.js");
    const folder = findFolder("bugnist2d", dataDir, "train/ and test/ with one folder of images for each class");
    const [{ listClassFolders }, { loadImages }] = await Promise.all([
      import("./images/listing.js"),
      import("./images/load.js"),
    ]);
    const listing = listClassFolders(folder);
    // The number in front only keeps the folders in the order of the labels.
    const classes = listing.classes.map((name) => name.replace(/^\d+-/, ""));
    return loadImages("bugnist2d", folder, { ...listing, classes }, options);
  },
};
