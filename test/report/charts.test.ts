/** Pictures: what can be read, what is said of them, what they are as files. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { smoothed } from "../../src/evidence/history.js";
import { contrast } from "../../src/report/charts/color.js";
import { type LineChart, lineChart, type Point } from "../../src/report/charts/line-chart.js";
import { dashes, ground, hues, ink, looks, shades, softInk } from "../../src/report/charts/looks.js";
import { matrixChart } from "../../src/report/charts/matrix-chart.js";
import { asFile, inPage } from "../../src/report/charts/picture.js";
import { reliabilityChart } from "../../src/report/charts/reliability.js";
import { shorten, shortenAll, widthOf } from "../../src/report/charts/text-width.js";

test("texts have 4.5 : 1 against what is behind them and lines 3 : 1, in light and in dark", () => {
  assert.ok(Math.abs(contrast("#000000", "#ffffff") - 21) < 1e-9);
  for (const mode of [0, 1] as const) {
    for (const color of [ink, softInk]) assert.ok(contrast(color[mode], ground[mode]) >= 4.5);
    // The page has words in them too: a wrong guess, a link, how the run ended.
    for (const hue of hues) assert.ok(contrast(hue[mode], ground[mode]) >= 4.5, hue[mode]);
    for (const kind of ["right", "wrong"]) {
      for (let shade = 0; shade < shades; shade++) {
        const [under, on] = [`${kind}-${shade}`, `on-${kind}-${shade}`].map(
          (name) => looks.get(name)?.["fill"]?.[mode],
        );
        assert.ok(contrast(under ?? "", on ?? "") >= 4.5, `${kind} ${shade} ${mode}`);
      }
    }
  }
});

test("lines are told apart without their hues: each has a dash and a mark of its own", () => {
  const series = dashes.map((_, tone) => ({
    name: `line ${tone}`,
    tone,
    kind: "line" as const,
    points: [[1, tone]] as Point[],
  }));
  const { text } = lineChart({ ...chartOf([]), series }, 440).body;
  const marks = dashes.map((_, tone) => new RegExp(`<(\\w+) class="dot-${tone}" ([^>]*)/>`).exec(text));
  const shapes = marks.map((found) => `${found?.[1]} ${found?.[2].replaceAll(/[-\d.,]+/g, "")}`);
  assert.equal(new Set(shapes).size, dashes.length, shapes.join("\n"));
  assert.equal(new Set(dashes.map((_, tone) => looks.get(`line-${tone}`)?.["stroke-dasharray"])).size, dashes.length);
});

const chartOf = (points: readonly Point[]): LineChart => ({
  title: "Loss",
  sentence: "It falls.",
  series: [{ name: "train", tone: 0, kind: "line", points }],
  x: { name: "epoch", from: 1, to: Math.max(1, ...points.map(([x]) => x)) },
  y: { name: "loss", text: (value) => `${value}`, zero: true },
});

const numbersOf = (svg: string): string[] =>
  [...svg.matchAll(/ (?:d|x|y|cx|cy|width|height|points)="([^"]*)"/g)].map(([, value]) => value);

test("a missing value breaks the line and is no number in any attribute; one epoch is a dot", () => {
  for (const points of [
    [],
    [[1, null]],
    [[1, 2]],
    [
      [1, 2],
      [2, null],
      [3, 1],
    ],
    [
      [1, 0],
      [2, 0],
    ],
  ] as Point[][]) {
    const svg = inPage(lineChart(chartOf(points), 340), "a").text;
    for (const value of numbersOf(svg)) assert.doesNotMatch(value, /NaN|Infinity|undefined|null/, svg);
    const known = points.filter(([, value]) => value !== null).length;
    assert.equal(
      [...svg.matchAll(/<circle class="dot-0"/g)].length,
      known + 1,
      "a mark for each point and one in the legend",
    );
  }
  const broken = inPage(
    lineChart(
      chartOf([
        [1, 2],
        [2, null],
        [3, 1],
        [4, 1],
      ]),
      340,
    ),
    "a",
  ).text;
  assert.equal((/<path class="line-0" d="(M[^"]*M[^"]*)"/.exec(broken)?.[1] ?? "").match(/M/g)?.length, 2);
});

test("the first epoch stands at 1, at the axis", () => {
  const { data, body } = lineChart(
    chartOf([
      [1, 2],
      [2, 1],
    ]),
    340,
  );
  const [left, right] = (data?.["plot"] ?? "").split(" ");
  assert.ok(
    body.text.includes(`<circle class="dot-0" cx="${left}"`) &&
      body.text.includes(`<circle class="dot-0" cx="${right}"`),
  );
});

test("a figure in a file is whole: its size, its colors, no variable, no class without a style", () => {
  const confusing = matrixChart(
    {
      title: "<&>",
      sentence: "\u0003",
      names: ["a", "]]>&#0;"],
      counts: [
        [3, 1],
        [0, 2],
      ],
    },
    340,
  );
  for (const picture of [
    lineChart(
      chartOf([
        [1, 2],
        [2, 1],
      ]),
      340,
    ),
    confusing,
  ]) {
    const file = asFile(picture);
    assert.match(
      file,
      /^<\?xml[^>]*>\n<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="[\d. ]+" width="\d+" height="\d+"/,
    );
    assert.doesNotMatch(file, /var\(|\u0003/);
    const style = /<style>(.*?)<\/style>/s.exec(file)?.[1] ?? "";
    for (const [, names] of file.matchAll(/ class="([^"]+)"/g)) {
      for (const name of names.split(" ")) assert.ok(style.includes(`.${name}{`), name);
    }
  }
});

test("a cell of the matrix lies in the row of what is true and the column of what was predicted", () => {
  const counts = [
    [5, 0, 3],
    [0, 4, 0],
    [0, 0, 2],
  ];
  const { text } = matrixChart({ title: "t", sentence: "s", names: ["a", "b", "c"], counts }, 340).body;
  const cells = [
    ...text.matchAll(/data-cell="(\d-\d)" data-count="(\d)"[^>]*><rect class="(\w+)-\d" x="([\d.]+)" y="([\d.]+)"/g),
  ].map(([, cell, count, kind, x, y]) => ({ cell, count, kind, x: Number(x), y: Number(y) }));
  assert.deepEqual(
    cells.map(({ cell, count, kind }) => `${cell} ${count} ${kind}`),
    ["0-0 5 right", "0-2 3 wrong", "1-1 4 right", "2-2 2 right"],
  );
  const [first, wrong, , last] = cells;
  assert.equal(wrong.y, first.y, "beside the right ones of its row");
  assert.equal(wrong.x, last.x, "above the right ones of its column");
  assert.ok(last.y > first.y && last.x > first.x);
});

test("numbers of a matrix stand only where a cell is as high as a line", () => {
  for (const classes of [2, 10, 21, 30]) {
    const names = Array.from({ length: classes }, (_, i) => `class ${i}`);
    const counts = names.map(() => names.map(() => 1));
    const { text } = matrixChart({ title: "t", sentence: "s", names, counts }, 340).body;
    const rows = new Set([...text.matchAll(/<text class="on-[^>]* y="([\d.]+)"/g)].map(([, y]) => Number(y)));
    const ascending = [...rows].sort((a, b) => a - b);
    assert.ok(
      ascending.every((y, i) => i === 0 || y - ascending[i - 1] > 12.9),
      `${classes}: ${ascending.join()}`,
    );
    assert.equal(rows.size > 0, classes <= 10, `${classes} classes`);
  }
});

test("a bin without samples is drawn empty, the others where they belong", () => {
  const bins = [
    { bin: 3, count: 2, accuracy: 0.5, confidence: 0.35 },
    { bin: 9, count: 1, accuracy: 0, confidence: 0.97 },
  ];
  const { body } = reliabilityChart({ title: "t", sentence: "s", bins, count: 10 }, 340);
  const bars = [...body.text.matchAll(/<rect class="bar-0" x="([\d.]+)" y="[\d.]+" width="[\d.]+" height="([\d.]+)"/g)];
  assert.deepEqual(
    bars.map(([, , height]) => Number(height) > 0),
    [true, false],
  );
  assert.equal([...body.text.matchAll(/class="line-1"/g)].length, 2);
  assert.ok(Number(bars[0][1]) < Number(bars[1][1]));
});

test("names are shortened in the middle to their room, and stay different from each other", () => {
  assert.deepEqual(shortenAll([" ", "a"], 50, 10), ["␠", "a"], "a name of blanks is seen");
  const names = [
    `${"W".repeat(50)}X`,
    `${"W".repeat(50)}Y`,
    "i".repeat(30),
    "قطة".repeat(40),
    "👩‍🔬".repeat(30),
    "cat",
  ];
  const short = shortenAll(names, 90, 11);
  assert.equal(new Set(short).size, names.length);
  for (const name of short) assert.ok(widthOf(name, 11) <= 90, name);
  assert.equal(short[5], "cat");
  assert.match(shorten("abcdefghijklmnopqrstuvwxyz", 90, 11), /^abcdef.*…z?.*z$/);
});

test("smoothing is debiased, keeps gaps, and leaves one point and a constant as they are", () => {
  const near = (found: (number | null)[], expected: (number | null)[]): void => {
    assert.equal(found.length, expected.length);
    for (const [i, value] of expected.entries()) {
      if (value === null) assert.equal(found[i], null);
      else assert.ok(Math.abs((found[i] ?? Number.NaN) - value) < 1e-12, `${found[i]} for ${value}`);
    }
  };
  near(smoothed([10, 1, 1, 1], 0.6), [10, 4.375, 2.6530612244897958, 1.8933823529411764]);
  near(smoothed([2.5, 2.5, 2.5], 0.9), [2.5, 2.5, 2.5]);
  near(smoothed([1, null, 3], 0.5), [1, null, 2.3333333333333335]);
  near(smoothed([5], 0.99), [5]);
});
