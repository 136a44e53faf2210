/** The page of a set: complete by itself, every class on it, and names that are only names. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAugmentation } from "../../src/augment/index.js";
import type { Dataset } from "../../src/data/dataset.js";
import { showDataset } from "../../src/datatools/show.js";
import { decodePng } from "../../src/formats/png.js";
import { saying } from "./fixtures.js";

const dataset: Dataset = {
  name: "folder:<b>&",
  shape: { height: 2, width: 2, channels: 1 },
  classes: ["<script>alert(1)</script>", 'a "quoted" name', "empty"],
  maximum: 255,
  train: {
    count: 3,
    images: Uint8Array.of(0, 0, 0, 0, 100, 100, 100, 100, 255, 255, 255, 255),
    labels: Uint16Array.of(0, 0, 1),
  },
  test: null,
  notes: [],
};

const pictures = (html: string) =>
  [...html.matchAll(/<img [^>]*src="data:image\/png;base64,([^"]*)">/g)].map(([, data], i) =>
    decodePng(Buffer.from(data, "base64"), `picture ${i}`),
  );

test("a mean image for each class, and a sheet for each that has images", () => {
  const html = showDataset(dataset, { split: "train" });
  const [all, mean, , , firstSheet, secondSheet, ...rest] = pictures(html);
  assert.deepEqual(all.pixels[0], Math.round((0 + 100 + 255) / 3));
  assert.deepEqual(Array.from(mean.pixels), [50, 50, 50, 50]);
  assert.deepEqual([firstSheet.width, firstSheet.height], [5, 2]);
  assert.deepEqual([secondSheet.width, ...secondSheet.pixels], [2, 255, 255, 255, 255]);
  assert.equal(rest.length, 0);
  assert.match(html, /training split: 2 of 2/);
  assert.match(html, /empty <small>training split: no image/);
});

test("--per-class limits the images of each class", () => {
  const [, , , , sheet] = pictures(showDataset(dataset, { split: "train", perClass: 1 }));
  assert.equal(sheet.width, 2);
});

test("large images are shrunk, small ones enlarged on the page", () => {
  const shape = { height: 300, width: 150, channels: 1 };
  const train = { count: 1, images: new Uint8Array(300 * 150).fill(200), labels: Uint16Array.of(0) };
  const html = showDataset({ ...dataset, shape, train }, { split: "train" });
  const [, mean] = pictures(html);
  assert.deepEqual([mean.height, mean.width, mean.pixels[0]], [128, 64, 200]);
  assert.match(html, /<img width="64" height="128" alt="mean of /);
  assert.match(showDataset(dataset, { split: "train" }), /<img width="64" height="64" alt="mean of /);
});

test("the page is one file without scripts, and names cannot become markup", () => {
  const html = showDataset(dataset, { split: "train" });
  assert.doesNotMatch(html, /<script|<link|<iframe|https?:|<b>|"quoted"/);
  assert.match(html, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
  assert.match(html, /default-src 'none'/);
  assert.match(html, /prefers-color-scheme: dark/);
});

test("a split that the set does not have is refused", () => {
  assert.throws(
    () => showDataset(dataset, { split: "test" }),
    saying(2, "--split", "a split that folder:<b>& has (train)", "got test"),
  );
});

test("with augmentation, each image stands beside draws of it; another split than train is refused", () => {
  const augmentation = parseAugmentation("brightness 1");
  const html = showDataset(dataset, { split: "train", augmentation });
  const [, , , , firstSheet, secondSheet] = pictures(html);
  // Two images of the first class below one another, and each with as many draws at its right as the page has room for.
  assert.deepEqual([firstSheet.width, firstSheet.height], [8 * 3 - 1, 5]);
  const row = Array.from({ length: 8 }, (_, i) => secondSheet.pixels[3 * i]);
  assert.equal(row[0], 255);
  assert.ok(new Set(row).size > 3, `${row.join()} are draws of 255`);
  assert.match(html, /1 of 1, evenly spaced, each with 7 draws/);
  assert.throws(() => showDataset(dataset, { split: "test", augmentation }), saying(2, "--augment", "got test"));
});

test("the page says what to know before training, how pixels are spread, and shows copies side by side", () => {
  const images = Uint8Array.of(0, 50, 100, 255, 0, 50, 100, 255, 0, 50, 100, 254, 1, 2, 3, 4);
  const four = { count: 4, images, labels: Uint16Array.of(0, 1, 0, 1) };
  const tested = { count: 1, images: Uint8Array.of(0, 50, 100, 255), labels: Uint16Array.of(0) };
  const html = showDataset(
    { ...dataset, train: four, test: tested, validation: tested },
    { split: "train", near: [[0, 2]] },
  );
  assert.match(html, /<p class="verdict">Fit to train on, with \d+ warnings\.<\/p>/);
  assert.match(html, /<li class="warning"><strong>warning<\/strong> 1 image under two labels/);
  assert.match(html, /<th class="n">train<\/th><th class="n">test<\/th><th class="n">validation<\/th>/);
  assert.match(html, /<svg viewBox="0 0 64 100"[^>]*aria-label="histogram of pixels">/);
  assert.match(html, /<span class="note">=<\/span>.*train image 0<br>train, &lt;script&gt;.*test image 0<br>test/);
  assert.match(html, /<span class="note">~<\/span>/);
});
