/** A net of MNIST in its page: digits that a pointer draws, by ten hands, and the classes of MNIST's own images beside Node's. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { exportModel, findDataset, openPredictor, serve, train } from "../../src/index.js";
import { needsRealData, realDataDir } from "../data/fixtures.js";
import { drawnBy, hands } from "../export/hands.js";
import { closeBrowser, noBrowser, open, openFile, phone } from "../report/browser.js";
import { nextFrames, predictInPage } from "../report/in-page/predict.js";

const dataDir = realDataDir;
const skip = needsRealData || noBrowser;
const folder = mkdtempSync(join(tmpdir(), "heddle-hands-"));
const [run, path] = [join(folder, "run"), join(folder, "page.html")];

before(async () => {
  if (skip) return;
  const config = { dataset: "mnist", dataDir, model: "lenet5", epochs: 3, subset: 12_000, augment: "mnist", out: run };
  await train({ config });
  await exportModel({ path: run, to: "web", out: path });
});
after(async () => {
  await closeBrowser();
  rmSync(folder, { recursive: true });
});

async function draw(page: Page, strokes: readonly (readonly { x: number; y: number }[])[]): Promise<string> {
  await page.getByRole("button", { name: "Clear" }).click();
  const box = (await page.locator("#surface").boundingBox())!;
  const at = ({ x, y }: { x: number; y: number }): [number, number] => [box.x + x * box.width, box.y + y * box.height];
  for (const [first, ...rest] of strokes) {
    await page.mouse.move(...at(first));
    await page.mouse.down();
    for (const point of rest) await page.mouse.move(...at(point));
    await page.mouse.up();
  }
  await page.evaluate(nextFrames);
  const said = (await page.locator("#said").textContent())!;
  return said.slice(0, said.lastIndexOf(":"));
}

test("at least 90 of 100 digits that ten hands draw are right, on a phone, from the server", { skip }, async (t) => {
  const server = await serve({ path: run, port: 0 });
  t.after(() => server.stop());
  const { page, complaints } = await open(t, `${server.url}/`, { viewport: phone, deviceScaleFactor: 2.5 });
  let right = 0;
  const read: string[] = [];
  for (const hand of hands) {
    const classes: string[] = [];
    for (let digit = 0; digit < 10; digit++) classes.push(await draw(page, drawnBy(hand, digit)));
    right += classes.filter((name, digit) => name === String(digit)).length;
    read.push(classes.join(""));
  }
  assert.ok(right >= 90, `${right} right: ${read.join(" ")}`);
  assert.deepEqual(complaints, []);
});

test("the same classes as Node for 1,000 images of MNIST, and probabilities within 1e-4", { skip }, async (t) => {
  const { test: images } = await findDataset("mnist").load({ dataDir });
  const predictor = openPredictor(run);
  t.after(() => predictor.close());
  const pixels = images!.images.subarray(0, 1000 * 784);
  const wanted = predictor.predict(pixels);
  const { page } = await openFile(t, path);
  const got = await page.evaluate(predictInPage, [...pixels]);
  for (const [i, row] of got.entries()) {
    const own = [...wanted.subarray(i * 10, (i + 1) * 10)];
    for (const [label, p] of row.entries()) assert.ok(Math.abs(p - own[label]) < 1e-4, `image ${i}, class ${label}`);
    assert.equal(row.indexOf(Math.max(...row)), own.indexOf(Math.max(...own)), `image ${i}`);
  }
});
