/** Dropout and noise: the draws of Random123 and of `src/random.ts`, their distribution, and where they belong. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Stream, streamKey } from "../../src/base/random.js";
import { identity } from "../../src/kernels/activations/index.js";
import { chosenBackend } from "../kernels/addon.js";
import type { Format, Real } from "../kernels/lab.js";
import { assertSameBits, call, execute, f64, formats, wholeStep } from "../kernels/lab.js";

const backend = chosenBackend();

interface Draw {
  readonly pixels: number;
  readonly channels: number;
  readonly key?: readonly [number, number];
  readonly epoch?: number;
  readonly samples?: readonly number[];
}

const rowLength = ({ pixels, channels }: Draw): number => Math.ceil((pixels * channels) / 16) * 16;

/** y of Gaussian noise. */
function noise(format: Format, x: Real, draw: Draw, std: number): Real {
  const { pixels, channels, key = [5, 6], epoch = 0, samples = [0] } = draw;
  const ld = rowLength(draw);
  const y = { numbers: format.array(x.length), ld };
  const place = { order: Int32Array.from(samples), key0: key[0], key1: key[1] };
  const values = { x: { numbers: x, ld }, y, ...place, std, pixels, channels };
  const step = { ...wholeStep(samples.length), epoch };
  return execute(backend, format, [call("gaussianNoise", values)], [step]).of(y.numbers);
}

/** x and y of dropout, and what it kept. */
function drop(format: Format, draw: Draw, rate: number) {
  const { pixels, channels, key = [5, 6], epoch = 0, samples = [0] } = draw;
  const ld = rowLength(draw);
  const x = ones(format, draw);
  const [y, kept] = [format.array(x.length), new Uint8Array(x.length)];
  const values = {
    x: { numbers: x, ld },
    y: { numbers: y, ld },
    kept: { numbers: kept, ld },
    ...{ order: Int32Array.from(samples), key0: key[0], key1: key[1], rate, pixels, channels },
  };
  const step = { ...wholeStep(samples.length), epoch };
  const memory = execute(backend, format, [call("dropout", values)], [step]);
  return { x, y: memory.of(y), kept: memory.of(kept) };
}

const ones = (format: Format, draw: Draw): Real => format.array(rowLength(draw) * (draw.samples ?? [0]).length).fill(1);

/** The words under the normals of four elements: Box-Muller backwards. */
function wordsOf(normals: Real): string {
  const words = [0, 2].flatMap((i) => {
    const [first, second] = [normals[i], normals[i + 1]];
    const radius = 2 ** 32 * (1 - Math.exp(-(first ** 2 + second ** 2) / 2));
    const turn = Math.atan2(second, first) / (2 * Math.PI);
    return [Math.round(radius), Math.round(2 ** 32 * (turn < 0 ? turn + 1 : turn))];
  });
  return words.map((word) => word.toString(16).padStart(8, "0")).join(" ");
}

test("the kernels' Philox gives Random123's published block", () => {
  const draw = { pixels: 1, channels: 4, key: [0, 0] as const };
  const zeros = ones(f64, draw).fill(0);
  assert.equal(wordsOf(noise(f64, zeros, draw, 1)), "6627e8d5 e169c58d bc57ac4c 9b00dbd8");
});

test("words are those of the stream of (seed, layer) at (epoch, sample), elements in C,H,W order", () => {
  const draw = {
    pixels: 6,
    channels: 3,
    key: streamKey(77, "dropout", 2),
    epoch: 2 ** 32 - 2,
    samples: [9, 4_000_000_000],
  };
  const ld = rowLength(draw);
  const zeros = ones(f64, draw).fill(0);
  const y = noise(f64, zeros, draw, 1);
  for (const [row, sample] of draw.samples.entries()) {
    const stream = new Stream(77, "dropout", 2).at(draw.epoch, sample);
    const expected = Array.from({ length: 3 * 8 }, () => stream.word().toString(16).padStart(8, "0"));
    for (let c = 0; c < 3; c++) {
      // The first four pixels of the channel: its plane of six counts as eight.
      const normals = Float64Array.from([0, 1, 2, 3], (p) => y[row * ld + p * 3 + c]);
      assert.equal(wordsOf(normals), expected.slice(8 * c, 8 * c + 4).join(" "), `sample ${sample}, channel ${c}`);
    }
  }
});

for (const format of formats) {
  test(`dropout in ${format.name} keeps 1 - rate of the numbers, scaled so that the mean stays`, () => {
    for (const rate of [0.1, 0.5, 0.9]) {
      const draw = { pixels: 1, channels: 100_000 };
      const y = drop(format, draw, rate).y.subarray(0, draw.channels);
      const kept = y.filter((value) => value !== 0);
      assert.ok(kept.every((value) => Math.abs(value - 1 / (1 - rate)) <= (2 * format.unit) / (1 - rate)));
      // Five standard deviations of a binomial.
      const allowed = 5 * Math.sqrt(rate * (1 - rate) * draw.channels);
      assert.ok(Math.abs(kept.length - (1 - rate) * draw.channels) < allowed, `${kept.length} kept at rate ${rate}`);
    }
  });

  test(`dropout in ${format.name}: a mask belongs to epoch and sample, not to the place in the batch`, () => {
    const draw = { pixels: 9, channels: 33, samples: [3, 8, 3] };
    const ld = rowLength(draw);
    const y = drop(format, draw, 0.5).y;
    const rows = [0, 1, 2].map((r) => y.subarray(r * ld, r * ld + 9 * 33));
    assertSameBits(rows[0], rows[2], "sample 3 twice");
    assert.notDeepEqual(rows[0], rows[1]);
    const later = drop(format, { ...draw, epoch: 1 }, 0.5).y;
    assert.notDeepEqual(later.subarray(0, 9 * 33), rows[0]);
    const other = drop(format, { ...draw, key: [5, 7] }, 0.5).y;
    assert.notDeepEqual(other.subarray(0, 9 * 33), rows[0]);
  });

  test(`dropoutBackward in ${format.name} gives what the forward pass gave`, () => {
    const draw = { pixels: 4, channels: 40, samples: [1, 2] };
    const ld = rowLength(draw);
    const { x, y, kept } = drop(format, draw, 0.3);
    const [dy, dx] = [x, format.array(x.length)].map((numbers) => ({ numbers, ld }));
    const values = { dy, kept: { numbers: kept, ld }, y: null, dx, rate: 0.3, n: 160, activation: identity };
    const out = execute(backend, format, [call("dropoutBackward", values)], [wholeStep(2)]).of(dx.numbers);
    assertSameBits(out, y, "dx of a dy of ones");
  });

  test(`gaussianNoise in ${format.name} has the moments of a normal distribution`, () => {
    const draw = { pixels: 100, channels: 1000 };
    const zeros = ones(format, draw).fill(0);
    const deviation = 0.25;
    const y = Float64Array.from(noise(format, zeros, draw, deviation).subarray(0, 100_000));
    const moment = (power: number) => y.reduce((sum, value) => sum + (value / deviation) ** power, 0) / y.length;
    // Five standard errors: of the k-th moment sqrt((E x^2k - (E x^k)^2) / n).
    const allowed = [1, 2, 15, 96].map((variance) => 5 * Math.sqrt(variance / y.length));
    for (const [i, expected] of [0, 1, 0, 3].entries()) {
      assert.ok(Math.abs(moment(i + 1) - expected) < allowed[i], `moment ${i + 1} is ${moment(i + 1)}`);
    }
  });
}
