/** The two ways to look for near copies, natively and plainly, against every pair compared by the definition. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Stream } from "../../src/base/random.js";
import type { Dataset } from "../../src/data/dataset.js";
import { findNearCopies, firstsPlainly } from "../../src/data/near-copies.js";

type Shape = Dataset["shape"];

/** Few soft kinds of image, each many times with noise of its own: some pairs are copies, many nearly so. */
function images({ height, width, channels }: Shape, count: number, seed: number, kinds = 6): Uint8Array[] {
  const stream = new Stream(seed, "test");
  const waves = Array.from({ length: kinds }, () => Array.from({ length: 4 }, () => stream.below(628) / 100));
  return Array.from({ length: count }, (_, image) => {
    const [a, b, c, d] = waves[image % waves.length];
    const noise = stream.below(40);
    return Uint8Array.from({ length: height * width * channels }, (_value, i) => {
      const pixel = Math.floor(i / channels);
      const [y, x] = [Math.floor(pixel / width) / height, (pixel % width) / width];
      const light = 128 + 60 * Math.sin(a * x + b * y + d) + 10 * Math.sin(c * (i % channels));
      return Math.round(light + (noise * stream.below(256)) / 256);
    });
  });
}

function datasetOf(shape: Shape, all: readonly Uint8Array[], maximum = 255): Dataset {
  const half = Math.ceil(all.length / 2);
  const split = (some: readonly Uint8Array[]) => ({
    count: some.length,
    images: Buffer.concat(some),
    labels: new Uint16Array(some.length),
  });
  const [train, test] = [split(all.slice(0, half)), split(all.slice(half))];
  return { name: "x", shape, classes: ["a", "b"], maximum, train, test, notes: [] };
}

function meansOf(image: Uint8Array, { height, width, channels }: Shape): number[] {
  const part = (i: number, size: number) => {
    const first = Math.floor((i * size) / 8);
    return [first, Math.max(first + 1, Math.floor(((i + 1) * size) / 8))];
  };
  return Array.from({ length: 64 }, (_, cell) => {
    const [[top, bottom], [left, right]] = [part(cell >> 3, height), part(cell & 7, width)];
    let [sum, count] = [0, 0];
    for (let y = top; y < bottom; y++)
      for (let i = (y * width + left) * channels; i < (y * width + right) * channels; i++, count++) sum += image[i];
    return Math.fround(sum / count);
  });
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Sets of samples that are joined, found by comparing each with each. */
function byDefinition(all: readonly Uint8Array[], shape: Shape): number[][] {
  const means = all.map((image) => meansOf(image, shape));
  const quadrants = means.map((of) =>
    [0, 1, 2, 3].map((quadrant) =>
      Math.floor(mean(of.filter((_, i) => (i >= 32 ? 2 : 0) + (i % 8 >= 4 ? 1 : 0) === quadrant)) / 4),
    ),
  );
  const centered = means.map((of) => of.map((value) => value - mean(of)));
  const deviations = centered.map((of) => Math.sqrt(mean(of.map((value) => value * value))));
  const lights = all.map((image) => {
    if (shape.channels !== 3) return Array.from(image);
    return Array.from(
      { length: image.length / 3 },
      (_, i) => 2 * image[3 * i] + 5 * image[3 * i + 1] + image[3 * i + 2],
    );
  });
  const group = all.map((_, i) => i);
  for (let a = 0; a < all.length; a++) {
    for (let b = 0; b < a; b++) {
      if (Math.min(deviations[a], deviations[b]) < 4) continue;
      if (quadrants[a].some((value, i) => Math.abs(value - quadrants[b][i]) > 1)) continue;
      if (mean(centered[a].map((value, i) => Math.abs(value - centered[b][i]))) > 2.5) continue;
      if (correlation(lights[a], lights[b]) < 0.99) continue;
      const [from, to] = [group[a], group[b]];
      for (const [i, own] of group.entries()) if (own === from) group[i] = to;
    }
  }
  const groups = new Map<number, number[]>();
  for (const [i, own] of group.entries()) groups.set(own, [...(groups.get(own) ?? []), i]);
  return [...groups.values()].filter(({ length }) => length > 1).sort((a, b) => a[0] - b[0]);
}

function correlation(x: readonly number[], y: readonly number[]): number {
  const [u, v] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [i, value] of x.entries()) {
    xy += (value - u) * (y[i] - v);
    xx += (value - u) ** 2;
    yy += (y[i] - v) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}

/** Of every sample the first of its group. */
function firstsOf(groups: readonly (readonly number[])[], count: number): number[] {
  const firsts = Array.from({ length: count }, (_, i) => i);
  for (const group of groups) for (const sample of group) firsts[sample] = group[0];
  return firsts;
}

const shapes: readonly Shape[] = [
  { height: 24, width: 24, channels: 3 },
  { height: 28, width: 28, channels: 1 },
  { height: 5, width: 9, channels: 1 },
  { height: 3, width: 3, channels: 3 },
  { height: 16, width: 17, channels: 2 },
];

for (const shape of shapes) {
  const name = `${shape.height}x${shape.width}x${shape.channels}`;
  test(`near copies of ${name}: by the addon, plainly, and by the definition the same`, async () => {
    const all = images(shape, 90, shape.width);
    const dataset = datasetOf(shape, all);
    const found = byDefinition(all, shape);
    assert.ok(found.length > 1, "a set with copies");
    assert.deepEqual(await findNearCopies(dataset), found);
    assert.deepEqual(Array.from(firstsPlainly(dataset)), firstsOf(found, all.length));
  });
}

test("crowds are not compared to the end, alike in both", async () => {
  const shape = { height: 8, width: 8, channels: 1 };
  const all = images(shape, 1400, 7, 1);
  const dataset = datasetOf(shape, all);
  const plain = Array.from(firstsPlainly(dataset));
  assert.ok(new Set(plain).size < all.length);
  assert.deepEqual(firstsOf(await findNearCopies(dataset), all.length), plain);
});

test("values that end below 255 are seen as if they did not", async () => {
  const shape = shapes[0];
  const all = images(shape, 60, 3);
  const dim = all.map((image) => image.map((value) => Math.round(value / 15)));
  const dataset = datasetOf(shape, dim, 17);
  assert.deepEqual(firstsOf(await findNearCopies(dataset), all.length), Array.from(firstsPlainly(dataset)));
});
