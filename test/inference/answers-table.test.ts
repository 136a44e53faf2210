/** Tables of answers: nothing in a name shifts a column or is run by a spreadsheet, and numbers stay numbers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { answerLine } from "../../src/inference/answers-table.js";

const head = { id: "file", className: "class", probability: "probability", top: 1, more: [] };
const line = (id: string, className: string): string =>
  answerLine(id, [{ class: 0, className, probability: 0.5 }], head);

test("names with commas, quotes and line ends are quoted, those that begin a formula begin with an apostrophe", () => {
  assert.equal(line("a,b", 'say "no"\n'), '"a,b","say ""no""\n",0.5\n');
  for (const formula of ["=1+1", "+1+1", "-2+3", "@cmd", "\tx", "-a/1.png"]) {
    assert.equal(line(formula, formula), `'${formula},'${formula},0.5\n`);
  }
  assert.equal(line("=a,b", "ship"), `"'=a,b",ship,0.5\n`);
  for (const number of ["-3", "+1", "-0.5e-3", "7"]) assert.equal(line(number, number), `${number},${number},0.5\n`);
});
