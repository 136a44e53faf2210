/** Drawn and photographed digits as MNIST's: wherever they stand, however large, dark on light or light on dark. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { asMnist } from "../../src/formats/as-mnist.js";
import type { DecodedImage } from "../../src/formats/pixels.js";

/** A seven of strokes that are `size` / 8 thick, its box at (left, top). */
function seven(width: number, height: number, left: number, top: number, size: number, noise = 0): DecodedImage {
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [(x + 0.5 - left) / size, (y + 0.5 - top) / size];
      const bar = v >= 0 && v <= 0.125 && u >= 0 && u <= 0.6;
      const leg = v >= 0 && v <= 1 && Math.abs(u - (0.54 - 0.3 * v)) <= 0.0625;
      const grain = (((x * 7919 + y * 104729) % 13) / 13 - 0.5) * noise;
      pixels[y * width + x] = Math.max(0, Math.min(255, (bar || leg ? 230 : 10 + noise) + grain));
    }
  }
  return { width, height, channels: 1, pixels };
}
const farthest = (a: DecodedImage, b: DecodedImage): number =>
  a.pixels.reduce((most, value, i) => Math.max(most, Math.abs(value - b.pixels[i])), 0);

test("20 pixels high, its center of mass in the middle, ink at 255, paper at 0", () => {
  const { width, height, pixels } = asMnist(seven(200, 300, 20, 40, 160));
  assert.deepEqual([width, height], [28, 28]);
  const rows = Array.from({ length: 28 }, (_, y) => Math.max(...pixels.subarray(y * 28, (y + 1) * 28)));
  assert.ok(rows.filter((value) => value > 0).length <= 21 && rows.filter((value) => value > 64).length >= 19);
  let [sum, x, y] = [0, 0, 0];
  for (const [i, value] of pixels.entries()) {
    sum += value;
    x += value * (i % 28);
    y += value * Math.floor(i / 28);
  }
  assert.ok(Math.abs(x / sum - 13.5) <= 0.5 && Math.abs(y / sum - 13.5) <= 0.5, `${x / sum}, ${y / sum}`);
  assert.deepEqual([Math.max(...pixels), pixels[0]], [255, 0]);
});

test("moved into a corner: the same bytes; at 40 % of the size nearly the same; dark on light the same", () => {
  const large = asMnist(seven(400, 400, 60, 60, 240));
  assert.equal(farthest(asMnist(seven(400, 400, 150, 155, 240)), large), 0);
  const differ = asMnist(seven(400, 400, 300, 10, 96)).pixels.filter((v, i) => Math.abs(v - large.pixels[i]) > 48);
  assert.ok(differ.length < 8, `${differ.length} pixels`);
  const { pixels, ...shape } = seven(400, 400, 60, 60, 240);
  assert.ok(farthest(asMnist({ ...shape, pixels: pixels.map((value) => 255 - value) }), large) <= 1);
});

test("the paper's noise is black; nothing drawn is nothing", () => {
  const noisy = asMnist(seven(200, 200, 40, 30, 120, 40));
  assert.ok(noisy.pixels.filter((value) => value > 0).length < 220);
  assert.equal(noisy.pixels[0], 0);
  const even = { width: 50, height: 40, channels: 3 as const, pixels: new Uint8Array(6000).fill(200) };
  assert.ok(asMnist(even).pixels.every((value) => value === 0));
});
