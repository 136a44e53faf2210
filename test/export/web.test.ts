/** The page that predicts by itself, in a real browser: drawn strokes, strange names, nothing fetched, both widths. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { strokeImage } from "../../src/export/web/strokes.js";
import { desktop, layoutFaults, noBrowser, openFile, phone } from "../report/browser.js";
import { answerInNode, draw, moved, names, path, seven } from "./web-page.js";

test("the same strokes moved and at 40 % are the same bytes; nothing drawn is nothing", () => {
  const { bytes } = answerInNode([seven]);
  const other = answerInNode([moved(seven, 0.4, 0.55, 0.01)]).bytes;
  assert.ok(bytes.every((value, i) => Math.abs(value - other[i]) <= 8));
  assert.ok(bytes.some((value) => value === 255));
  assert.equal(strokeImage([]), null);
});

for (const [width, viewport] of Object.entries({ phone, desktop })) {
  test(`a drawn digit on a ${width}: Node's answer, names as text, nothing fetched`, { skip: noBrowser }, async (t) => {
    const { page, complaints } = await openFile(t, path, { viewport, deviceScaleFactor: width === "phone" ? 3 : 1 });
    assert.equal(await page.locator("#said").textContent(), "Nothing drawn yet.");
    assert.equal(await page.locator("#classes li").count(), 0);
    await draw(page, seven);
    const { probabilities } = answerInNode([seven]);
    const best = probabilities.indexOf(Math.max(...probabilities));
    const said = (await page.locator("#said").textContent())!;
    assert.equal(said.slice(0, said.lastIndexOf(":")), names[best]);
    assert.ok(Math.abs(Number(/([\d.]+) %$/.exec(said)?.[1]) - 100 * probabilities[best]) < 2, said);
    const shown = await page.locator("#classes li span:first-child").allTextContents();
    assert.deepEqual([...shown].sort(), [...names].sort());
    assert.equal(await page.locator("#maps canvas").count(), 6);
    assert.deepEqual(await layoutFaults(page), []);
    await page.getByRole("button", { name: "Clear" }).press("Enter");
    assert.equal(await page.locator("#classes li").count(), 0);
    assert.deepEqual(complaints, []);
  });
}

test("without scripts the page says how phones open it; surface and page say what touch may do", {
  skip: noBrowser,
}, async (t) => {
  const { page } = await openFile(t, path, { javaScriptEnabled: false });
  assert.match(
    (await page.locator("noscript").textContent())!,
    /iPhones and iPads open no local file with scripts.*heddle serve/,
  );
  const text = readFileSync(path, "utf8");
  assert.ok(!/SharedArrayBuffer|new Worker|user-scalable|maximum-scale/.test(text));
  assert.equal(text.match(/touch-action: none/g)?.length, 1);
});
