/** Colors that lie in planes are told from those that lie side by side, by how smooth pictures are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { arrange, looksLikePlanes } from "../../src/formats/arrangement.js";

const shape = { height: 12, width: 11, channels: 3 };
const size = shape.height * shape.width * 3;

/** Twenty images, their colors side by side; planes of the same are made by hand. */
const images = (pixel: (x: number, y: number, c: number, image: number) => number): Uint8Array =>
  Uint8Array.from({ length: 20 * size }, (_, i) => {
    const [image, place] = [Math.floor(i / size), Math.floor((i % size) / 3)];
    return pixel(place % shape.width, Math.floor(place / shape.width), i % 3, image);
  });
const inPlanes = (sideBySide: Uint8Array): Uint8Array =>
  Uint8Array.from({ length: sideBySide.length }, (_, i) => {
    const [image, c, place] = [Math.floor(i / size), Math.floor((i % size) / (size / 3)), i % (size / 3)];
    return sideBySide[image * size + place * 3 + c];
  });

const smooth = images((x, y, c, image) => 128 + 100 * Math.sin((x + c * y + image) / 4));
/** The high bits of a product: as good as noise here. */
const grey = Array.from({ length: 20 * (size / 3) }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);
const noise = images((x, y, _, image) => grey[(image * shape.height + y) * shape.width + x]);

test("planes: smooth pictures are told apart in both layouts, and put right", () => {
  assert.equal(looksLikePlanes(smooth, shape), false);
  const planes = inPlanes(smooth);
  assert.equal(looksLikePlanes(planes, shape), true);
  arrange(planes, shape, "planes");
  assert.deepEqual(planes, smooth);
});

test("planes: grey pictures kept as RGB are no planes, however rough they are", () => {
  assert.equal(looksLikePlanes(noise, shape), false);
  assert.equal(
    looksLikePlanes(
      images((x, y) => ((x * 7 + y * 5) % 3 === 0 ? 255 : 0)),
      shape,
    ),
    false,
  );
});

test("planes: odd sizes, and images that begin at any byte, come out as those of whole words", () => {
  for (const [height, width, first] of [
    [4, 4, 0],
    [4, 4, 1],
    [3, 3, 0],
    [3, 5, 2],
  ]) {
    const area = height * width;
    const memory = Uint8Array.from({ length: first + 2 * 3 * area }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);
    const planes = memory.slice(first);
    arrange(memory.subarray(first), { height, width, channels: 3 }, "planes");
    const expected = planes.map((_, i) => {
      const [image, at] = [Math.floor(i / (3 * area)), i % (3 * area)];
      return planes[image * 3 * area + (at % 3) * area + Math.floor(at / 3)];
    });
    assert.deepEqual(memory.slice(first), expected, `${height}x${width} from byte ${first}`);
  }
});
