/** Samples from bytes: the right ones, standardized as asked. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chosenBackend } from "../kernels/addon.js";
import { blank, random } from "../kernels/data.js";
import type { Format, Real } from "../kernels/lab.js";
import { assertClose, call, execute, formats, wholeStep } from "../kernels/lab.js";

const backend = chosenBackend();

interface Gathered {
  readonly images: Uint8Array;
  readonly pixels: number;
  readonly order: number[];
  readonly cursor: number;
  readonly scale: Real | null;
  readonly shift: Real | null;
}

/** The rows of a chunk that takes all places from the cursor on. */
function gather(format: Format, { images, pixels, order, cursor, scale, shift }: Gathered): Real[] {
  const rows = order.length - cursor;
  const x = { numbers: blank(format, rows * pixels), ld: pixels };
  const values = {
    x,
    images,
    order: Int32Array.from(order),
    scale,
    shift,
    pixels,
    perImage: scale ? 0 : 1,
  };
  const out = execute(backend, format, [call("gather", values)], [{ ...wholeStep(rows), cursor }]).of(x.numbers);
  return Array.from({ length: rows }, (_, r) => out.slice(r * pixels, (r + 1) * pixels));
}

for (const format of formats) {
  test(`gather in ${format.name}: x = byte * scale + shift, for the samples at their places`, () => {
    const [pixels, samples] = [21, 5];
    const images = new Uint8Array(samples * pixels).map((_, i) => (i * 37) % 256);
    const scale = format.array(pixels).map((_, i) => (i + 1) / 256);
    const shift = format.array(pixels).map((_, i) => i / 8);
    const order = [4, 2, 0, 3, 3, 1];
    for (const [r, row] of gather(format, { images, pixels, order, cursor: 2, scale, shift }).entries()) {
      const image = order[2 + r] * pixels;
      // All of these are exact in either format.
      assert.deepEqual(
        Array.from(row),
        Array.from(row, (_, i) => images[image + i] * scale[i] + shift[i]),
      );
    }
  });

  test(`gather in ${format.name}, per image: mean 0 and norm 1, zeros for a constant image`, () => {
    const [pixels, samples] = [784, 4];
    const next = random(3);
    const images = new Uint8Array(samples * pixels).map((_, i) => (i < pixels ? 200 : 256 * next() * next()));
    const rows = gather(format, { images, pixels, order: [0, 1, 2, 3], cursor: 0, scale: null, shift: null });
    assert.ok(rows[0].every((value) => value === 0));
    for (const [r, row] of rows.entries()) {
      if (r === 0) continue;
      const bytes = images.subarray(r * pixels, (r + 1) * pixels);
      const mean = bytes.reduce((sum, byte) => sum + byte, 0) / pixels;
      const norm = Math.hypot(...Array.from(bytes, (byte) => byte - mean));
      const expected = Float64Array.from(bytes, (byte) => (byte - mean) / norm);
      assertClose(row, expected, 4 * format.unit, `image ${r}`);
    }
  });
}
