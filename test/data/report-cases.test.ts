/** What the report cases load as, and what is said of them before training. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { LoadOptions } from "../../src/data/dataset.js";
import { describeDataset } from "../../src/datatools/describe.js";
import { dataFolder, saying } from "./fixtures.js";
import { evidenceOf, open } from "./pictures.js";

const root = fileURLToPath(new URL("../../../test/report-cases", import.meta.url));

interface Expected {
  readonly classes?: readonly string[];
  /** Images of train, test and validation. */
  readonly images: readonly [train: number, test?: number, validation?: number];
  readonly fit?: boolean;
  /** Each in what is found, noted, or told what to do. */
  readonly says?: readonly RegExp[];
}

const twoOrders = (split: string): string => `${root}/parquet/names-in-two-orders/${split}.parquet`;

const digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

const cases: Record<string, [name: string, expected: Expected, options?: LoadOptions]> = {
  "training-testing": ["folder:split-folder-names/training-testing", { images: [8, 4] }],
  "Train-Test": ["folder:split-folder-names/Train-Test", { images: [8, 4] }],
  "train-val": ["folder:split-folder-names/train-val", { images: [8, 0, 4] }],
  "train-valid-test": ["folder:split-folder-names/train-valid-test", { images: [8, 4, 4] }],
  "unlabelled-test": [
    "folder:split-folder-names/unlabelled-test",
    { classes: ["cat", "dog"], images: [8], says: [/Left out: 2 images without a class \(test\/ 2\)/] },
  ],
  "new photos": ["folder:classes-by-name/new-photos", { classes: ["ant", "bee", "cat"], images: [9] }],
  "16 bits holding 8": [
    "folder:wrong-range/16bit-holding-8",
    {
      images: [8],
      fit: false,
      says: [/All 8 images of the train split are one color/, /8 bits are used.*--maximum 255/],
    },
  ],
  "16 bits holding 8, told so": ["folder:wrong-range/16bit-holding-8", { images: [8] }, { maximum: 255 }],
  "16 bits holding 12": [
    "folder:wrong-range/16bit-holding-12",
    { images: [8], says: [/no value above 3,984 of 65,535: 12 bits are used.*--maximum 4095/] },
  ],
  "black on transparent": [
    "folder:wrong-range/black-on-transparent",
    { images: [8], says: [/8 images are transparent in parts: laid on white.*--paper black/] },
  ],
  "black on transparent, on black": [
    "folder:wrong-range/black-on-transparent",
    { images: [8], fit: false, says: [/All 8 images of the train split are one color/] },
    { paper: "black" },
  ],
  "zero or one": [
    "csv:wrong-range/zero-or-one.csv",
    { classes: ["0", "1", "2", "3"], images: [48], says: [/No value above 1 of 255.*--maximum 1/] },
  ],
  ...Object.fromEntries(
    ["index-column", "floats", "quoted"].map((name) => [
      `csv: ${name}`,
      [`csv:csv-layouts/${name}.csv`, { classes: ["0", "1", "2", "3"], images: [48] }],
    ]),
  ),
  "csv: the label in the first column": [
    "csv:csv-layouts/label-first-no-header.csv",
    { classes: ["0", "1", "2", "3"], images: [48], says: [/the first column was taken for the labels/] },
  ],
  "csv: the label in a column called digit": [
    "csv:csv-layouts/label-first-named-digit-bw.csv",
    { classes: ["0", "1", "2", "3"], images: [48], says: [/No value above 1 of 255/] },
  ],
  "csv: the label where it was told": [
    "csv:csv-layouts/label-first-no-header-bw.csv",
    { classes: ["0", "1", "2", "3"], images: [48], says: [/No value above 1 of 255/] },
    { label: "first" },
  ],
  "csv: names as labels": [
    "csv:csv-layouts/names-as-labels.csv",
    { classes: ["ant", "bee", "cat", "dog"], images: [48] },
  ],
  "csv: a competition's tables": [
    "csv:csv-layouts/kaggle",
    { classes: ["0", "1", "2", "3"], images: [48], says: [/test\.csv has no labels: its 8 images/] },
  ],
  "labels from 1": [
    "csv:label-gaps/from-1.csv",
    { classes: ["1", "2", "3", "4"], images: [48], says: [/Labels are 1, 2, 3, 4: 4 classes of these names/] },
  ],
  "labels with a gap": [
    "csv:label-gaps/skips-2.csv",
    { classes: ["0", "1", "3", "4"], images: [48], says: [/Labels are 0, 1, 3, 4: 4 classes of these names/] },
  ],
  "idx: names with dots": ["mnist", { classes: digits, images: [10, 10] }, { dataDir: `${root}/idx-files/dotted` }],
  "idx: gzip data under the unpacked names": [
    "mnist",
    { classes: digits, images: [10, 10] },
    { dataDir: `${root}/idx-files/gz-under-unpacked-name` },
  ],
  "idx: another set": [
    "mnist",
    { classes: digits, images: [10, 10], says: [/not the published files of mnist: 10 \+ 10 images/] },
    { dataDir: `${root}/idx-files/another-set` },
  ],
  "idx: labels of one's own": [
    "idx:idx-files/letters-from-1/mnist",
    { classes: ["1", "3", "5", "7", "9", "11", "13", "15", "17", "19"], images: [10, 10], says: [/Labels are 1, 3,/] },
  ],
  "parquet: labels as floats": ["parquet:parquet/float-labels.parquet", { classes: ["0", "1"], images: [4] }],
  "parquet: other columns": [
    "parquet:parquet/two-images.parquet",
    { classes: ["0", "1"], images: [4], says: [/Left out: the columns mask, caption\./] },
  ],
  "bad files, passed over": [
    "folder:bad-files",
    {
      images: [8],
      says: [
        /Passed over 4 images that do not decode: bee\/cut\.png, .*bee\/page\.jpg/,
        /2 files are not what their names say, .*: ant\/gif\.jpg \(GIF\), ant\/webp\.jpg \(WebP\)/,
      ],
    },
    { skipBad: 4 },
  ],
};

for (const [name, [set, expected, options = {}]] of Object.entries(cases)) {
  test(`report cases: ${name}`, async (t) => {
    const { classes = ["ant", "bee"], images, fit = true, says = [] } = expected;
    const cacheDir = dataFolder(t);
    const { dataset } = await open(set.replace(":", `:${root}/`), { ...options, cacheDir });
    const found = describeDataset(dataset);
    assert.deepEqual(found.classes, classes);
    const { train, test: tested, validation } = found.splits;
    const counts = [train.images, tested?.images ?? 0, validation?.images ?? 0];
    assert.deepEqual(counts, [...images, 0, 0].slice(0, 3));
    assert.equal(found.fit, fit);
    const text = [...found.notes, ...found.findings.map(({ evidence, fix }) => `${evidence} ${fix}`)].join("\n");
    for (const part of says) assert.match(text, part);
    if (says.length === 0) assert.doesNotMatch(found.findings.map(({ severity }) => severity).join(), /error/);
  });
}

test("report cases: a label that could be in two columns is asked for; a table of file names is called one", async () => {
  const table = (name: string) => open(`csv:${root}/csv-layouts/${name}.csv`);
  await assert.rejects(table("label-first-no-header-bw"), saying(3, "two columns", "--label first or --label last"));
  await assert.rejects(table("file-names"), saying(3, "lines of numbers", "img0.jpg, ant"));
});

test("report cases: parquet whose labels are lists, and parquet without a row, say so", async (t) => {
  const load = (name: string) => open(`parquet:${root}/parquet/${name}.parquet`, { cacheDir: dataFolder(t) });
  await assert.rejects(load("list-labels"), saying(3, "one class for each image in the column label", "got list"));
  await assert.rejects(load("no-rows"), saying(3, "no-rows.parquet: expected rows of images, got none"));
});

test("report cases: parquet files that have their classes in two orders mean the same ones by name", async (t) => {
  const { dataset } = await open(`parquet:${root}/parquet/names-in-two-orders`, { cacheDir: dataFolder(t) });
  assert.deepEqual(dataset.classes, ["ant", "bee", "cat"]);
  assert.deepEqual([...dataset.train.labels], [0, 1, 2, 0, 1, 2]);
  assert.deepEqual([...dataset.test!.labels], [2, 2, 1]);
});

test("report cases: parquet files of a test split alone are the set, which is said", async (t) => {
  const root = dataFolder(t, { "test-00000-of-00001.parquet": readFileSync(twoOrders("test")) });
  const { dataset } = await open(`parquet:${root}`, { cacheDir: dataFolder(t) });
  assert.deepEqual(
    [dataset.classes, [...dataset.train.labels]],
    [
      ["cat", "bee", "ant"],
      [0, 0, 1],
    ],
  );
  assert.match(evidenceOf(dataset).join(), /no other split than the test split/);
});

test("report cases: labels that the set has not name the way to take them", async () => {
  const loading = open("mnist", { dataDir: `${root}/idx-files/letters-from-1` });
  await assert.rejects(loading, saying(3, "train-labels-idx1-ubyte at byte 13", "0..9, got 11", "--dataset idx:"));
});

test("report cases: bad files are all listed, with what each is and the number that goes on", async (t) => {
  const cacheDir = dataFolder(t);
  const loading = () => open(`folder:${root}/bad-files`, { cacheDir });
  const parts = [
    "got 4 that do not. --skip-bad 4 goes on without them.",
    "bee/cut.png: a PNG image, cut at byte",
    "bee/empty.png: an empty file",
    "bee/lfs.png: a Git LFS pointer",
    "bee/page.jpg: a web page",
    "2 files are not what their names say, and are read as what they are: ant/gif.jpg (GIF), ant/webp.jpg (WebP).",
  ];
  // From the cache too, which keeps what reading found.
  for (let times = 0; times < 2; times++) await assert.rejects(loading(), saying(3, ...parts));
});
