/** Pictures: what can be read, what is said of them, what they are as files. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { smoothed } from "../../src/evidence/history.js";
import { contrast } from "../../src/report/charts/color.js";
import { type LineChart, lineChart, type Point } from "../../src/report/charts/line-chart.js";
import { ground, hues, ink, looks, shades, softInk } from "../../src/report/charts/looks.js";
import { matrixChart } from "../../src/report/charts/matrix-chart.js";
import { asFile, inPage } from "../../src/report/charts/picture.js";
import { shorten, shortenAll, widthOf } from "../../src/report/charts/text-width.js";

test("texts have 4.5 : 1 against what is behind them and lines 3 : 1, in light and in dark", () => {
  assert.ok(Math.abs(contrast("#000000", "#ffffff") - 21) < 1e-9);
  for (const mode of [0, 1] as const) {
    for (const color of [ink, softInk]) assert.ok(contrast(color[mode], ground[mode]) >= 4.5);
    for (const hue of hues) assert.ok(contrast(hue[mode], ground[mode]) >= 3, hue[mode]);
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
