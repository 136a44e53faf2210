/**
 * BugNIST2D (DTU): projections of scanned bugs in 12 classes, 64 high and 32 wide, one folder of PNG files for each class,
 * named by the number and the code of the class: `train/00-AC/bug_….png`.
 */
import { type DatasetSource, imageFileSettings, type Published } from "./dataset.js";
import { ownDefaults } from "./own.js";

/** The first 400 images of each class in the original order to train on, the next 100 to test on. */
const published: Published = {
  files: [],
  folders: [
    {
      name: "train",
      files: 4800,
      bytes: 6976604,
      sha256: "a2843d1fac27e3535270aec7b081f5c347ef63e7f2afc34d76354e27c9fc3e1c",
    },
    {
      name: "test",
      files: 1200,
      bytes: 1744356,
      sha256: "37c2d981a485dbb0da2775136154423b4189fc72a9fed3905610280355554e8e",
    },
  ],
  mirrors: [],
  counts: { train: new Array<number>(12).fill(400), test: new Array<number>(12).fill(100) },
};

export const bugnist2d: DatasetSource = {
  name: "bugnist2d",
  summary: "photographs of scanned bugs in 12 classes, 64x32 RGB (folders train/ and test/, one for each class)",
  embedded: false,
  settings: imageFileSettings,
  defaults: ownDefaults,
  published,
  async load(options) {
    const { dataDir } = options;
    const { findFolder } = await import("../formats/files.js");
    const folder = findFolder("bugnist2d", dataDir, "train/ and test/ with one folder of images for each class");
    const [{ listClassFolders }, { loadImages }, { diskTree }] = await Promise.all([
      import("./images/listing.js"),
      import("./images/load.js"),
      import("./images/tree.js"),
    ]);
    const tree = diskTree(folder);
    const listing = listClassFolders(tree, options.order);
    // The number in front only keeps the folders in the order of the labels.
    const classes = listing.classes.map((name) => name.replace(/^\d+-/, ""));
    const dataset = await loadImages("bugnist2d", tree, { ...listing, classes }, options);
    const note =
      "Train and test are both cut from the published training part: two views of one bug may lie on both sides.";
    return { ...dataset, notes: [...dataset.notes, note] };
  },
};
