/** Pooling at what PyTorch's definition settles: ties, NaN, padding, pixels that no window sees. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chosenBackend } from "../kernels/addon.js";
import { geometryOf, type Windows } from "../kernels/cases/pool.js";
import type { Format, Matrix, Numbers, Real } from "../kernels/lab.js";
import { call, execute, formats, wholeStep } from "../kernels/lab.js";

const backend = chosenBackend();

/** One image of one channel, repeated over some channels so that whole vectors are taken too. */
function pool(format: Format, window: Windows, image: readonly number[], channels: number) {
  const geometry = geometryOf(window, channels);
  const outputs = geometry.outHeight * geometry.outWidth * channels;
  const x = format.array(image.length * channels).map((_, i) => image[Math.floor(i / channels)]);
  const [y, argmax] = [format.array(outputs).fill(99), new Uint8Array(outputs).fill(99)];
  const row = <A extends Numbers>(numbers: A): Matrix<A> => ({ numbers, ld: numbers.length });
  const values = { x: row(x), y: row(y), argmax: row(argmax), ...geometry };
  const out = execute(backend, format, [call("maxPool", values)], [wholeStep(1)]);
  const dx = format.array(x.length).fill(99);
  const dy = format.array(outputs).map((_, i) => 1 + Math.floor(i / channels));
  const given = { dy: row(dy), argmax: row(out.of(argmax)), dx: row(dx), ...geometry };
  const back = execute(backend, format, [call("maxPoolBackward", given)], [wholeStep(1)]);
  const ofChannel = (numbers: Real | Uint8Array, c: number) => Array.from(numbers).filter((_, i) => i % channels === c);
  const results = [0, channels - 1].map((c) => ({
    y: ofChannel(out.of(y), c),
    argmax: ofChannel(out.of(argmax), c),
    dx: ofChannel(back.of(dx), c),
  }));
  assert.deepEqual(results[0], results[1]);
  return results[0];
}

const nan = Number.NaN;
for (const format of formats) {
  for (const channels of [1, 16, 19]) {
    const name = `${format.name}, ${channels} channels`;

    test(`max pooling: the first wins ties, the rim is dropped and gets no gradient (${name})`, () => {
      // Rows 1 and 2 pool; the third column and row are the rim.
      const image = [5, 5, 9, 5, 5, 9, 9, 9, 9];
      const expected = { y: [5], argmax: [0], dx: [1, 0, 0, 0, 0, 0, 0, 0, 0] };
      const window: Windows = { height: 3, width: 3, window: [2, 2], stride: [2, 2] };
      assert.deepEqual(pool(format, window, image, channels), expected);
    });

    test(`max pooling: NaN wins wherever it stands, and minus infinity is a number (${name})`, () => {
      const window: Windows = { height: 2, width: 2, window: [2, 2], stride: [2, 2] };
      for (let at = 0; at < 4; at++) {
        const image = [3, 7, -1, 2].with(at, nan);
        const { y, argmax } = pool(format, window, image, channels);
        assert.deepEqual([y, argmax], [[nan], [at]]);
      }
      const low = pool(format, window, [-Infinity, -Infinity, -Infinity, -Infinity], channels);
      assert.deepEqual(low, { y: [-Infinity], argmax: [0], dx: [1, 0, 0, 0] });
    });

    test(`max pooling: padding never wins, overlapping windows add (${name})`, () => {
      const window: Windows = { height: 3, width: 3, window: [3, 3], stride: [2, 2], pad: [1, 1, 1, 1] };
      // Negative numbers: a padding of zeros would win. The middle is the largest of all four windows.
      const image = [-9, -8, -7, -6, -1, -5, -4, -3, -2];
      const { y, argmax, dx } = pool(format, window, image, channels);
      assert.deepEqual(y, [-1, -1, -1, -1]);
      assert.deepEqual(argmax, [8, 6, 2, 0]);
      assert.deepEqual(dx, [0, 0, 0, 0, 1 + 2 + 3 + 4, 0, 0, 0, 0]);
    });
  }
}
