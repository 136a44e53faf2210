/** Progress of downloads and decoding: lines that stay few, a bar that makes room for notes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseTaskProgress } from "../../../src/cli/progress/index.js";
import { byteUnit, imageUnit, taskLines } from "../../../src/cli/progress/task.js";
import { taskBar } from "../../../src/cli/progress/task-bar.js";

/** Takes what is written; asks for nothing that a terminal would. */
function paper(isTTY: boolean) {
  const written: string[] = [];
  const write = (text: string) => {
    written.push(text);
    return true;
  };
  return { write, isTTY, columns: 120, cursorTo() {}, moveCursor() {}, clearLine() {}, written };
}

test("lines: notes at once, progress after ten silent seconds and not at the end", () => {
  const output = paper(false);
  let now = 0;
  const progress = taskLines(output, imageUnit, () => now);
  progress.update("images", 0, 4000);
  now = 9000;
  progress.update("images", 900, 4000);
  now = 10_000;
  progress.update("images", 1000, 4000);
  now = 11_000;
  progress.update("images", 1100, 4000);
  progress.note("a note");
  now = 40_000;
  progress.update("images", 4000, 4000);
  progress.close();
  assert.deepEqual(output.written, ["images: 1,000 of 4,000 images · 100/s · 0:30 left\n", "a note\n"]);
});

test("another name, or less than there was, begins anew: the rate is of what is going on", () => {
  const output = paper(false);
  let now = 0;
  const progress = taskLines(output, imageUnit, () => now);
  progress.update("one", 500, 1000);
  now = 5000;
  progress.update("two", 100, 1000);
  now = 15_000;
  progress.update("two", 200, 1000);
  now = 20_000;
  progress.update("two", 0, 1000);
  now = 30_000;
  progress.update("two", 500, 1000);
  assert.deepEqual(output.written, [
    "two: 200 of 1,000 images · 10/s · 1:20 left\n",
    "two: 500 of 1,000 images · 50/s · 0:10 left\n",
  ]);
});

test("a bar shows how much there is of what takes over a second, and makes room for notes", () => {
  const output = paper(true);
  let now = 0;
  const progress = taskBar(output, byteUnit, () => now);
  progress.update("labels.gz", 0, 2 ** 10);
  now = 999;
  progress.update("labels.gz", 2 ** 10, 2 ** 10);
  progress.update("images.gz", 0, 2 ** 21);
  assert.deepEqual(output.written, []);
  now = 2999;
  progress.update("images.gz", 2 ** 20, 2 ** 21);
  assert.match(output.written.join(""), /images\.gz · [█░#-]+ · 1\.0 MiB of 2\.0 MiB · 512\.0 KiB\/s · 0:02 left/);
  progress.note("a note");
  assert.equal(output.written.at(-1), "a note\n");
  progress.update("images.gz", 2 ** 21, 2 ** 21);
  progress.close();
  assert.match(output.written.join(""), /2\.0 MiB of 2\.0 MiB/);
});

test("--quiet shows nothing, and nobody watching means lines", async () => {
  for (const [wishes, isTTY, expected] of [
    [{ quiet: true, bar: true }, true, []],
    [{ quiet: false, bar: true }, false, ["a note\n"]],
    [{ quiet: false, bar: false }, true, ["a note\n"]],
  ] as const) {
    const output = paper(isTTY);
    const progress = await chooseTaskProgress(wishes, output, {}, byteUnit);
    progress.update("images.gz", 1, 2);
    progress.note("a note");
    progress.close();
    assert.deepEqual(output.written, expected);
  }
});
