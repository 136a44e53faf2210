/** What folders mean whose meaning is plain to a person, and what is said of those that are not used. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { listClassFolders } from "../../src/data/images/listing.js";
import { saying } from "./fixtures.js";
import { memoryTree } from "./memory-tree.js";

/** Two images of each class named, in a folder. */
const ants = (folder: string, classes = ["ant", "bee"]): string[] =>
  classes.flatMap((name) => [1, 2].map((i) => `${folder}${folder && "/"}${name}/${i}.png`));

interface Expected {
  readonly classes?: readonly string[];
  readonly train?: number;
  readonly validation?: number;
  readonly test?: number;
  /** Each in what is said; nothing is said where none is given. */
  readonly said?: readonly (string | RegExp)[];
}

const understood: Record<string, [paths: readonly string[], expected: Expected]> = {
  "class folders": [ants(""), { train: 4 }],
  "training, testing": [[...ants("training"), ...ants("testing")], { train: 4, test: 4 }],
  "Train, Test": [[...ants("Train"), ...ants("Test")], { train: 4, test: 4 }],
  "TRAIN, VAL": [[...ants("TRAIN"), ...ants("VAL")], { train: 4, validation: 4 }],
  "train, valid, test": [[...ants("train"), ...ants("valid"), ...ants("test")], { train: 4, validation: 4, test: 4 }],
  "training_set, test_set, each in itself again": [
    [...ants("training_set/training_set"), ...ants("test_set/test_set")],
    { train: 4, test: 4, said: [/Everything in (training|test)_set\/ lies in/] },
  ],
  "train-images, dev": [[...ants("train-images"), ...ants("dev")], { train: 4, validation: 4 }],
  "a split inside of each class": [
    [...ants("ant", ["train", "test"]), ...ants("bee", ["train", "test", "val"])],
    { train: 4, test: 4, validation: 2 },
  ],
  "an outer folder": [ants("photos"), { train: 4, said: ["Everything lies in photos/: classes begin there."] }],
  "two outer folders around splits, and macOS's own": [
    [...ants("a/b/train"), ...ants("a/b/test"), "__MACOSX/a/b/train/ant/._1.png", ".DS_Store", "a/.DS_Store"],
    {
      train: 4,
      test: 4,
      said: ["Everything lies in a/b/", "3 files and folders of the system's own (.DS_Store 2, __MACOSX)"],
    },
  ],
  "classes whose only folder says nothing (Tiny ImageNet)": [
    ["train/n01/images/1.jpeg", "train/n01/n01_boxes.txt", "train/n02/images/2.jpeg", "val/images/3.jpeg", "wnids.txt"],
    {
      classes: ["n01", "n02"],
      train: 2,
      said: ["2 files of other formats (.txt 2)", "1 image without a class (val/)"],
    },
  ],
  "an unlabelled test folder": [
    [...ants("train"), "test/1.png", "test/2.png"],
    { train: 4, said: ["2 images without a class (test/ 2)"] },
  ],
  "folders beside train": [
    [...ants("train"), "extra/ant/9.png", "more/9.png", "9.png"],
    { train: 4, said: ["2 images in folders beside the splits (extra/, more/)", "1 image in no class folder (9.png)"] },
  ],
  "loose images and other files": [
    [...ants(""), "0.png", "ant/a.webpx", "ant/b.svg", "bee/c.svg", "README"],
    {
      train: 4,
      said: ["4 files of other formats (.svg 2, no ending 1, .webpx 1)", "1 image in no class folder (0.png)"],
    },
  ],
  "pictures of formats that are not read": [
    [...ants(""), "ant/3.bmp", "bee/3.HEIC", "bee/4.heic"],
    { train: 4, said: ["3 images of formats that are not read (.heic 2, .bmp 1)"] },
  ],
  "splits whose names say more (Intel's, a sign alphabet's)": [
    [...ants("seg_train/seg_train"), ...ants("seg_test/seg_test"), "seg_pred/seg_pred/1.png"],
    {
      train: 4,
      test: 4,
      said: ["seg_train/ for the training split", "1 image in a folder beside the splits (seg_pred/)"],
    },
  ],
  "a test folder without classes, named as itself": [
    [...ants("letters_train/letters_train"), "letters_test/letters_test/A_test.jpg"],
    { train: 4, said: ["letters_test/ for the test split", "1 image without a class (letters_test/)"] },
  ],
  "splits with numbers": [
    [...ants("1_train"), ...ants("2_val"), ...ants("3_test")],
    { train: 4, validation: 4, test: 4, said: ["2_val/ for the validation split"] },
  ],
  "splits of a year": [
    [...ants("train2017"), ...ants("val2017")],
    { train: 4, validation: 4, said: ["train2017/ for the training split"] },
  ],
  "class and split in one name": [
    ants("", ["ant_train", "ant_test", "bee (Test)", "bee (Train)"]),
    { train: 4, test: 4, said: ["Names of folders say class and split"] },
  ],
  "train beside train_small": [
    [...ants("train"), ...ants("train_small")],
    { train: 4, said: ["4 images in folders beside the splits (train_small/ 4)"] },
  ],
  "a class may be called as a split among others": [
    ants("", ["car", "test drive", "train"]),
    { classes: ["car", "test drive", "train"], train: 6 },
  ],
  "an empty class folder": [[...ants(""), "cat/"], { train: 4, said: ["1 folder without images (cat)"] }],
  "an empty test folder": [[...ants("train"), "test/"], { train: 4, said: ["1 folder without images (test)"] }],
  "folders inside a class belong to it": [[...ants(""), "ant/more/3.png"], { train: 5 }],
  "a class may be called train": [ants("", ["car", "train"]), { classes: ["car", "train"], train: 4 }],
  "classes of numbers, in their order": [ants("", ["10", "2", "1"]), { classes: ["1", "2", "10"], train: 6 }],
  "no training split": [[...ants("val"), ...ants("test")], { train: 0, validation: 4, test: 4 }],
  "a class of the test split alone": [
    [...ants("train"), ...ants("test", ["bee", "cat"])],
    { classes: ["ant", "bee", "cat"], train: 4, test: 4 },
  ],
  "a test split that writes classes in another case": [
    [...ants("train"), ...ants("test", ["Ant", "BEE"])],
    { train: 4, test: 4, said: ["writes Ant for class ant", "writes BEE for class bee"] },
  ],
  "one name in two Unicode forms, in two splits": [
    [...ants("train", ["caf\u00e9", "bar"]), ...ants("test", ["cafe\u0301", "bar"])],
    { classes: ["bar", "caf\u00e9"], train: 4, test: 4 },
  ],
  "one name in two Unicode forms, in one split": [
    ["caf\u00e9/1.png", "cafe\u0301/2.png", "bar/1.png"],
    { classes: ["bar", "caf\u00e9"], train: 3, said: ["two Unicode forms"] },
  ],
  "one class alone, to be asked about": [ants("", ["ant"]), { classes: ["ant"], train: 2 }],
  "every ending of images": [
    ["a/1.PNG", "a/2.Jpg", "a/3.jpeg", "b/4.JPEG", "b/5.jfif"],
    { classes: ["a", "b"], train: 5 },
  ],
};

for (const [name, [paths, expected]] of Object.entries(understood)) {
  test(`folders: ${name}`, () => {
    const { classes = ["ant", "bee"], said = [], ...counts } = expected;
    const listing = listClassFolders(memoryTree(paths));
    assert.deepEqual(listing.classes, classes);
    for (const split of ["train", "validation", "test"] as const) {
      assert.equal(listing[split]?.length, counts[split], split);
      for (const { name: file, label } of listing[split] ?? []) {
        const folders = file.normalize("NFC").toLowerCase().split("/");
        assert.ok(
          folders.some((folder) => folder.startsWith(listing.classes[label].toLowerCase())),
          `${file} is ${listing.classes[label]}`,
        );
      }
    }
    const text = (listing.findings ?? []).map(({ evidence }) => evidence).join("\n");
    for (const part of said) assert.ok(typeof part === "string" ? text.includes(part) : part.test(text), text);
    if (said.length === 0) assert.equal(text, "");
  });
}

const refused: Record<string, [paths: readonly string[], ...parts: string[]]> = {
  "nothing at all": [[], "folders of images, one for each class", "no image at all"],
  "images in no folder": [["1.png", "2.png"], "2 images that lie in no folder"],
  "files of other formats alone": [["ant/1.svg", "bee/2.svg"], "no image at all", "2 files of other formats (.svg 2)"],
  "two training splits": [[...ants("train"), ...ants("Training")], "one folder for the training split", "Training/"],
  "classes that are splits with loose images": [["train/1.png", "test/2.png"], "1 image that lies in no class folder"],
  "a train folder with loose images alone": [
    ["train/1.png", "train/2.png"],
    "set/train",
    "2 images that lie in no class",
  ],
  "classes in the names of files (a competition's train and test1)": [
    ["train/cat.0.jpg", "train/cat.1.jpg", "train/dog.0.jpg", "test1/1.jpg", "test1/2.jpg"],
    "set/train: expected folders of images",
    "3 images that lie in no class folder",
    "Their names begin with cat, dog: move those of each into a folder of its own.",
  ],
  "the same, each folder in itself again": [
    ["train/train/cat.0.jpg", "train/train/dog.0.jpg", "test1/test1/1.jpg"],
    "2 images that lie in no class folder",
  ],
  "splits of loose images (COCO's)": [
    ["train2017/1.jpg", "val2017/2.jpg", "annotations/instances_train2017.json"],
    "set/train2017: expected folders of images",
  ],
  "images and labels of detection": [
    ["train/images/1.jpg", "train/labels/1.txt", "valid/images/1.jpg", "data.yaml"],
    "set/train: expected folders of images",
  ],
  "images and masks": [["images/1.png", "masks/1.png"], "images beside what is marked on them (masks/)"],
  "images and masks (VOC's)": [
    ["JPEGImages/1.jpg", "SegmentationClass/1.png", "Annotations/1.xml"],
    "images beside what is marked on them (SegmentationClass/)",
  ],
  "images and masks of each split": [
    ["train/images/1.png", "train/masks/1.png", "test/images/2.png", "test/masks/2.png"],
    "images beside what is marked on them (test/masks/)",
  ],
  "pictures of other formats alone": [
    ["ant/1.bmp", "bee/2.bmp"],
    "no image at all",
    "2 images of formats that are not read (.bmp 2)",
    "Convert them to PNG or JPEG",
  ],
  "a level too many": [
    [...ants("fold1"), ...ants("fold2")],
    "set/fold1: expected images in each class folder",
    "folders alone (ant, bee), as in 1 other.",
    "folder:set/fold1",
  ],
  "a level too many in one class": [
    [...ants(""), "cat/x/1.png", "cat/y/2.png"],
    "set/cat",
    "folders alone (x, y), beside ant, bee.",
  ],
};

for (const [name, [paths, ...parts]] of Object.entries(refused)) {
  test(`folders: ${name} is refused`, () => {
    assert.throws(() => listClassFolders(memoryTree(paths)), saying(3, ...parts));
  });
}

test("folders: images come by class, then by name as people sort; --order plain by code units", () => {
  const tree = memoryTree(["b/1.png", "a/10.png", "a/9.png", "a/x2.png", "a/x10.png"]);
  const names = (order: "natural" | "plain") => listClassFolders(tree, order).train.map(({ name }) => name);
  assert.deepEqual(names("natural"), ["a/9.png", "a/10.png", "a/x2.png", "a/x10.png", "b/1.png"]);
  assert.deepEqual(names("plain"), ["a/10.png", "a/9.png", "a/x10.png", "a/x2.png", "b/1.png"]);
});
