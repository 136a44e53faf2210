/** The windows of `resized-crop`: their areas, proportions and places. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { streamKey } from "../../src/base/random.js";
import { attempt, windowOf } from "../../src/kernels/changes/resized-crop.js";

const [key0, key1] = streamKey(0, "augment");
const of = (sample: number) => ({ epoch: 0, sample, key0, key1 });
const attempts = (sample: number, least: number) => Array.from({ length: 10 }, (_, i) => attempt(of(sample), i, least));

test("proportions are even in their logarithm, from 3/4 to 4/3; areas are even from the least", () => {
  const drawn = Array.from({ length: 10_000 }, (_, sample) => attempt(of(sample), 0, 0.08));
  const logs = drawn.map(([, ratio]) => Math.log(ratio));
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  assert.ok(Math.abs(mean) < 0.005, `${mean}`);
  assert.ok(drawn.every(([, ratio]) => ratio >= 3 / 4 - 1e-15 && ratio <= 4 / 3 + 1e-15));
  assert.ok(Math.min(...logs) < -0.287 && Math.max(...logs) > 0.287);
  const quarter = logs.filter((value) => value < -Math.log(4 / 3) / 2).length;
  assert.ok(Math.abs(quarter - 2500) < 130, `${quarter}`);
  const areas = drawn.map(([area]) => area);
  assert.ok(Math.min(...areas) >= 0.08 && Math.min(...areas) < 0.081 && Math.max(...areas) < 1);
  assert.ok(Math.abs(areas.reduce((sum, area) => sum + area, 0) / areas.length - 0.54) < 0.008);
});

test("a window lies in the image, of every place; of proportions as drawn, to the rounding", () => {
  const shape = { height: 480, width: 500, channels: 3 };
  const places = { top: 0, left: 0 };
  for (let sample = 0; sample < 2000; sample++) {
    const { top, left, height, width } = windowOf(attempts(sample, 0.1), shape);
    assert.ok(top >= 0 && left >= 0 && top + height <= 480 && left + width <= 500 && height > 0 && width > 0);
    const ratio = width / height;
    assert.ok(ratio > 0.74 && ratio < 1.35, `${ratio}`);
    const share = (width * height) / (480 * 500);
    assert.ok(share > 0.099 && share <= 1, `${share}`);
    if (height < 480) places.top += top / (480 - height) / 2000;
    if (width < 500) places.left += left / (500 - width) / 2000;
  }
  assert.ok(Math.abs(places.top - 0.5) < 0.03 && Math.abs(places.left - 0.5) < 0.03);
});

test("where none of ten fits, the largest window of allowed proportions in the middle", () => {
  const never = [[1, 4 / 3, 0, 0]] as const;
  assert.deepEqual(windowOf(never, { height: 6, width: 40, channels: 1 }), { top: 0, left: 16, height: 6, width: 8 });
  assert.deepEqual(windowOf(never, { height: 40, width: 6, channels: 1 }), { top: 16, left: 0, height: 8, width: 6 });
  assert.deepEqual(windowOf(never, { height: 8, width: 8, channels: 1 }), { top: 0, left: 0, height: 8, width: 8 });
});
