/** `labels:FILE`: images beside a table of names and classes, as people and Hugging Face write them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { LoadOptions } from "../../src/data/dataset.js";
import { describeDataset } from "../../src/datatools/describe.js";
import { dataFolder, saying } from "./fixtures.js";
import { evidenceOf, open, pictureFolder, png } from "./pictures.js";

const images = { "1.png": png(10), "2.png": png(20), "10.png": png(30) };

interface Case {
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  /** Of the training split, in the order of the rows. */
  readonly names?: readonly string[];
  readonly classes?: readonly string[];
  readonly labels: readonly number[];
  readonly said?: readonly string[];
  readonly table?: string;
  readonly options?: LoadOptions;
}

const cases: Record<string, Case> = {
  "rows keep their order": {
    files: { ...images, "labels.csv": "file,label\n10.png,bee\n1.png,ant\n2.png,bee\n" },
    names: ["10.png", "1.png", "2.png"],
    labels: [1, 0, 1],
  },
  "no line of names, blanks between": {
    files: { ...images, "labels.csv": "1.png 1\n2.png 0\n10.png 1" },
    classes: ["0", "1"],
    labels: [1, 0, 1],
    said: ["The column column 2 was taken for the class"],
  },
  "names without their endings, numbers as a spreadsheet writes them": {
    files: { ...images, "labels.csv": ";id;breed\r\n0;1;10.0\r\n1;2;2.0\r\n2;10;10.0\r\n" },
    classes: ["2", "10"],
    labels: [1, 0, 1],
  },
  "JSON Lines": {
    files: {
      ...images,
      "metadata.jsonl": ["1", "2", "10"].map((n) => `{"file_name":"${n}.png","label":"${n}","caption":"a"}`).join("\n"),
    },
    classes: ["1", "2", "10"],
    labels: [0, 1, 2],
  },
  "backslashes, and the folder of another machine": {
    files: {
      "img/1.png": png(10),
      "img/2.png": png(20),
      "labels.csv": "path,label\nC:\\data\\img\\1.png,ant\nC:\\data\\img\\2.png,bee\n",
    },
    names: ["img/1.png", "img/2.png"],
    labels: [0, 1],
    said: ["lead elsewhere", "C:\\data\\img\\1.png is img/1.png"],
  },
  "one column a class": {
    files: { ...images, "labels.csv": "image,MEL,NV\n1,0.0,1.0\n2,1.0,0.0\n10,0.0,1.0" },
    classes: ["MEL", "NV"],
    labels: [1, 0, 1],
    said: ["Each column of 0 and 1"],
  },
  "the class that --label names": {
    files: { ...images, "labels.csv": "file,color,shape\n1.png,red,disc\n2.png,red,bar\n10.png,blue,bar\n" },
    classes: ["blue", "red"],
    labels: [1, 1, 0],
    options: { label: "color" },
  },
  "images that no row names, rows without a class, rows that stand twice": {
    files: { ...images, "3.png": png(1), "labels.csv": "file,label\n1.png,ant\n2.png,bee\n2.png,bee\n10.png,\n" },
    names: ["1.png", "2.png"],
    labels: [0, 1],
    said: ["1 row of labels.csv without a class", "1 row stands twice", "2 images without a class (10.png, 3.png 2)"],
  },
  "names in capitals that are small letters": {
    files: { ...images, "labels.csv": "file,label\nIMG\\10.PNG,bee\n1.Png,ant\n2.png,bee\n" },
    names: ["10.png", "1.png", "2.png"],
    labels: [1, 0, 1],
    said: ["in other letters, small or capital: IMG\\10.PNG is 10.png"],
  },
  "one number written in two ways": {
    files: { ...images, "labels.csv": "file,label\n10.png,01\n1.png,1\n2.png,2\n" },
    classes: ["1", "2"],
    labels: [0, 0, 1],
    said: ["Labels that are one number are one class, however they are written: 01 and 1."],
  },
  "a file that is not there, passed over": {
    files: { ...images, "labels.csv": "file,label\n1.png,ant\n2.png,bee\n3.png,ant\n" },
    names: ["1.png", "2.png"],
    labels: [0, 1],
    said: ["1 row whose file is not there (3.png)"],
    options: { skipBad: 1 },
  },
};

const load = (t: TestContext, { files, table = "", options }: Omit<Case, "labels">) => {
  const { root, cacheDir } = pictureFolder(t, files);
  return open(`labels:${join(root, table)}`, { cacheDir, ...options });
};

for (const [name, expected] of Object.entries(cases)) {
  test(`labels: ${name}`, async (t) => {
    const { dataset } = await load(t, expected);
    assert.deepEqual(dataset.classes, expected.classes ?? ["ant", "bee"]);
    assert.deepEqual([...dataset.train.labels], expected.labels);
    if (expected.names) assert.deepEqual(dataset.train.names, expected.names);
    const said = evidenceOf(dataset).join("\n");
    for (const part of expected.said ?? []) assert.ok(said.includes(part), `"${part}" is missing in: ${said}`);
  });
}

test("labels: splits by a column, by the names of tables, and by folders", async (t) => {
  const all = { ...images, "20.png": png(40) };
  const counts = async (files: Case["files"], table?: string) => {
    const { dataset } = await load(t, { files, ...(table && { table }) });
    return [dataset.train, dataset.test, dataset.validation].map((split) => split?.count ?? 0);
  };
  const column = "file,label,split\n1.png,ant,train\n2.png,bee,train\n10.png,ant,test\n20.png,bee,val\n";
  assert.deepEqual(await counts({ ...all, "labels.csv": column }, "labels.csv"), [2, 1, 1]);
  const tables = {
    "train.csv": "file,label\n1.png,ant\n2.png,bee\n10.png,bee",
    "test.csv": "file,label\n20.png,ant",
  };
  assert.deepEqual(await counts({ ...all, ...tables }), [3, 1, 0]);
  const folders = {
    "train/1.png": png(1),
    "train/2.png": png(2),
    "train/metadata.csv": "file_name,label\n1.png,ant\n2.png,bee",
    "test/1.png": png(3),
    "test/metadata.csv": "file_name,label\n1.png,bee",
  };
  assert.deepEqual(await counts(folders), [2, 1, 0]);
});

test("labels: of two files of one name the one in the folder of the split", async (t) => {
  const { dataset } = await load(t, {
    files: { "train/1.png": png(1), "test/1.png": png(9), "train/2.png": png(2), "train.csv": "id,breed\n1,a\n2,b" },
  });
  assert.deepEqual(dataset.train.names, ["train/1.png", "train/2.png"]);
});

const refused: Record<string, [table: string, ...parts: string[]]> = {
  "files that are not there": [
    "f,label\n1.png,a\n7.png,b\n8.png,b",
    "row 3",
    "2 that are missing (7.png, 8.png)",
    "--skip-bad 2",
  ],
  "one file under two classes": ["f,label\n1.png,a\n2.png,b\n1.png,b", "row 4", "1.png twice, as a", "and as b"],
  "two columns that could be the class": ["f,color,shape\n1.png,a,c\n2.png,b,c", "color, shape", "--label NAME"],
  "no class": ["file\n1.png\n2.png", "a column of classes", "no other than file"],
  "one class": ["f,label\n1.png,a\n2.png,a", "at least 2 classes"],
  "a ragged row": ["f,label\n1.png,a\n2.png,b,c", "row 3", "2 cells", "got 3"],
  "numbers alone": ["a,b,label\n5,6,1\n7,8,0", "names the image files", "csv:FILE"],
  "an empty table": ["", "names the image files"],
};

for (const [name, [table, ...parts]] of Object.entries(refused)) {
  test(`labels: refused: ${name}`, async (t) => {
    await assert.rejects(load(t, { files: { ...images, "labels.csv": table } }), saying(3, ...parts));
  });
}

test("labels: names in another encoding than UTF-8 are refused, in JSON Lines too", async (t) => {
  const table = Buffer.from("f,label\n1.png,café\n2.png,cafè\n", "latin1");
  await assert.rejects(load(t, { files: { ...images, "labels.csv": table } }), saying(3, "line 2", "text in UTF-8"));
  const lines = Buffer.from(
    '{"file_name": "1.png", "label": "café"}\n{"file_name": "2.png", "label": "cafè"}\n',
    "latin1",
  );
  await assert.rejects(
    load(t, { files: { ...images, "metadata.jsonl": lines } }),
    saying(3, "line 1", "text in UTF-8"),
  );
});

test("labels: a column that measures something, or that names the rows, is none of classes unless it is asked for", async (t) => {
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`${i}.png`, png(9 * i)]));
  const table = (head: string, cell: (i: number) => string) =>
    [head, ...Array.from({ length: 12 }, (_, i) => `${i}.png,${cell(i)}`)].join("\n");
  const ages = { ...many, "labels.csv": table("file,age", (i) => `${i % 3}.5`) };
  await assert.rejects(load(t, { files: ages }), saying(3, "row 2", "whole numbers or names", "got 0.5"));
  const captions = { ...many, "labels.csv": table("file,text", (i) => `picture ${i}`) };
  await assert.rejects(
    load(t, { files: captions }),
    saying(3, "that several images share", "another one for each image"),
  );
  const { dataset } = await load(t, { files: captions, options: { label: "text" } });
  assert.equal(dataset.classes.length, 12);
});

test("labels: where no file is there, nothing is passed over", async (t) => {
  const none = { ...images, "labels.csv": "file,label\na.png,ant\nb.png,bee\n" };
  await assert.rejects(load(t, { files: none }), ({ message }: Error) => !message.includes("--skip-bad"));
});

test("labels: places without a table, or with several", async (t) => {
  await assert.rejects(load(t, { files: images }), saying(3, "one table of file names and classes", "got none"));
  const two = { ...images, "a.csv": "f,label\n1.png,a", "b.csv": "f,label\n1.png,a" };
  await assert.rejects(load(t, { files: two }), saying(3, "got a.csv, b.csv", "labels:FILE"));
  await assert.rejects(load(t, { files: images, table: "none.csv" }), saying(3, "none.csv", "no such file"));
});

test("labels: columns that are not used are said once; boxes and lists of JSON Lines are no classes", async (t) => {
  const images = Object.fromEntries(
    ["train", "test"].flatMap((split) => [1, 2].map((i) => [`${split}/${i}.png`, png(9 * i)])),
  );
  const table = (split: string) => `file,width,label,label_id\n${split}/1.png,3,ant,0\n${split}/2.png,3,bee,1\n`;
  const root = dataFolder(t, { ...images, "train.csv": table("train"), "test.csv": table("test") });
  const { dataset } = await open(`labels:${root}`, { cacheDir: dataFolder(t) });
  const said = describeDataset(dataset).findings.map(({ evidence }) => evidence);
  assert.deepEqual(
    said.filter((text) => text.startsWith("Left out")),
    ["Left out: the columns width, label_id."],
  );
  const lines = [1, 2].map((i) => JSON.stringify({ file_name: `${i}.png`, objects: { category: [i] }, tags: [i] }));
  const boxes = dataFolder(t, { "1.png": png(1), "2.png": png(2), "metadata.jsonl": lines.join("\n") });
  await assert.rejects(open(`labels:${boxes}`), saying(3, "a column of classes beside that of the files"));
});
