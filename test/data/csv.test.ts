/** The reader of tables of images: every way in which they are written, and what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type CsvImages, type CsvOptions, parseCsv } from "../../src/formats/csv/parse.js";
import { saying } from "./fixtures.js";

const square: CsvOptions = { path: "some.csv", accepts: (n) => Number.isInteger(Math.sqrt(n)), maximum: 255 };
const parse = (text: string | Uint8Array, more: Partial<CsvOptions> = {}): CsvImages =>
  parseCsv(typeof text === "string" ? Buffer.from(text) : text, { ...square, ...more });
const last: Partial<CsvOptions> = { label: "last", accepts: (n) => n === 3, maximum: 16 };

/** Labels as they stand in the rows, and pixels. */
const contents = ({ labels, images, count }: CsvImages) => ({
  count,
  labels: labels && Array.from(labels.of, (text) => labels.texts[text]),
  images: Array.from(images),
});

test("CSV: reads what was written, whatever ends the lines", () => {
  const row = fc.tuple(fc.nat(16), fc.nat(16), fc.nat(16), fc.nat(9));
  const end = fc.constantFrom("\n", "\r\n", "\r");
  const separator = fc.constantFrom(",", ";", "\t", "|", " ", ", ");
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 20 }),
      end,
      separator,
      fc.boolean(),
      (rows, newline, mark, closed) => {
        const text = rows.map((cells) => cells.join(mark)).join(newline) + (closed ? newline : "");
        assert.deepEqual(contents(parse(text, last)), {
          count: rows.length,
          labels: rows.map((cells) => `${cells[3]}`),
          images: rows.flatMap((cells) => cells.slice(0, 3)),
        });
      },
    ),
    { seed: 1 },
  );
});

/** Four pixels and a label in each of three rows, written in one way or another. */
const table = { count: 3, labels: ["0", "1", "0"], images: [1, 2, 3, 4, 5, 6, 7, 255, 9, 10, 11, 12] };
const names = "p0,p1,p2,p3,label";
const plain = "1,2,3,4,0\n5,6,7,255,1\n9,10,11,12,0\n";
const utf16 = (text: string, big = false): Buffer => {
  const bytes = Buffer.from(`\ufeff${text}`, "utf16le");
  return big ? bytes.swap16() : bytes;
};
const same: Readonly<Record<string, string | Buffer>> = {
  "names in the first line": `${names}\n${plain}`,
  "a byte order mark": `\ufeff${names}\n${plain}`,
  "UTF-16, little end first": utf16(`${names}\n${plain}`),
  "UTF-16, big end first": utf16(`${names}\n${plain}`, true),
  "blank lines before the first": `\n\r\n${names}\n${plain}`,
  "columns before rows in the names, in columns": "x0y0,x0y1,x1y0,x1y1,label\n1,3,2,4,0\n5,7,6,255,1\n9,11,10,12,0\n",
  "column and row in words": "col0_row1,col1_row1,col0_row0,col1_row0,label\n3,4,1,2,0\n7,255,5,6,1\n11,12,9,10,0\n",
  "every cell in quotes": `${names}\n${plain}`.replace(/[^,\n]+/g, '"$&"'),
  semicolons: `${names}\n${plain}`.replaceAll(",", ";"),
  tabs: `${names}\n${plain}`.replaceAll(",", "\t"),
  "sep= as spreadsheets write it": `sep=;\n${names}\n${plain}`.replaceAll(",", ";"),
  "decimal commas": `${names}\n${plain}`
    .replaceAll(",", ";")
    .replace(/\d+(?=;)/g, (n) => `${n},0`)
    .replace("p0,0", "p0")
    .replace(/p(\d),0/g, "p$1"),
  "points and zeros": `${names}\n${plain}`.replace(/(?<![p\d])\d+(?=,)/g, "$&.0"),
  "powers of ten, as numpy's savetxt": `${names}\n${plain}`
    .replaceAll(",", " ")
    .replace(/(?<![p\d])\d+/g, (n) => Number(n).toExponential(18)),
  "names behind a #": `# ${names}\n${plain}`,
  "pandas' index column": `,${names}\n${plain.replace(/^(?=\d)/gm, "7,")}`,
  "pandas' index column, named": `Unnamed: 0,${names}\n${plain.replace(/^(?=\d)/gm, "7,")}`,
  "the label first": "label,p0,p1,p2,p3\n0,1,2,3,4\n1,5,6,7,255\n0,9,10,11,12\n",
  "the label in the middle": "p0,p1,label,p2,p3\n1,2,0,3,4\n5,6,1,7,255\n9,10,0,11,12\n",
  "a label of another name": `p0,p1,p2,p3,what\n${plain}`,
  "pixels named by row and column, out of order": "label,2x2,1x1,2x1,1x2\n0,4,1,3,2\n1,255,5,7,6\n0,12,9,11,10\n",
  "names that no number tells apart": `a,b,c,d,class\n${plain}`,
  "pixels named by column and row, as they lie": `px_0_0,px_1_0,px_0_1,px_1_1,label\n${plain}`,
  "a comma at the end of every line": `${names},\n${plain}`.replaceAll("\n", ",\n").replace(",,", ","),
  "a pixel list in one cell": 'emotion,pixels\n0,1 2 3 4\n1,"5 6 7 255"\n0,"[9, 10, 11, 12]"\n',
};
for (const [how, text] of Object.entries(same)) {
  test(`CSV: ${how}`, () => {
    const found = contents(parse(text));
    assert.deepEqual({ ...found, labels: found.labels!.map((label) => `${Number(label)}`) }, table);
  });
}

test("CSV: names say the order by number, not by letters, and colors go side by side", () => {
  const pixels = Array.from({ length: 16 }, (_, i) => i);
  const shuffled = [...pixels].sort();
  shuffled.sort((a, b) => (`p${a}` < `p${b}` ? -1 : 1));
  const text = `${shuffled.map((i) => `p${i}`).join(",")},y\n${shuffled.join(",")},1\n`;
  assert.deepEqual([...parse(text).images], pixels);
  const rgb = "r0,r1,r2,r3,g0,g1,g2,g3,b0,b1,b2,b3,label\n1,2,3,4,11,12,13,14,21,22,23,24,0\n";
  const found = parse(rgb, { accepts: (n) => n === 12 });
  assert.deepEqual([...found.images], [1, 11, 21, 2, 12, 22, 3, 13, 23, 4, 14, 24]);
});

test("CSV: numbers as names are names, and no image", () => {
  const row = (first: number) => Array.from({ length: 16 }, (_, i) => first + i).join(",");
  const rows = `${row(20)},0\n${row(40)},1\n${row(60)},0\n${row(60)},1\n`;
  assert.equal(parse(`${row(0)},16\n${rows}`).count, 4);
  assert.equal(parse(`${row(1)},17\n${rows}`).count, 4);
  assert.deepEqual(contents(parse(`label,${row(0)}\nant,${row(20)}\nbee,${row(9)}\n`)).labels, ["ant", "bee"]);
  // As pandas writes a file whose first image it took for names.
  const mangled = `3,0,0.1,0.2,0.3,0.4,0.5,0.6,12,0.7,0.8,0.9,0.10,0.11,0.12,0.13,0.14`;
  const found = parse(`${mangled}\n${rows}`, { label: "last" });
  assert.equal(found.count, 4);
  assert.match(found.notes.join(), /pandas' names/);
  assert.equal(parse(`${row(20)},0\n${row(21)},1\n`, { label: "last" }).count, 2, "numbers that count up from 20");
});

test("CSV: pixels whose names count across before down are said to be taken as they lie", () => {
  assert.match(parse(`px_0_0,px_1_0,px_0_1,px_1_1,label\n${plain}`).notes.join(), /px_1_0 were right of px_0_0/);
  assert.deepEqual(parse(`px_0_0,px_0_1,px_1_0,px_1_1,label\n${plain}`).notes, []);
});

test("CSV: without names, a comma at the end of every line is no cell", () => {
  const rows = "ant,1,2,3,4,\nbee,5,6,7,8,\n";
  assert.deepEqual(contents(parse(rows)), { count: 2, labels: ["ant", "bee"], images: [1, 2, 3, 4, 5, 6, 7, 8] });
  const last = parse("1,2,3,4,ant,\n5,6,7,8,bee,\n");
  assert.deepEqual(contents(last).labels, ["ant", "bee"]);
});

test("CSV: names one too few are told from lines with one cell too many", () => {
  const r = plain.replace(/^(?=\d)/gm, "7,");
  assert.throws(() => parse(`${names}\n${r}`), saying(3, "row 2", "got 6", "R's write.table", "col.names = NA"));
  const blanks = `${names}\n${r}`.replaceAll(",", " ");
  assert.throws(() => parse(blanks), saying(3, "row 2", "got 6", "R's write.table"));
  const ended = `${names}\n${plain}`.replace(/(?<=\d)\n/g, ",\n").replace(`${names},`, names);
  assert.throws(() => parse(ended), saying(3, "row 2", "got 6", "Its lines end in a separator"));
});

test("CSV: a cell in quotes that goes on in the next line is named", () => {
  const text = 'label,pixels\n0,"[1 2\n 3 4]"\n1,"[5 6\n 7 8]"\n';
  assert.throws(() => parse(text), saying(3, "row 2", "goes on in the next line", "image.ravel()"));
});

test("CSV: without names the label is found at either end, or asked for", () => {
  const rows = (label: (i: number) => number, pixel: (i: number) => number) =>
    Array.from({ length: 12 }, (_, i) => [label(i), i, 200 - i, 7, pixel(i)].join(",")).join("\n");
  const first = parse(
    rows(
      (i) => i % 3,
      () => 0,
    ),
  );
  assert.deepEqual([contents(first).labels?.slice(0, 4), first.images[0]], [["0", "1", "2", "0"], 0]);
  assert.match(first.notes.join(), /no line of names: the first column/);
  const atEnd = parse(
    rows(
      (i) => 17 * i,
      (i) => 1 + (i % 2),
    ),
  );
  assert.deepEqual(contents(atEnd).labels?.slice(0, 3), ["1", "2", "1"]);
  const named = parse("ant,1,2,3,4\nbee,1,2,3,4\n");
  assert.deepEqual(contents(named).labels, ["ant", "bee"]);
  const both = rows(
    (i) => i % 3,
    (i) => i % 2,
  );
  assert.throws(() => parse(both), saying(3, "some.csv", "could be labels", "--label first or --label last"));
  assert.deepEqual(contents(parse(both, { label: "first" })).labels?.slice(0, 2), ["0", "1"]);
  assert.deepEqual(parse(both, { label: "last" }).images[4], 1);
  const neither = rows(
    (i) => 17 * i,
    () => 0,
  );
  assert.throws(() => parse(neither), saying(3, "look like pixels", "--label"));
  assert.throws(() => parse(both, { label: "digit" }), saying(2, "--label", "no line of names", "digit"));
});

test("CSV: of several columns beside the pixels the label is the one that is called so, or that is asked for", () => {
  const text = "id,p0,p1,p2,p3,label,kind\n9,1,2,3,4,0,ant\n8,5,6,7,8,1,bee\n";
  const found = parse(text);
  assert.deepEqual(
    [contents(found).labels, found.ids],
    [
      ["0", "1"],
      ["9", "8"],
    ],
  );
  assert.match(found.notes.join(), /Left out: the column kind\./);
  assert.deepEqual(contents(parse(text, { label: "Kind" })).labels, ["ant", "bee"]);
  assert.throws(() => parse(text, { label: "sort" }), saying(2, "--label", "id, label, kind, p0 … p3", "got sort"));
  const unclear = "p0,p1,p2,p3,size,kind\n1,2,3,4,0,ant\n";
  assert.throws(() => parse(unclear), saying(3, "some.csv", "size, kind", "--label NAME"));
});

test("CSV: a file without labels has none, and its rows have names", () => {
  const named = parse("ImageId,p0,p1,p2,p3\n7,1,2,3,4\n8,1,2,3,4\n");
  assert.deepEqual([named.labels, named.ids, named.pixels], [null, ["7", "8"], 4]);
  assert.equal(parse("p0,p1,p2,p3\n1,2,3,4\n").labels, null);
  assert.equal(parse("1,2,3,4\n1,2,3,4\n").labels, null);
});

test("CSV: fractions of 1 are k/255, other fractions are rounded, and both are said", () => {
  const bytes = [0, 255, 17, 128];
  const row = (numbers: readonly (string | number)[]) => `p0,p1,p2,p3,label\n0,0,0,1,1\n${numbers.join(",")},0\n`;
  const unit = parse(row(bytes.map((byte) => byte / 255)));
  assert.deepEqual([...unit.images], [0, 0, 0, 255, ...bytes]);
  assert.match(unit.notes.join(), /k\/255\.$/);
  const short = parse(row(bytes.map((byte) => (byte / 255).toFixed(2))));
  assert.match(short.notes.join(), /rounded to the nearest/);
  const large = parse(row([0, 254.6, 17.2, 128]));
  assert.deepEqual([...large.images], [0, 0, 0, 1, 0, 255, 17, 128]);
  assert.match(large.notes.join(), /rounded to whole numbers/);
  for (const [cells, got] of [
    [[0.5, 256, 1, 1], "256"],
    [[0.5, -0.5, 1, 1], "-0.5, which is below 0"],
  ] as const) {
    const column = cells.findIndex((cell) => cell === 256 || cell < 0) + 1;
    assert.throws(() => parse(row(cells)), saying(3, `some.csv, row 3, column ${column}`, "pixels 0..255", got));
  }
});

const bad: Record<string, [text: string, ...parts: string[]]> = {
  "a short row": ["1,2,3,4\n1,2,3\n", "row 2", "4 cells", "got 3"],
  "a long row": ["1,2,3,4\n5,6,7,8,9\n", "row 2", "4 cells", "got 5"],
  "an empty row": ["1,2,3,4\n\n1,2,3,4\n", "row 2", "got an empty line"],
  "a word": ["1,2,3,4\n1,x,3,4\n", "row 2, column 2", "a pixel 0..16", 'got "x"'],
  "an empty cell": ["1,,3,4\n", "row 1, column 2", 'got ""'],
  "a negative pixel": ["-1,2,3,4\n", "row 1, column 1", 'got "-1"'],
  "a pixel out of range": ["1,2,17,4\n", "row 1, column 3", "a pixel 0..16", 'got "17"'],
  "a huge number": [`1,2,${"9".repeat(400)},4\n`, "row 1, column 3", "a pixel 0..16"],
  nothing: ["", "lines of numbers", "none"],
  "names alone": ["label,p0,p1,p2\n", "lines of numbers", "none"],
  "a table of files": ["id,breed\n1.jpg,ant\n2.jpg,bee\n", "lines of numbers", '"1.jpg, ant"'],
};

test("CSV: names in another encoding than UTF-8 are refused: those that differ in such letters alone would be one", () => {
  const latin1 = Buffer.from("1,2,café\n3,4,cafè\n", "latin1");
  assert.throws(() => parse(latin1), saying(3, "some.csv, line 1", "text in UTF-8", "iconv"));
  assert.throws(() => parse(Buffer.concat([Buffer.from("1,2,a\n"), latin1])), saying(3, "some.csv, line 2"));
});

for (const [name, [text, ...parts]] of Object.entries(bad)) {
  test(`CSV: ${name} is refused, by file and row`, () => {
    assert.throws(() => parse(text, last), saying(3, "some.csv", ...parts));
  });
}

for (const [bytes, what] of [
  [Buffer.from("PK\x03\x04"), "a zip archive"],
  [Buffer.from("BZh91AY"), "bzip2 data"],
  [Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), "a PNG image"],
  [Buffer.from("<!doctype html>"), "a web page"],
  [Buffer.from("1,2\0,3,4"), "at byte 3"],
  [Buffer.from("@relation digits\n@data\n1,2\n"), "an ARFF file"],
  [Buffer.from("7 154:0.5 155:1 156:.25\n"), "sparse data (LIBSVM, SVMlight)"],
] as const) {
  test(`CSV: what is no text is named: ${what}`, () => {
    assert.throws(() => parse(bytes), saying(3, "some.csv", "a text of numbers", what));
  });
}
