/** `--augment`: what lists mean, and what is said of wrong ones. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { augmentations, lastingAugmentation, parseAugmentation } from "../../src/augment/index.js";
import { changes, noAugmentation } from "../../src/kernels/changes/index.js";
import { saying } from "./fixtures.js";

test("cs596 is the source's exact set", () => {
  assert.deepEqual(parseAugmentation("cs596"), {
    ...noAugmentation,
    ...{ rotate: 8, shiftHeight: 0.08, shiftWidth: 0.08, shear: 0.3, zoomHeight: 0.08, zoomWidth: 0.08 },
    fill: "nearest",
  });
});

test("every word sets what it says", () => {
  const list =
    "rotate 8deg, shift 0.08, shear 0.3 deg, zoom 0.08, flip horizontal, resized-crop 0.3, contrast 0.2, brightness 0.1, noise 0.02, jitter 0.3, crop 4, erase 0.5";
  assert.deepEqual(parseAugmentation(list), {
    ...noAugmentation,
    ...{ rotate: 8, shiftHeight: 0.08, shiftWidth: 0.08, shear: 0.3, zoomHeight: 0.08, zoomWidth: 0.08 },
    ...{
      flipHorizontal: true,
      resizedCrop: 0.3,
      contrast: 0.2,
      brightness: 0.1,
      noise: 0.02,
      jitter: 0.3,
      crop: 4,
      erase: 0.5,
    },
  });
  const parts = parseAugmentation("shift-height .1,shift-width 0.2,zoom-width 5e-1, flip vertical, fill reflect");
  assert.deepEqual(parts, {
    ...noAugmentation,
    ...{ shiftHeight: 0.1, shiftWidth: 0.2, zoomWidth: 0.5, flipVertical: true, fill: "reflect" },
  });
  assert.equal(parseAugmentation("shear 0.5rad")?.shear, (0.5 * 180) / Math.PI);
  assert.equal(parseAugmentation("none"), null);
  assert.deepEqual(parseAugmentation("cifar, erase 0.5"), {
    ...noAugmentation,
    flipHorizontal: true,
    crop: 4,
    erase: 0.5,
  });
});

test("the lasting form of a text means the same, and is its own", () => {
  const texts = [
    ...augmentations.map(({ name }) => name),
    ...["none", "flip vertical, flip horizontal", "cifar, shear 0.3rad, fill constant", "zoom-height 0.1, shift 1"],
    ...["flip alternating, crop 2, crop-fill reflect", "crop 2, crop-fill constant"],
  ];
  for (const text of texts) {
    const lasting = lastingAugmentation(text);
    assert.deepEqual(parseAugmentation(lasting), parseAugmentation(text), text);
    assert.equal(lastingAugmentation(lasting), lasting);
  }
  assert.equal(lastingAugmentation("cifar"), "flip horizontal, crop 4");
});

test("an angle without its unit is refused with the fix", () => {
  assert.throws(
    () => parseAugmentation("shear 0.3"),
    saying(2, "--augment, shear", "unit", '"0.3"', "0.3deg", "0.3rad"),
  );
  assert.throws(() => parseAugmentation("cifar, rotate 8"), saying(2, "--augment, rotate", "8deg"));
});

for (const [text, ...parts] of [
  ["shaer 3deg", "Did you mean shear?"],
  ["cs569", "Did you mean cs596?"],
  ["none, crop 4", '"none"'],
  [",", 'got ""'],
  ["crop", "whole number of pixels", "got nothing"],
  ["crop 4.5", "whole number"],
  ["crop 0", "whole number"],
  ["crop 1025", "1024"],
  ["rotate 181deg", "180deg"],
  ["rotate -8deg", "above 0deg"],
  ["rotate 8grad", "unit"],
  ["shear 90deg", "89deg"],
  ["shear 1.6rad", "89deg"],
  ["shift 1.1", "at most 1"],
  ["shift 0", "above 0"],
  ["zoom 1", "below 1"],
  ["noise 1e999", "at most 1"],
  ["erase 0x1", "at most 1"],
  ["contrast nan", "at most 1"],
  ["flip both", "horizontal, vertical or alternating"],
  ["flip alternating, flip horizontal", "once"],
  ["crop 4, crop-fill nearest", "constant or reflect"],
  ["crop-fill reflect", "only beside crop"],
  ["rotate 8deg, fill black", "nearest, constant or reflect"],
  ["crop 4, fill nearest", "Leave fill out"],
  ["cs596, zoom 0.1", "once", '"zoom 0.1"'],
  ["shift 0.1, shift-width 0.1", "once"],
] as const) {
  test(`refused: ${text}`, () => {
    assert.throws(() => parseAugmentation(text), saying(2, "--augment", ...parts));
  });
}

test("no two changes read the same draws, and every one has an example in its own words", () => {
  const places = changes.flatMap(({ draws }) => draws.map(([block, word]) => 4 * block + word));
  assert.equal(new Set(places).size, places.length);
  assert.ok(places.every((place) => place >= 0 && place < 32));
  for (const { name, off, examples, words } of changes) {
    for (const example of examples) {
      const settings = parseAugmentation(example) as Record<string, unknown>;
      const changed = Object.keys(off).filter((key) => settings[key] !== off[key]);
      assert.ok(changed.length > 0, `${name}: ${example}`);
      for (const [key, value] of Object.entries(noAugmentation)) if (!(key in off)) assert.equal(settings[key], value);
      assert.equal(
        words.some((word) => example.startsWith(`${word.name} `)),
        true,
        example,
      );
    }
  }
});
