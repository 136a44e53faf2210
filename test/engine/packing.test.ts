/** Packing: what files hold goes into the kernels' layout and back without a change, whatever the sizes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FloatArray } from "../../src/base/numbers.js";
import { copyLength, pack, packedLength, unpack } from "../../src/engine/packing.js";
import { lanesOf, padded, panelIndex } from "../../src/kernels/panels.js";
import type { Packing } from "../../src/nn/spec.js";

const dtypes = ["f32", "f64"] as const;
const side = fc.integer({ min: 1, max: 5 });

/** Dense weights over an image of 1 to 3 channels; as many units as one panel, a part of one, or several. */
const panels = fc
  .record({ height: side, width: side, channels: fc.integer({ min: 1, max: 3 }), n: fc.integer({ min: 1, max: 110 }) })
  .map(({ n, ...image }): Packing & { kind: "panels" } => ({
    kind: "panels",
    copy: "transposed",
    k: image.height * image.width * image.channels,
    n,
    image,
  }));
const vectors = fc.integer({ min: 1, max: 110 }).map((n): Packing => ({ kind: "vector", n }));

const arrayOf = (dtype: (typeof dtypes)[number], length: number): FloatArray =>
  dtype === "f32" ? new Float32Array(length) : new Float64Array(length);

/** Every element another number, none of them 0. */
const numbered = (dtype: (typeof dtypes)[number], length: number): FloatArray =>
  arrayOf(dtype, length).map((_, i) => i + 1);

for (const dtype of dtypes) {
  const lanes = lanesOf(dtype);

  test(`a tensor comes back as it went in, and padding stays zero, ${dtype}`, () => {
    fc.assert(
      fc.property(fc.oneof(panels, vectors), (packing) => {
        const length = packing.kind === "panels" ? packing.k * packing.n : packing.n;
        const tensor = numbered(dtype, length);
        const packed = arrayOf(dtype, packedLength(packing, lanes));
        pack(packing, lanes, tensor, packed, null);
        const back = arrayOf(dtype, length);
        unpack(packing, lanes, packed, back);
        assert.deepEqual(back, tensor);
        // Each number has one place; all others are padding.
        assert.deepEqual(packed.filter((value) => value !== 0).sort(), tensor);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  test(`rows of panels are features channels last, and the transposed copy is the transpose, ${dtype}`, () => {
    fc.assert(
      fc.property(panels, (packing) => {
        const { k, n, image } = packing;
        const tensor = numbered(dtype, k * n);
        const packed = arrayOf(dtype, packedLength(packing, lanes));
        const transposed = arrayOf(dtype, copyLength(packing, lanes));
        pack(packing, lanes, tensor, packed, transposed);
        const pixels = image.height * image.width;
        for (let unit = 0; unit < n; unit++) {
          for (let pixel = 0; pixel < pixels; pixel++) {
            for (let channel = 0; channel < image.channels; channel++) {
              const feature = pixel * image.channels + channel;
              // PyTorch's: [unit][channel][pixel].
              const value = tensor[(unit * image.channels + channel) * pixels + pixel];
              assert.equal(packed[panelIndex(feature, unit, k, n, lanes)], value);
              assert.equal(transposed[panelIndex(unit, feature, n, k, lanes)], value);
            }
          }
        }
        assert.equal(transposed.filter((value) => value !== 0).length, k * n);
      }),
      { seed: 2, numRuns: 40 },
    );
  });

  test(`panels are 3 vectors wide, each one whole before the next, ${dtype}`, () => {
    const [rows, columns] = [5, 3 * lanes + 2];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const inFirst = column < 3 * lanes;
        const expected = inFirst ? row * 3 * lanes + column : rows * 3 * lanes + row * lanes + (column - 3 * lanes);
        assert.equal(panelIndex(row, column, rows, columns, lanes), expected);
      }
    }
    assert.equal(padded(3 * lanes + 2, lanes), 4 * lanes);
  });
}
