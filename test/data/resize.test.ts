/** Resizing against cases that can be done in the head, and a plain formula; channels. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Stream } from "../../src/base/random.js";
import { type DecodedImage, invert, toChannels } from "../../src/formats/pixels.js";
import { type Fit, resize } from "../../src/formats/resize.js";

const grey = (...rows: readonly number[][]): DecodedImage => ({
  width: rows[0].length,
  height: rows.length,
  channels: 1,
  pixels: Uint8Array.from(rows.flat()),
});
const rowsOf = ({ width, pixels }: DecodedImage): number[][] =>
  Array.from({ length: pixels.length / width }, (_, y) => [...pixels.subarray(y * width, (y + 1) * width)]);
const resized = (image: DecodedImage, height: number, width: number, fit: Fit): number[][] =>
  rowsOf(resize(image, { height, width, fit }));

test("shrinking to half averages each square of four", () => {
  const image = grey([0, 4, 100, 100], [8, 12, 100, 100], [1, 1, 255, 0], [1, 2, 0, 255]);
  for (const fit of ["crop", "pad", "stretch"] as const) {
    assert.deepEqual(resized(image, 2, 2, fit), [
      [6, 100],
      [1, 128],
    ]);
  }
});

test("shrinking from 3 to 2 gives the middle pixel to both sides, by halves", () => {
  assert.deepEqual(resized(grey([0, 90, 30]), 1, 2, "stretch"), [[30, 50]]); // (0 + 90/2) / 1.5, (90/2 + 30) / 1.5
});

test("growing interpolates between centers, and does not go beyond the border", () => {
  assert.deepEqual(resized(grey([0, 80]), 1, 4, "stretch"), [[0, 20, 60, 80]]);
  assert.deepEqual(resized(grey([0], [80]), 4, 1, "stretch"), [[0], [20], [60], [80]]);
});

test("one axis may shrink while the other grows", () => {
  assert.deepEqual(resized(grey([0, 80, 20, 20]), 2, 2, "stretch"), [
    [40, 20],
    [40, 20],
  ]);
});

test("crop keeps the middle; what is left over on one side only is cut at the end", () => {
  assert.deepEqual(resized(grey([1, 2, 3, 4, 5]), 1, 3, "crop"), [[2, 3, 4]]);
  assert.deepEqual(resized(grey([1, 2, 3, 4]), 1, 3, "crop"), [[1, 2, 3]]);
  assert.deepEqual(resized(grey([1, 3, 5, 7, 9, 11], [1, 3, 5, 7, 9, 11]), 1, 1, "crop"), [[6]]);
});

test("pad puts the whole image in the middle, on black", () => {
  assert.deepEqual(resized(grey([9, 8]), 4, 2, "pad"), [
    [0, 0],
    [9, 8],
    [0, 0],
    [0, 0],
  ]);
  assert.deepEqual(resized(grey([10, 20, 30, 40], [10, 20, 30, 40]), 2, 2, "pad"), [
    [15, 35],
    [0, 0],
  ]);
});

test("an image of the right size is the same image", () => {
  const image = grey([1, 2], [3, 4]);
  for (const fit of ["crop", "pad", "stretch"] as const) {
    assert.equal(resize(image, { height: 2, width: 2, fit }), image);
  }
});

test("channels do not mix", () => {
  const pixels = Uint8Array.of(0, 100, 200, 10, 100, 250);
  const { pixels: one } = resize({ width: 2, height: 1, channels: 3, pixels }, { height: 1, width: 1, fit: "stretch" });
  assert.deepEqual([...one], [5, 100, 225]);
});

test("an even image stays even, at any size and fit but for the padding", () => {
  const image = (width: number, height: number): DecodedImage => ({
    width,
    height,
    channels: 1,
    pixels: new Uint8Array(width * height).fill(255),
  });
  for (let size = 1; size < 40; size++) {
    for (const fit of ["crop", "stretch"] as const) {
      assert.ok(resize(image(size, 41 - size), { height: 13, width: 17, fit }).pixels.every((pixel) => pixel === 255));
    }
    const padded = resize(image(size, 41 - size), { height: 13, width: 17, fit: "pad" }).pixels;
    assert.ok(padded.every((pixel) => pixel === 255 || pixel === 0) && padded.some((pixel) => pixel === 255));
  }
});

test("very long images need no memory to speak of", () => {
  const pixels = new Uint8Array(60_000).fill(7);
  for (const [width, height] of [
    [60_000, 1],
    [1, 60_000],
  ]) {
    const image: DecodedImage = { width, height, channels: 1, pixels };
    assert.deepEqual([...resize(image, { height: 2, width: 2, fit: "crop" }).pixels], [7, 7, 7, 7]);
    assert.equal(
      resize(image, { height: 28, width: 28, fit: "pad" }).pixels.reduce((sum, pixel) => sum + pixel, 0),
      28 * 7,
    );
  }
});

test("area averages agree with the integral over each new pixel", () => {
  const stream = new Stream(3, "synthetic");
  const [width, height, newWidth, newHeight] = [29, 31, 7, 10];
  const image: DecodedImage = {
    width,
    height,
    channels: 1,
    pixels: Uint8Array.from({ length: width * height }, () => stream.word() & 255),
  };
  const fine = 70; // cells so small that each lies in one old and one new pixel
  const sums = new Float64Array(newWidth * newHeight);
  for (let y = 0; y < height * 10; y++) {
    for (let x = 0; x < width * fine; x++) {
      const place =
        Math.floor((y * newHeight) / (height * 10)) * newWidth + Math.floor((x * newWidth) / (width * fine));
      sums[place] += image.pixels[Math.floor(y / 10) * width + Math.floor(x / fine)];
    }
  }
  const cells = (width * fine * height * 10) / sums.length;
  const got = resize(image, { height: newHeight, width: newWidth, fit: "stretch" }).pixels;
  for (const [i, sum] of sums.entries()) assert.ok(Math.abs(got[i] - sum / cells) <= 0.5 + 1e-6, `pixel ${i}`);
});

test("grey is 0.299 R + 0.587 G + 0.114 B, to the nearest; equal channels stay as they are", () => {
  const stream = new Stream(4, "synthetic");
  const pixels = Uint8Array.from({ length: 3 * 5000 }, () => stream.word() & 255);
  const { pixels: made, channels } = toChannels({ width: 50, height: 100, channels: 3, pixels }, 1);
  assert.equal(channels, 1);
  for (const [i, value] of made.entries()) {
    const [r, g, b] = pixels.subarray(3 * i);
    assert.ok(Math.abs(value - (0.299 * r + 0.587 * g + 0.114 * b)) <= 0.5 + 0.005, `${r}, ${g}, ${b}: ${value}`);
  }
  const ramp = { width: 256, height: 1, channels: 1 as const, pixels: Uint8Array.from({ length: 256 }, (_, i) => i) };
  const rgb = toChannels(ramp, 3);
  assert.deepEqual([...rgb.pixels.subarray(3 * 200, 3 * 201)], [200, 200, 200]);
  assert.deepEqual(toChannels(rgb, 1), ramp);
  assert.equal(toChannels(ramp, 1), ramp);
});

test("invert makes black of white", () => {
  assert.deepEqual(rowsOf(invert(grey([0, 1, 255]))), [[255, 254, 0]]);
});
