import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { digits } from "../../src/data/digits.js";
import { parseCsv } from "../../src/data/formats/csv.js";
import { dataFolder, saying } from "./fixtures.js";

const options = { path: "some.csv", pixels: 3, maximum: 16, classes: 10 };

test("CSV: reads what was written, whatever ends the lines", () => {
  const row = fc.tuple(fc.nat(16), fc.nat(16), fc.nat(16), fc.nat(9));
  const end = fc.constantFrom("\n", "\r\n");
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), end, fc.boolean(), (rows, newline, closed) => {
      const split = parseCsv(rows.map((cells) => cells.join(",")).join(newline) + (closed ? newline : ""), options);
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
    assert.throws(() => parseCsv(text, options), saying(3, "some.csv", ...parts));
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
