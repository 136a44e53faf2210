/** The report of a run in a real browser. */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { train } from "../../src/index.js";
import { closeBrowser, desktop, layoutFaults, noBrowser, openFile, phone } from "./browser.js";
import { lookOfPaper } from "./in-page/paper.js";
import { tryForbidden } from "./in-page/policy.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-report-"));
const run = join(folder, "run");
const page = join(run, "report.html");

before(async () => {
  await train({ config: { out: run, epochs: 3, threads: 1 }, report: true });
});
after(async () => {
  await closeBrowser();
  rmSync(folder, { recursive: true });
});

const skip = noBrowser;

test("a report is one small file that holds no address to ask", () => {
  const text = readFileSync(page, "utf8");
  assert.ok(text.length < 1e6, `${text.length} bytes`);
  assert.doesNotMatch(text, /(?:src|href)="(?!data:|#)/);
  assert.match(text, /img\{[^}]*image-rendering:pixelated/, "pixels of small images are not blurred");
  for (const [svg] of text.matchAll(/<svg [^>]*>/g)) assert.match(svg, / role="img" aria-labelledby="\S+ \S+"/);
  const markup = text.replace(/<(script|style)[^>]*>.*?<\/\1>/gs, "");
  assert.doesNotMatch(markup, /="[^"]*\b(?:NaN|Infinity|undefined|null)\b/);
  const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length, "ids are unique");
  for (const [, list] of text.matchAll(/aria-labelledby="([^"]+)"/g)) {
    for (const id of list.split(" ")) assert.ok(ids.includes(id), `${id} is nowhere`);
  }
});

for (const [name, viewport] of Object.entries({ phone, desktop })) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`a ${name}, ${colorScheme}: nothing overlaps, nothing is asked for, nothing is complained of`, {
      skip,
    }, async (t) => {
      const { page: shown, complaints } = await openFile(t, page, { viewport, colorScheme });
      assert.equal(await shown.locator("h1").textContent(), "digits-mlp on synthetic-digits");
      assert.deepEqual(await layoutFaults(shown), []);
      assert.deepEqual(complaints, []);
    });
  }
}

test("it opens from a folder of any name", { skip }, async (t) => {
  const odd = join(folder, "a #1 % é");
  mkdirSync(odd);
  copyFileSync(page, join(odd, "report.html"));
  const { page: shown, complaints } = await openFile(t, join(odd, "report.html"));
  assert.equal(await shown.locator("section").first().getAttribute("id"), "headline");
  assert.deepEqual(complaints, []);
});

test("the page's own policy forbids every request, and code that is not its own", { skip }, async (t) => {
  const { page: shown } = await openFile(t, page);
  assert.deepEqual(await shown.evaluate(tryForbidden), {
    refused: ["connect-src", "img-src", "script-src-elem", "script-src-attr"],
    pwned: false,
  });
});

test("pointer, touch and keyboard show the same of a curve and of the matrix", { skip }, async (t) => {
  const { page: shown, complaints } = await openFile(t, page, { viewport: desktop, hasTouch: true });
  const readout = shown.locator("#curves-loss .readout");
  assert.match((await readout.textContent()) ?? "", /^epoch 3 · train [\d.]+ · validation [\d.]+$/);
  await shown.locator("#curves-loss .wide svg").focus();
  await shown.keyboard.press("ArrowLeft");
  assert.match((await readout.textContent()) ?? "", /^epoch 2 · /);
  await shown.locator("#curves-loss .wide svg").hover({ position: { x: 40, y: 100 } });
  assert.match((await readout.textContent()) ?? "", /^epoch 1 · /);

  const cell = shown.locator("#confusion .wide [data-cell='0-0']");
  await cell.tap();
  const said = shown.locator("#confusion .examples p");
  assert.match((await said.textContent()) ?? "", /^0: \d+ of 100 right/);
  await shown.locator("#confusion .wide [data-cell='1-1']").focus();
  assert.match((await said.textContent()) ?? "", /^1: \d+ of 100 right/);
  assert.ok((await shown.locator("#confusion .examples img").count()) > 0);
  assert.deepEqual(complaints, []);
});

test("paper is light and shows every table", { skip }, async (t) => {
  const { page: shown } = await openFile(t, page, { colorScheme: "dark" });
  await shown.emulateMedia({ media: "print", colorScheme: "dark" });
  const { ground, heights } = await shown.evaluate(lookOfPaper);
  assert.equal(ground, "rgb(255, 255, 255)");
  assert.ok(heights.length > 2 && heights.every((height) => height > 0), heights.join());
});
