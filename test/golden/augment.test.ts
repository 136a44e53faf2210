/** Affine maps and resized windows against SciPy and PyTorch (`make_augment.py`): 130 images, within 1e-4 of one step of a byte. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { ImageShape } from "../../src/base/shape.js";
import type { Augmentation } from "../../src/kernels/changes/index.js";
import { chosenBackend } from "../kernels/addon.js";
import { augmentImages } from "../kernels/augment.js";
import { assertClose, formats } from "../kernels/lab.js";
import { goldenFile } from "./golden.js";

type Case = ImageShape &
  Partial<Augmentation> & {
    readonly name: string;
    readonly count: number;
    /** [images][probes] */
    readonly pixels: readonly (readonly number[])[];
  };
const golden = JSON.parse(readFileSync(goldenFile("augment.json"), "utf8")) as {
  readonly seed: number;
  readonly epoch: number;
  readonly cases: readonly Case[];
};
const { seed, epoch, cases } = golden;
const backend = chosenBackend();

for (const { name, count, height, width, channels, pixels, ...settings } of cases) {
  for (const format of formats) {
    test(`${name}, in ${format.name}: as SciPy and PyTorch have it`, () => {
      const [shape, size] = [{ height, width, channels }, height * width * channels];
      const value = (sample: number, i: number): number => (i * i * 7 + i * (13 + sample) + sample * 31) % 251;
      const images = new Uint8Array(count * size).map((_, i) => value(Math.floor(i / size), i % size));
      const order = pixels.map((_, sample) => sample);
      const drawn = augmentImages(backend, format, { images, shape, settings, order, seed, epoch });
      for (const [sample, expected] of pixels.entries()) {
        const probed = Float64Array.from(expected, (_, j) => drawn[sample][(sample * 5 + j * 97) % size]);
        assertClose(probed, Float64Array.from(expected), 1e-4, `image ${sample}`);
      }
    });
  }
}

test("there are 130 images", () => {
  assert.equal(
    cases.reduce((sum, { pixels }) => sum + pixels.length, 0),
    130,
  );
});
