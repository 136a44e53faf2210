/** What the commands draw and count: pictures, tables, intervals, colors. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HeddleError } from "../../src/base/errors.js";
import { createColors, render, sgr, width } from "../../src/cli/ansi.js";
import { powersUpTo } from "../../src/cli/bench/scaling.js";
import { confusionText } from "../../src/cli/confusion.js";
import { draw } from "../../src/cli/draw.js";
import { parseIndex } from "../../src/cli/predict.js";
import { parseShape } from "../../src/cli/summary.js";
import { fit, table } from "../../src/cli/table.js";
import { jsonOf, wantsColor } from "../../src/cli/terminal.js";

test("half blocks show two rows of pixels in one line", () => {
  // Four columns: above, below, both, none.
  const pixels = Uint8Array.of(16, 0, 16, 0, 0, 16, 16, 0);
  const picture = { pixels, shape: { height: 2, width: 4, channels: 1 }, maximum: 16 };
  assert.deepEqual(draw(picture, false), ["▀▄█ "]);
  const [shaded] = draw(picture, true);
  assert.equal(width(shaded), 4);
  assert.ok(render(shaded).startsWith("\u001b[38;5;255;48;5;232m▀"));
});

test("large and colored images are shrunk to at most 16 columns of 8 lines", () => {
  const shape = { height: 32, width: 32, channels: 3 };
  const lines = draw({ pixels: new Uint8Array(32 * 32 * 3).fill(255), shape, maximum: 255 }, true);
  assert.equal(lines.length, 8);
  assert.equal(width(lines[0]), 16);
  const odd = draw({ pixels: new Uint8Array(5 * 3), shape: { height: 5, width: 3, channels: 1 }, maximum: 255 }, false);
  assert.deepEqual(odd, ["   ", "   ", "   "]);
});

test("names cannot break a table's lines or steer the terminal; our own color codes do and take no room", () => {
  const rows = [
    ["a\nb\u001b]0;title\u0007", "\u001b[31mred\u001b[39m", "\u202e\u009b2J"],
    ["plain", createColors(true).green("ok"), sgr("38;5;1")],
  ];
  const text = render(table("lll", rows));
  const lines = text.split("\n");
  assert.equal(lines.length, 2);
  assert.equal(lines[0], "a␊b␛]0;title␇  ␛[31mred␛[39m  ��2J");
  // biome-ignore lint: escape characters are the subject.
  assert.deepEqual(text.match(/\u001b\[[0-9;]*m/g), ["\u001b[32m", "\u001b[39m", "\u001b[38;5;1m"]);
  assert.equal(width(createColors(true).red("four")), 4);
  // What is colored is no code of ours.
  assert.equal(render(createColors(false).red("\u001b[31mred")), "␛[31mred");
});

test("tables align by what is seen, not by color codes", () => {
  const red = createColors(true).red;
  assert.equal(
    render(
      table("lr", [
        ["a", red("10")],
        ["bbb", "5"],
      ]),
    ).replaceAll(/\u001b\[\d+m/g, ""),
    "a    10\nbbb   5",
  );
  assert.equal(fit("abcdef", 4), "abc…");
  assert.equal(fit("ab", 4), "ab  ");
});

test("the confusion matrix has a row per truth and the share that is right", () => {
  const text = confusionText(
    [
      [8, 2],
      [0, 0],
    ],
    ["Ankle boot", "Bag"],
    createColors(false),
  );
  assert.match(text, /0 Ankle boot +8 +2 +80\.0 %/);
  assert.match(text, /1 Bag +· +· +-$/);
});

test("index ranges and shapes", () => {
  assert.deepEqual(parseIndex("0..199"), [0, 199]);
  assert.deepEqual(parseIndex("7"), [7, 7]);
  for (const wrong of ["4..0", "-1", "1..", "a", ""]) assert.throws(() => parseIndex(wrong), HeddleError);
  assert.deepEqual(parseShape("32x16x3"), { height: 32, width: 16, channels: 3 });
  assert.deepEqual(parseShape("28x28"), { height: 28, width: 28, channels: 1 });
  for (const wrong of ["28", "0x4", "4x4x", "4x4x3x2"]) assert.throws(() => parseShape(wrong), HeddleError);
  assert.deepEqual(powersUpTo(6), [1, 2, 4, 6]);
  assert.deepEqual(powersUpTo(1), [1]);
});

test("NO_COLOR and --no-color win over FORCE_COLOR, and that over the terminal", () => {
  assert.equal(wantsColor({ color: true, isTTY: true, env: {} }), true);
  assert.equal(wantsColor({ color: true, isTTY: false, env: {} }), false);
  assert.equal(wantsColor({ color: true, isTTY: true, env: { TERM: "dumb" } }), false);
  assert.equal(wantsColor({ color: true, isTTY: false, env: { FORCE_COLOR: "1" } }), true);
  assert.equal(wantsColor({ color: true, isTTY: true, env: { FORCE_COLOR: "0" } }), false);
  assert.equal(wantsColor({ color: true, isTTY: true, env: { FORCE_COLOR: "1", NO_COLOR: "1" } }), false);
  assert.equal(wantsColor({ color: false, isTTY: true, env: { FORCE_COLOR: "1" } }), false);
});

test("JSON on a terminal steers nothing, and is read back as it was", () => {
  const document = { names: ["\u001b[2J\u009b31m", "\u202eabc", "\u2028", "قطة", 'a "b"\\'] };
  const text = jsonOf(document);
  assert.doesNotMatch(text, /[\p{Cc}\p{Bidi_Control}\u2028]/u);
  assert.ok(text.includes("قطة"));
  assert.deepEqual(JSON.parse(text), document);
});
