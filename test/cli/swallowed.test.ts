/** A flag in the place of another one's value is told, and no file is called so. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { Command } from "commander";
import { findSwallowed } from "../../src/cli/swallowed.js";
import { emptyFolder, heddle } from "./heddle.js";

test("a flag where another one wants its value is found, numbers and other words are not", () => {
  const predict = new Command("predict").option("--csv <FILE>").option("-t, --top <K>").option("--invert");
  const program = new Command("heddle").addCommand(predict);
  const found = (...words: string[]) => findSwallowed(program, ["predict", ...words]);
  assert.deepEqual(found("RUN", "--csv", "--top", "5"), { flag: "--csv", value: "<FILE>", word: "--top" });
  assert.deepEqual(found("-t", "--invert"), { flag: "-t", value: "<K>", word: "--invert" });
  for (const words of [
    ["--csv", "a.csv", "--top", "5"],
    ["--csv=--top"],
    ["--top", "-1"],
    ["--invert", "--top", "1"],
    ["--csv"],
  ])
    assert.equal(found(...words), null, words.join(" "));
  assert.equal(found("--", "--csv", "--top"), null);
});

test("nothing is written under the name of a flag", async (t) => {
  const cwd = emptyFolder(t);
  const refused = await heddle(["predict", "RUN", "--csv", "--top", "5"], { cwd });
  assert.equal(refused.code, 2);
  assert.match(
    refused.stderr,
    /^heddle: --csv: expected a value \(<FILE>\), got --top, another flag\. Give --csv its value/,
  );
  assert.deepEqual(readdirSync(cwd), []);
});
