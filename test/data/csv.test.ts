import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { digits } from "../../src/data/digits.js";
import { parseCsv } from "../../src/data/formats/csv.js";
import { dataFolder, saying } from "./fixtures.js";
import { open } from "./pictures.js";

const options = { path: "some.csv", pixels: 3, maximum: 16, classes: 10 };
const parse = (text: string) => parseCsv(Buffer.from(text), options);

test("CSV: reads what was written, whatever ends the lines", () => {
  const row = fc.tuple(fc.nat(16), fc.nat(16), fc.nat(16), fc.nat(9));
  const end = fc.constantFrom("\n", "\r\n");
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), end, fc.boolean(), (rows, newline, closed) => {
      const split = parse(rows.map((cells) => cells.join(",")).join(newline) + (closed ? newline : ""));
      assert.equal(split.count, rows.length);
      assert.deepEqual(
        Array.from(split.images),
        rows.flatMap((cells) => cells.slice(0, 3)),
      );
      assert.deepEqual(
        Array.from(split.labels),
        rows.map((cells) => cells[3]),
      );
    }),
  );
});

test("CSV: a byte order mark is no pixel", () => {
  assert.deepEqual(parse("\ufeff1,2,3,4\n"), parse("1,2,3,4\n"));
});

test("CSV: other separators are named", () => {
  const semicolons = () => parseCsv(Buffer.from("1;0\n2;1\n"), { ...options, pixels: null });
  assert.throws(semicolons, saying(3, "some.csv", 'a line without a comma: "1;0"'));
});

const bad: Record<string, [text: string, ...parts: string[]]> = {
  "a short row": ["1,2,3,4\n1,2,3\n", "row 2", "4 numbers", "got 3"],
  "a long row": ["1,2,3,4,5\n", "row 1", "4 numbers", "got 5"],
  "an empty row": ["1,2,3,4\n\n1,2,3,4\n", "row 2", "got 1"],
  "a word": ["1,2,3,4\n1,x,3,4\n", "row 2, column 2", "a pixel 0..16", 'got "x"'],
  "an empty cell": ["1,,3,4\n", "row 1, column 2", 'got ""'],
  "a fraction": ["1,2.5,3,4\n", "row 1, column 2", 'got "2.5"'],
  "a negative pixel": ["-1,2,3,4\n", "row 1, column 1", 'got "-1"'],
  "a pixel out of range": ["1,2,17,4\n", "row 1, column 3", "a pixel 0..16", 'got "17"'],
  "a label out of range": ["1,2,3,4\n1,2,3,10\n", "row 2, column 4", "a label 0..9", 'got "10"'],
  "a huge number": [`1,2,3,${"9".repeat(400)}\n`, "row 1, column 4", "a label 0..9"],
};

for (const [name, [text, ...parts]] of Object.entries(bad)) {
  test(`CSV: ${name} is refused, by file and row`, () => {
    assert.throws(() => parse(text), saying(3, "some.csv", ...parts));
  });
}

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

test("CSV: names in the first line say where the label is; without them it comes last", () => {
  const open = { ...options, pixels: null, maximum: 255, classes: null };
  const first = parseCsv(Buffer.from("Label,p0,p1\n1,20,30\n0,40,50\n"), open);
  assert.deepEqual([[...first.labels], [...first.images], first.pixels], [[1, 0], [20, 30, 40, 50], 2]);
  const last = parseCsv(Buffer.from('"p0","p1","what"\n20,30,1\n40,50,0'), open);
  assert.deepEqual(
    [[...last.labels], [...last.images]],
    [
      [1, 0],
      [20, 30, 40, 50],
    ],
  );
  const bad = () => parseCsv(Buffer.from("label,p0\n1,20\n0,256\n"), open);
  assert.throws(bad, saying(3, "row 3, column 2", "a pixel 0..255", '"256"'));
  assert.throws(() => parseCsv(Buffer.from("label,p0\n"), open), saying(3, "lines of numbers", "none"));
  assert.throws(() => parseCsv(Buffer.from(""), open), saying(3, "lines of numbers", "none"));
});

const rows = (...labels: number[]) => labels.map((label, i) => `${i},${i + 1},${i + 2},${i + 3},${label}\n`).join("");

test("csv:PATH: a file, packed or not, is a training split of square grey images", async (t) => {
  const root = dataFolder(t, { "a.csv": rows(1, 0, 1), "b.csv.gz": gzipSync(rows(1, 0, 1)) });
  for (const name of ["a.csv", "b.csv.gz"]) {
    const { dataset } = await open(`csv:${root}/${name}`);
    assert.deepEqual(dataset.shape, { height: 2, width: 2, channels: 1 });
    assert.deepEqual([dataset.classes, [...dataset.train.labels], dataset.test], [["0", "1"], [1, 0, 1], null]);
    assert.deepEqual([...dataset.train.images.subarray(4, 8)], [1, 2, 3, 4]);
  }
});

test("csv:PATH: a folder has both splits; --image-size and --channels give the shape", async (t) => {
  const root = dataFolder(t, { "train.csv": rows(0, 1), "test.csv.gz": gzipSync(rows(1)) });
  const { dataset } = await open(`csv:${root}`, { imageSize: "1x4" });
  assert.deepEqual([dataset.shape.height, dataset.shape.width, dataset.test?.count], [1, 4, 1]);
  await assert.rejects(open(`csv:${root}`, { imageSize: "3x3" }), saying(3, "9 pixels or 27 (RGB)", "got 4"));
  await assert.rejects(open(`csv:${root}`, { channels: 3 }), saying(3, "square", "3 channels", "--image-size"));
  const colours = dataFolder(t, { "a.csv": "1,2,3,4,5,6,0\n1,2,3,4,5,6,1\n" });
  const rgb = (await open(`csv:${colours}/a.csv`, { imageSize: "1x2" })).dataset;
  assert.deepEqual(rgb.shape, { height: 1, width: 2, channels: 3 });
});

for (const [name, [text, ...parts]] of Object.entries<[string, ...string[]]>({
  "labels that begin at 1": [rows(1, 2, 1), "each class", "none of 0"],
  "one class only": [rows(0, 0), "at least 2 classes"],
  "a label that no class of so few images can have": [rows(0, 7), "row 2, column 5", "a label 0..1"],
  "a test label that training lacks": [rows(0, 1), "test.csv, row 1, column 5", "a label 0..1", '"2"'],
})) {
  test(`csv:PATH: ${name} is refused`, async (t) => {
    const root = dataFolder(t, { "train.csv": text, "test.csv": rows(2) });
    await assert.rejects(open(`csv:${root}`), saying(3, root, ...parts));
  });
}

test("csv:PATH: what is not there is named", async (t) => {
  const root = dataFolder(t);
  await assert.rejects(open(`csv:${root}`), saying(3, root, "train.csv or train.csv.gz", "neither"));
  await assert.rejects(open(`csv:${root}/a.csv`), saying(3, `${root}/a.csv`, "a readable file", "ENOENT"));
});
