/** `csv:PATH`, and the set `digits` that is kept so: files and folders of tables as data sets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { digits } from "../../src/data/digits.js";
import { dataFolder, saying } from "./fixtures.js";
import { open } from "./pictures.js";

const line = (label: number) => `${"0,5,16,3,".repeat(16)}${label}\n`;
const csv = Array.from({ length: 1797 }, (_, i) => line(i % 10)).join("");
for (const [name, bytes] of [
  ["digits.csv.gz", gzipSync(csv)],
  ["digits.csv", Buffer.from(csv)],
] as const) {
  test(`digits: ${name} becomes 1437 + 360 images`, async (t) => {
    const dataset = await digits.load({ dataDir: dataFolder(t, { [`digits/${name}`]: bytes }) });
    assert.deepEqual([dataset.train.count, dataset.test?.count], [1437, 360]);
    assert.deepEqual(Array.from(dataset.train.images.subarray(0, 4)), [0, 5, 16, 3]);
    assert.deepEqual([dataset.train.labels[1436], dataset.test?.labels[0]], [6, 7]);
    assert.equal(dataset.test?.images.length, 360 * 64);
    assert.match(dataset.notes.join(), /last 360/);
  });
}

test("digits: a file of another length is refused", async (t) => {
  const dataDir = dataFolder(t, { "digits/digits.csv": csv.slice(line(0).length) });
  await assert.rejects(digits.load({ dataDir }), saying(3, "digits.csv", "1797 rows", "got 1796"));
});

test("digits: a truncated gzip and a bomb are refused", async (t) => {
  const packed = gzipSync(csv);
  const cut = dataFolder(t, { "digits/digits.csv.gz": packed.subarray(0, 200) });
  await assert.rejects(digits.load({ dataDir: cut }), saying(3, "digits.csv.gz at byte 200", "truncated"));
  const bomb = dataFolder(t, { "digits/digits.csv.gz": gzipSync(Buffer.alloc(20_000_000, "0,")) });
  await assert.rejects(digits.load({ dataDir: bomb }), saying(3, "digits.csv.gz at byte", "no more than"));
});

test("digits: a label that is no digit is refused", async (t) => {
  const dataDir = dataFolder(t, { "digits/digits.csv": csv.replace(/5\n/, "10\n") });
  await assert.rejects(digits.load({ dataDir }), saying(3, "digits.csv, row 6", "a label 0..9", '"10"'));
});

/** Rows of four pixels, whose first counts up. */
const rows = (...labels: (number | string)[]) => labels.map((label, i) => `${i},9,8,7,${label}\n`).join("");
const headed = (...labels: (number | string)[]) => `p0,p1,p2,p3,label\n${rows(...labels)}`;

test("csv:PATH: a file, packed or not, is a training split of square grey images", async (t) => {
  const packed = gzipSync(headed(1, 0, 1));
  const root = dataFolder(t, { "a.csv": headed(1, 0, 1), "b.csv.gz": packed, "c.csv": packed });
  for (const name of ["a.csv", "b.csv.gz", "c.csv"]) {
    const { dataset } = await open(`csv:${root}/${name}`);
    assert.deepEqual(dataset.shape, { height: 2, width: 2, channels: 1 });
    assert.deepEqual([dataset.classes, [...dataset.train.labels], dataset.test], [["0", "1"], [1, 0, 1], null]);
    assert.deepEqual([...dataset.train.images.subarray(4, 8)], [1, 9, 8, 7]);
  }
});

test("csv:PATH: labels beyond 65,535 are classes of their own", async (t) => {
  const root = dataFolder(t, { "a.csv": headed(0, 65536, 1, 65537, 65536) });
  const { dataset } = await open(`csv:${root}/a.csv`);
  assert.deepEqual(dataset.classes, ["0", "1", "65536", "65537"]);
  assert.deepEqual([...dataset.train.labels], [0, 2, 1, 3, 2]);
});

test("csv:PATH: a folder has its splits by the names of the files", async (t) => {
  const files = {
    "a_train.csv": headed(0, 1, 2),
    "a-test.csv.gz": gzipSync(headed(1)),
    "val.tsv": headed(2, 2).replaceAll(",", "\t"),
  };
  const root = dataFolder(t, { ...files, "sample_submission.csv": "id,label\n1,0\n", "notes.md": "" });
  const { dataset } = await open(`csv:${root}`, { imageSize: "1x4" });
  assert.deepEqual([dataset.shape.height, dataset.shape.width], [1, 4]);
  assert.deepEqual([dataset.train.count, dataset.test?.count, dataset.validation?.count], [3, 1, 2]);
  assert.match(dataset.notes.join(), /Left out of .*: sample_submission\.csv\./);
  await assert.rejects(open(`csv:${root}`, { imageSize: "3x3" }), saying(3, "9 pixels or 27 (RGB)", "got 4"));
  await assert.rejects(open(`csv:${root}`, { channels: 3 }), saying(3, "square", "3 channels", "--image-size"));
  const two = dataFolder(t, { "a_train.csv": headed(0, 1), "b_train.csv": headed(0, 1) });
  await assert.rejects(
    open(`csv:${two}`),
    saying(3, two, "one table for the training split", "a_train.csv, b_train.csv"),
  );
  const other = dataFolder(t, { "train.csv": headed(0, 1), "test.csv": "p0,p1,p2,p3,p4,label\n1,2,3,4,5,0\n" });
  await assert.rejects(open(`csv:${other}`), saying(3, "test.csv", "got 5"));
});

test("csv:PATH: a table of a test split alone is the set, which is said", async (t) => {
  const root = dataFolder(t, { "test.csv": headed(0, 1, 1), "notes.csv": "" });
  const { dataset } = await open(`csv:${root}`);
  assert.deepEqual([dataset.train.count, dataset.test], [3, null]);
  assert.match(dataset.notes.join(" "), /no other table of a split than test\.csv.* Left out of .*: notes\.csv/);
});

test("csv:PATH: tables in folders below are named, and labels in a table of their own", async (t) => {
  const kaggle = dataFolder(t, { "a_test/a_test.csv": headed(0, 1), "a_train/a_train.csv": headed(0, 1) });
  await assert.rejects(open(`csv:${kaggle}`), saying(3, "no table at all", `csv:${kaggle}/a_train/a_train.csv`));
  const apart = dataFolder(t, { "x_train.csv": headed(0, 1), "y_train.csv": "label\n0\n1\n" });
  await assert.rejects(open(`csv:${apart}`), saying(3, "x_train.csv, y_train.csv", "Labels are read from a column"));
});

test("csv:PATH: a test split in 0..1 beside a training split in 0..255 is refused", async (t) => {
  const unit = "p0,p1,p2,p3,label\n0,0.5,1,0.25,0\n0.5,0.5,1,0,1\n";
  const root = dataFolder(t, { "train.csv": headed(0, 1), "test.csv": unit });
  await assert.rejects(open(`csv:${root}`), saying(3, "test.csv, row 2, column 3", "as in the training split", "0..1"));
});

test("csv:PATH: labels that name the rows are none, unless they are asked for; one number in two spellings is said", async (t) => {
  const root = dataFolder(t, {
    "a.csv": headed(...Array.from({ length: 12 }, (_, i) => `row ${i}`)),
    "b.csv": headed("01", 1, 2, "02"),
  });
  await assert.rejects(open(`csv:${root}/a.csv`), saying(3, "name the classes", "12 different labels on 12 images"));
  assert.equal((await open(`csv:${root}/a.csv`, { label: "label" })).dataset.classes.length, 12);
  const { dataset } = await open(`csv:${root}/b.csv`);
  assert.deepEqual([...dataset.train.labels], [0, 0, 1, 1]);
  assert.match(dataset.notes.join(), /one class, however they are written: 01 and 1; 2 and 02\./);
});

test("csv:PATH: --image-size and --channels give the shape, --layout the order", async (t) => {
  const colors = { "a.csv": "1,2,3,4,5,6,0\n1,2,3,4,5,6,1\n" };
  const options = { imageSize: "1x2", label: "last" };
  const root = dataFolder(t, colors);
  const rgb = (await open(`csv:${root}/a.csv`, options)).dataset;
  assert.deepEqual(rgb.shape, { height: 1, width: 2, channels: 3 });
  assert.deepEqual([...rgb.train.images.subarray(0, 6)], [1, 2, 3, 4, 5, 6]);
  const planes = (await open(`csv:${root}/a.csv`, { ...options, layout: "planes" })).dataset;
  assert.deepEqual([...planes.train.images.subarray(0, 6)], [1, 3, 5, 2, 4, 6]);
  const tall = { imageSize: "2x3", channels: 1, label: "last", layout: "columns" } as const;
  const turned = (await open(`csv:${root}/a.csv`, tall)).dataset;
  assert.deepEqual([...turned.train.images.subarray(0, 6)], [1, 3, 5, 2, 4, 6]);
});

test("csv:PATH: EMNIST's files are turned upright by their names, and left by --layout rows", async (t) => {
  const root = dataFolder(t, {
    "emnist-letters-train.csv": "1,10,20,30,0\n2,11,21,31,0\n1,10,20,30,0\n2,11,21,31,0\n",
  });
  const { dataset } = await open(`csv:${root}`);
  assert.deepEqual(
    [dataset.classes, [...dataset.train.images.subarray(0, 4)]],
    [
      ["1", "2"],
      [10, 30, 20, 0],
    ],
  );
  assert.match(dataset.notes.join(), /turned upright/);
  const left = (await open(`csv:${root}`, { layout: "rows" })).dataset;
  assert.deepEqual([...left.train.images.subarray(0, 4)], [10, 20, 30, 0]);
});

test("csv:PATH: colors that lie in planes are suspected", async (t) => {
  const plane = (color: number) =>
    Array.from({ length: 64 }, (_, i) => color + (i % 8) + 2 * Math.floor(i / 8)).join(",");
  const image = (label: number) => `${label},${plane(10)},${plane(200)},${plane(90)}\n`;
  const root = dataFolder(t, { "a.csv": image(0) + image(1) });
  const options = { channels: 3, label: "first" } as const;
  assert.match((await open(`csv:${root}/a.csv`, options)).dataset.notes.join(), /--layout planes/);
  const planes = (await open(`csv:${root}/a.csv`, { ...options, layout: "planes" })).dataset;
  assert.deepEqual([planes.notes, [...planes.train.images.subarray(0, 3)]], [[], [10, 200, 90]]);
});

test("csv:PATH: labels are classes whatever they are", async (t) => {
  const classesOf = async (text: string) => {
    const { dataset } = await open(`csv:${dataFolder(t, { "a.csv": text })}/a.csv`);
    return { classes: dataset.classes, labels: [...dataset.train.labels], notes: dataset.notes.join() };
  };
  assert.deepEqual(await classesOf(headed("bee", "ant", "bee")), {
    classes: ["ant", "bee"],
    labels: [1, 0, 1],
    notes: "",
  });
  assert.deepEqual(await classesOf(headed("1.0", "0.0", "1.0")), { classes: ["0", "1"], labels: [1, 0, 1], notes: "" });
  const gaps = await classesOf(headed(10, 9, 2));
  assert.deepEqual(
    [gaps.classes, gaps.labels],
    [
      ["2", "9", "10"],
      [2, 1, 0],
    ],
  );
  assert.match(gaps.notes, /Labels are 2, 9, 10: 3 classes of these names\./);
  assert.deepEqual((await classesOf(headed(-1, 1, -1))).classes, ["-1", "1"]);
  const unknown = await classesOf(headed(-1, 1, 0, ""));
  assert.deepEqual(
    [unknown.classes, unknown.labels],
    [
      ["0", "1"],
      [1, 0],
    ],
  );
  assert.match(unknown.notes, /Left out: 2 images of .*a\.csv without a label \(-1, an empty label\)/);
});

test("csv:PATH: a test file without labels is no test split, and says so", async (t) => {
  for (const test of ["p0,p1,p2,p3\n1,2,3,4\n", headed(-1, -1)]) {
    const root = dataFolder(t, { "train.csv": headed(0, 1), "test.csv": test });
    const { dataset } = await open(`csv:${root}`);
    assert.equal(dataset.test, null);
    assert.match(dataset.notes.join(), /test\.csv.*no part of the set/);
  }
});

test("csv:PATH: a column divides one file into splits", async (t) => {
  const text = (column: string, ...cells: string[]) =>
    `label,p0,p1,p2,p3,${column}\n${cells.map((cell, i) => `${i % 2},${i},2,3,4,${cell}\n`).join("")}`;
  const load = async (content: string) => (await open(`csv:${dataFolder(t, { "a.csv": content })}/a.csv`)).dataset;
  const usage = await load(text("Usage", "Training", "Training", "PublicTest", "PrivateTest", "Training"));
  assert.deepEqual([usage.train.count, usage.validation?.count, usage.test?.count], [3, 1, 1]);
  assert.deepEqual([usage.test?.images[0], usage.validation?.images[0]], [3, 2]);
  const flag = await load(text("is_test", "0", "0", "1", "True", "false"));
  assert.deepEqual([flag.train.count, flag.validation, flag.test?.count], [3, null, 2]);
  const odd = load(text("split", "train", "train", "elsewhere"));
  await assert.rejects(odd, saying(3, "row 4", "the name of a split in the column split", '"elsewhere"'));
});

for (const [name, [text, ...parts]] of Object.entries<[string, ...string[]]>({
  "no labels": ["p0,p1,p2,p3\n1,2,3,4\n", "train.csv", "a label for each training image", "got none"],
  "labels that are all unknown": [headed(-1, -1), "a label for each training image", "no label that names a class"],
  "one class only": [headed(0, 0), "at least 2 classes", "one class (0)"],
  "labels that are measures": [headed(0.5, 1.25), "row 2", "whole numbers or names", "0.5"],
  "a test label that training lacks": [
    headed(0, 1),
    "test.csv, row 2",
    "a class that the training split has (0, 1)",
    '"2"',
  ],
  "a label of its own for every image": [
    headed(...Array.from({ length: 120 }, (_, i) => `a${i}`)),
    "120 different labels on 120 images",
    "--label",
  ],
})) {
  test(`csv:PATH: ${name}: refused`, async (t) => {
    const root = dataFolder(t, { "train.csv": text, "test.csv": headed(2) });
    await assert.rejects(open(`csv:${root}`), saying(3, root, ...parts));
  });
}

test("csv:PATH: what is not there is named", async (t) => {
  const root = dataFolder(t);
  await assert.rejects(open(`csv:${root}`), saying(3, root, "train.csv or train.csv.gz", "no table at all"));
  await assert.rejects(open(`csv:${root}/a.csv`), saying(3, `${root}/a.csv`, "a readable file", "no such file"));
});
