/** The page that predicts by itself, in a real browser: drawn strokes, strange names, nothing fetched, both widths. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import sharp from "sharp";
import { strokeImage } from "../../src/export/web/strokes.js";
import { openPredictor } from "../../src/index.js";
import { prepareFile } from "../../src/inference/prepare-file.js";
import { desktop, layoutFaults, noBrowser, openFile, phone } from "../report/browser.js";
import { constantsOf } from "./models.js";
import { answerInNode, draw, file, graph, moved, names, path, seven, source } from "./web-page.js";

test("the same strokes moved and at 40 % are the same bytes; nothing drawn is nothing", () => {
  const { bytes } = answerInNode([seven]);
  const other = answerInNode([moved(seven, 0.4, 0.55, 0.01)]).bytes;
  assert.ok(bytes.every((value, i) => Math.abs(value - other[i]) <= 8));
  assert.ok(bytes.some((value) => value === 255));
  assert.equal(strokeImage([]), null);
  const scribble = Array.from({ length: 300_000 }, () => seven[0]);
  assert.deepEqual(strokeImage([[seven[0]], seven, scribble]), strokeImage([seven]));
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

test("a photo takes the drawing's place, can be chosen again after Clear, and lies on paper where it is transparent", {
  skip: noBrowser,
}, async (t) => {
  const { page, complaints } = await openFile(t, path);
  const said = page.locator("#said");
  // Dark ink on nothing: on black it would be no digit at all.
  const rgba = Buffer.alloc(40 * 40 * 4);
  for (let i = 0; i < 1600; i++) if (i % 40 > 17 && i % 40 < 22 && i > 240 && i < 1400) rgba[i * 4 + 3] = 255;
  const raw = sharp(rgba, { raw: { width: 40, height: 40, channels: 4 } });
  const predictor = openPredictor(source);
  t.after(() => predictor.close());
  await draw(page, seven);
  for (const [name, buffer] of [
    ["x.webp", await raw.clone().webp({ lossless: true }).toBuffer()],
    ["x.png", await raw.clone().png().toBuffer()],
  ] as const) {
    const { bytes } = await prepareFile(buffer, name, predictor, file.model, { prepare: "mnist" });
    assert.ok(bytes.some((value) => value > 100));
    const row = [...predictor.predict(bytes)];
    const wanted = `${names[row.indexOf(Math.max(...row))]}: ${(100 * Math.max(...row)).toFixed(1)} %`;
    for (let again = 0; again < 2; again++) {
      await page.locator("#photo").setInputFiles({ name, mimeType: "image/any", buffer });
      await said.filter({ hasText: wanted }).waitFor();
      assert.deepEqual(await page.evaluate("heddle.strokesNow()"), []);
      assert.match((await page.locator("#near").textContent())!, /^Most easily taken for .* %\) or .* %\)\.$/);
      await page.getByRole("button", { name: "Clear" }).click();
      assert.equal(await page.locator("#photo").inputValue(), "");
      assert.equal(await page.locator("#near").textContent(), "");
    }
  }
  assert.deepEqual(complaints, []);
});

test("an answer that is not finite is an error and no class", () => {
  const broken = new Map(constantsOf(graph.tensors));
  const [last] = [...broken.keys()].filter((name) => name.endsWith(".weight")).slice(-1);
  broken.set(last, { ...broken.get(last)!, data: broken.get(last)!.data.map(() => 3e38) });
  assert.throws(() => answerInNode([seven], broken), /expected finite numbers/);
});

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
