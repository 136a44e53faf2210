/** Contact sheets and mean images, pixel by pixel. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Split } from "../../src/base/shape.js";
import { toPicture } from "../../src/data/picture.js";
import { contactSheet, imagesAt, meanImage, spread } from "../../src/datatools/sheet.js";

const shape = { height: 1, width: 2, channels: 1 };
const images = [Uint8Array.of(0, 16), Uint8Array.of(8, 8), Uint8Array.of(16, 0)];

test("a sheet has the images in rows, lines between them, and nothing but grey after the last", () => {
  const { width, height, channels, pixels } = contactSheet(
    images.map((image) => toPicture(image, { shape, maximum: 16 })),
    2,
  );
  assert.deepEqual([width, height, channels], [5, 3, 1]);
  const lines = [0, 5, 10].map((at) => Array.from(pixels.subarray(at, at + 5)));
  assert.deepEqual(lines, [
    [0, 255, 128, 128, 128],
    [128, 128, 128, 128, 128],
    [255, 0, 128, 128, 128],
  ]);
});

test("fewer images than columns make a narrower sheet; colors stay colors", () => {
  const rgb = (...pixels: number[]) => toPicture(pixels, { shape: { height: 1, width: 1, channels: 3 }, maximum: 255 });
  const sheet = contactSheet([rgb(1, 2, 3), rgb(4, 5, 6)], 9);
  assert.deepEqual([sheet.width, sheet.height, sheet.channels], [3, 1, 3]);
  assert.deepEqual(Array.from(sheet.pixels), [1, 2, 3, 128, 128, 128, 4, 5, 6]);
});

test("two channels are shown as the grey between them", () => {
  const { channels, pixels } = toPicture([10, 30, 0, 255], {
    shape: { height: 1, width: 2, channels: 2 },
    maximum: 255,
  });
  assert.deepEqual([channels, ...pixels], [1, 20, 128]);
});

test("the mean is rounded once, and black where there is nothing", () => {
  assert.deepEqual(Array.from(meanImage(images, { shape, maximum: 16 }).pixels), [128, 128]);
  assert.deepEqual(Array.from(meanImage(images.slice(0, 2), { shape, maximum: 16 }).pixels), [64, 191]);
  assert.deepEqual(Array.from(meanImage([], { shape, maximum: 16 }).pixels), [0, 0]);
});

test("samples are taken from their places, spread over all of them", () => {
  const split: Split = { count: 3, images: Uint8Array.of(1, 2, 3, 4, 5, 6), labels: new Uint16Array(3) };
  assert.deepEqual(
    imagesAt(split, shape, [2, 0]).map((image) => [...image]),
    [
      [5, 6],
      [1, 2],
    ],
  );
  assert.deepEqual(spread([0, 1, 2, 3, 4, 5, 6], 3), [0, 2, 4]);
  assert.deepEqual(spread([0, 1], 3), [0, 1]);
});
