/** The page in a real browser, what takes longer: browsers that change pixels or lack WebAssembly, PNG of every kind, pointers. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { graphOf } from "../../src/export/graph.js";
import { pageParts } from "../../src/export/web/page.js";
import { encodePng } from "../../src/formats/png.js";
import { openPredictor, predictFiles, serve } from "../../src/index.js";
import { prepareFile } from "../../src/inference/prepare-file.js";
import { resolveNet } from "../../src/nn/net.js";
import { buildNet } from "../../src/zoo/index.js";
import { weightsOf } from "../contract/lab.js";
import { makePng } from "../data/png-maker.js";
import { modelOf } from "../export/models.js";
import { answerInNode, draw, file, folder, path, seven, source } from "../export/web-page.js";
import { noBrowser, openFile, phone } from "../report/browser.js";
import { nextFrames, preparedInPage } from "../report/in-page/predict.js";

/** What browsers do to pixels that a page reads back: noise in the lowest bits, or nothing of them. */
const spoilings = ["image.data[i] ^= 1", "image.data[i] = 255"].map(
  (change) => `{
const read = CanvasRenderingContext2D.prototype.getImageData;
CanvasRenderingContext2D.prototype.getImageData = function (...place) {
  const image = read.apply(this, place);
  for (let i = 0; i < image.data.length; i++) ${change};
  return image;
};
}`,
);

test("a browser that changes what is read back: drawings and PNG do not mind, other photos say so", {
  skip: noBrowser,
}, async (t) => {
  const photo = {
    width: 28,
    height: 28,
    channels: 1 as const,
    pixels: new Uint8Array(784).map((_, i) => (i % 9 ? 0 : 255)),
  };
  const jpeg = await sharp(photo.pixels, { raw: photo }).jpeg().toBuffer();
  const { page } = await openFile(t, path);
  const said = page.locator("#said");
  const choose = async (name: string, buffer: Uint8Array): Promise<void> => {
    await page.getByRole("button", { name: "Clear" }).click();
    await page.locator("#photo").setInputFiles({ name, mimeType: "image/png", buffer: Buffer.from(buffer) });
    await said.filter({ hasText: "%" }).waitFor();
  };
  const answers = async (): Promise<(string | null)[]> => {
    await page.getByRole("button", { name: "Clear" }).click();
    await draw(page, seven);
    await page.evaluate(nextFrames);
    const drawn = await said.textContent();
    await choose("x.png", encodePng(photo));
    return [drawn, await said.textContent()];
  };
  const before = await answers();
  await choose("x.jpg", jpeg);
  assert.match((await said.textContent())!, /%$/);
  for (const spoiling of spoilings) {
    await page.evaluate(spoiling);
    assert.deepEqual(await answers(), before);
    await choose("x.jpg", jpeg);
    await said.filter({ hasText: "changes pixels" }).waitFor();
  }
  await page
    .locator("#photo")
    .setInputFiles({ name: "y.png", mimeType: "image/png", buffer: Buffer.from("\x89PNG", "latin1") });
  await said.filter({ hasText: "expected the eight bytes that begin a PNG" }).waitFor();
});

test("a hundred PNG files of every size, color, depth: the net's input in the page is that of predict and of the server", {
  skip: noBrowser,
}, async (t) => {
  const predictor = openPredictor(source);
  t.after(() => predictor.close());
  const { page } = await openFile(t, path);
  const depths = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] } as const;
  const kinds = ([0, 2, 3, 4, 6] as const).flatMap((color) => depths[color].map((depth) => ({ color, depth })));
  const files: number[][] = [];
  const wanted: number[][] = [];
  for (let i = 0; i < 100; i++) {
    const { color, depth } = kinds[i % kinds.length];
    const [width, height] = [1 + ((i * 7) % 45), 1 + ((i * 13) % 60)];
    const top = 2 ** depth;
    const palette = Array.from({ length: 3 * Math.min(256, top) }, (_, at) => (at * 29 + i) & 255);
    const png = makePng(
      { width, height, depth, color, interlaced: i % 3 === 0, ...(color === 3 && { palette }) },
      (x, y, c) => Math.floor(top * (0.5 + 0.5 * Math.sin(x * (c + 1) * 0.7 + y * 0.4 + i))) % top,
    );
    files.push([...png]);
    const prepare = i % 2 === 0 ? "mnist" : undefined;
    wanted.push([...(await prepareFile(png, "x.png", predictor, file.model, { prepare })).bytes]);
  }
  const server = await serve({ path: source, port: 0 });
  t.after(() => server.stop());
  const paths = files.map((bytes, i) => {
    const at = join(folder, `${i}.png`);
    writeFileSync(at, Uint8Array.from(bytes));
    return at;
  });
  for (const prepare of ["mnist", undefined] as const) {
    const mine = paths.map((_, i) => i).filter((i) => (i % 2 === 0) === (prepare === "mnist"));
    const { predictions } = await predictFiles({ path: source, files: mine.map((i) => paths[i]), prepare });
    for (const [at, i] of mine.entries()) {
      const query = prepare ? `?prepare=${prepare}` : "";
      const reply = await fetch(`${server.url}/predict${query}`, { method: "POST", body: Uint8Array.from(files[i]) });
      const served = (await reply.json()) as { predictions: { probabilities: number[] }[] };
      const own = [...predictor.predict(Uint8Array.from(wanted[i]))];
      assert.deepEqual(served.predictions[0].probabilities, own, `file ${i}, served`);
      assert.deepEqual(predictions[at].probabilities, own, `file ${i}, predicted`);
    }
  }
  const got = await page.evaluate(preparedInPage, files);
  for (const [i, bytes] of got.entries())
    assert.deepEqual(bytes, wanted[i], `file ${i}: ${JSON.stringify(kinds[i % kinds.length])}`);
});

test("a browser without WebAssembly computes the same by plain JavaScript, and the page says so", {
  skip: noBrowser,
}, async (t) => {
  const answers: string[] = [];
  for (const [setup, words] of [
    ["", "by WebAssembly SIMD"],
    ["delete globalThis.WebAssembly", "by plain JavaScript, as this browser has no WebAssembly SIMD"],
  ]) {
    const { page, complaints } = await openFile(t, path);
    await page.addInitScript(setup);
    await page.reload();
    assert.ok((await page.locator("#by").textContent())!.includes(words));
    await draw(page, seven);
    answers.push((await page.locator("#said").textContent())!);
    assert.deepEqual(complaints, []);
  }
  assert.equal(answers[0], answers[1]);
});

/** "n3: 42.0 %" as 42. */
const shareOf = async (page: Page): Promise<number> =>
  Number(/([\d.]+) %$/.exec((await page.locator("#said").textContent())!)?.[1]);

test("one stroke at 1, 1.25, 2 and 3 device pixels, and zoomed: the same class, probabilities within 0.02", {
  skip: noBrowser,
}, async (t) => {
  const { probabilities } = answerInNode([seven]);
  const wanted = 100 * Math.max(...probabilities);
  for (const deviceScaleFactor of [1, 1.25, 2, 3]) {
    const { page } = await openFile(t, path, { deviceScaleFactor });
    await draw(page, seven);
    assert.ok(Math.abs((await shareOf(page)) - wanted) < 2, `${deviceScaleFactor}`);
    await page.getByRole("button", { name: "Clear" }).click();
    await page.evaluate("document.body.style.zoom = 1.5");
    await draw(page, seven);
    assert.ok(Math.abs((await shareOf(page)) - wanted) < 2, `${deviceScaleFactor}, zoomed`);
  }
});

test("a finger: 50 moves are at least 40 points, a second finger or a cancel lifts the pen, and nothing scrolls", {
  skip: noBrowser,
}, async (t) => {
  const { page, complaints } = await openFile(t, path, { viewport: phone, hasTouch: true, isMobile: true });
  const client = await page.context().newCDPSession(page);
  const box = (await page.locator("#surface").boundingBox())!;
  const at = (x: number, y: number, id = 0) => ({ x: box.x + x * box.width, y: box.y + y * box.height, id });
  const touch = (type: "touchStart" | "touchMove" | "touchEnd" | "touchCancel", ...touchPoints: object[]) =>
    client.send("Input.dispatchTouchEvent", { type, touchPoints: touchPoints as never });
  /** Points of each stroke. */
  const strokes = (): Promise<number[]> => page.evaluate("heddle.strokesNow().map((stroke) => stroke.length)");
  await touch("touchStart", at(0.2, 0.2));
  for (let i = 1; i <= 50; i++) await touch("touchMove", at(0.2 + 0.012 * i, 0.2 + 0.01 * i));
  await touch("touchEnd");
  const [first] = await strokes();
  assert.ok(first >= 40, `${first} points`);
  assert.equal(await page.evaluate("scrollY"), 0);
  // A second finger draws nothing, whatever the first does then.
  await touch("touchStart", at(0.3, 0.8));
  await touch("touchStart", at(0.3, 0.8), at(0.7, 0.8, 1));
  await touch("touchMove", at(0.3, 0.8), at(0.7, 0.6, 1));
  await touch("touchEnd");
  const two = await strokes();
  assert.equal(two.length, 2, two.join());
  assert.ok(two[1] <= 3, two.join());
  await touch("touchStart", at(0.5, 0.5));
  await touch("touchCancel");
  await touch("touchStart", at(0.6, 0.5));
  await touch("touchEnd");
  assert.equal((await strokes()).length, 4, "the pen was up after the cancel");
  // The mouse button let go outside of the page's surface.
  await page.mouse.move(box.x + 20, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + 60, box.y + box.height + 80);
  await page.mouse.up();
  const released = (await strokes()).at(-1);
  await page.mouse.move(box.x + 40, box.y + 40);
  assert.equal((await strokes()).at(-1), released);
  await page.evaluate(nextFrames);
  assert.deepEqual(complaints, []);
});

test("a net of eight million weights opens offline and answers", { skip: noBrowser }, async (t) => {
  const net = resolveNet(buildNet("mlp:2800-2000", { input: { height: 28, width: 28, channels: 1 }, classes: 10 }));
  const large = join(folder, "large.html");
  const tensors = weightsOf(net, "f32", 0.01);
  writeFileSync(large, Buffer.concat(pageParts(graphOf(modelOf(net, { tensors }), { preprocessing: true }))));
  const { page, complaints } = await openFile(t, large, { offline: true });
  await page.locator("#said", { hasText: "Nothing drawn yet." }).waitFor();
  await draw(page, seven);
  assert.ok((await shareOf(page)) > 0);
  assert.deepEqual(complaints, []);
});
