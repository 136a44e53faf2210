/** Augmented images: each change by itself, on images where one sees what must come out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Augmentation } from "../../src/kernels/changes/index.js";
import { chosenBackend } from "../kernels/addon.js";
import { augmentImages } from "../kernels/augment.js";
import { blank, random } from "../kernels/data.js";
import { assertClose, assertSameBits, call, execute, f32, f64, formats, wholeStep } from "../kernels/lab.js";

const backend = chosenBackend();
const shape = { height: 12, width: 15, channels: 3 };
const pixels = shape.height * shape.width * shape.channels;
const samples = 200;
const next = random(11);
const images = new Uint8Array(samples * pixels).map(() => 1 + 255 * next());
const all = Array.from({ length: samples }, (_, i) => i);
const original = (sample: number) => images.subarray(sample * pixels, (sample + 1) * pixels);
const run = (settings: Partial<Augmentation>, more: { epoch?: number; seed?: number; order?: number[] } = {}) =>
  augmentImages(backend, f64, { images, shape, settings, order: all, ...more });
const at = (row: number, column: number, channel: number): number => (row * shape.width + column) * 3 + channel;

for (const format of formats) {
  for (const perImage of [false, true]) {
    test(`without any change it is gather, in ${format.name}${perImage ? ", per image" : ""}`, () => {
      const x = { numbers: blank(format, samples * pixels), ld: pixels };
      const [scale, shift] = [format.array(pixels).fill(1), format.array(pixels)];
      const order = Int32Array.from(all);
      const values = { x, images, order, scale, shift, pixels, perImage: Number(perImage) };
      const gathered = execute(backend, format, [call("gather", values)], [wholeStep(samples)]).of(x.numbers);
      const plain = augmentImages(backend, format, { images, shape, settings: {}, order: all, perImage });
      for (const [i, image] of plain.entries()) {
        const expected = gathered.subarray(i * pixels, (i + 1) * pixels);
        assertClose(image, expected, perImage ? 4 * format.unit : 0, `image ${i}`);
      }
    });
  }
}

test("a draw belongs to (seed, epoch, sample): not to the place in the order, nor to the others in the minibatch", () => {
  const settings = { rotate: 30, shiftHeight: 0.2, noise: 0.1, erase: 0.5, crop: 2, flipHorizontal: true };
  const whole = run(settings, { epoch: 3, seed: 5 });
  const [seven, alone] = run(settings, { epoch: 3, seed: 5, order: [7, 100] });
  assertSameBits(seven, whole[7], "sample 7");
  assertSameBits(alone, whole[100], "sample 100");
  for (const other of [
    { epoch: 4, seed: 5 },
    { epoch: 3, seed: 6 },
  ]) {
    assert.notDeepEqual(run(settings, { ...other, order: [7] })[0], seven);
  }
});

test("a flip mirrors about half of the images, whole", () => {
  for (const key of ["flipHorizontal", "flipVertical"] as const) {
    let flipped = 0;
    for (const [sample, image] of run({ [key]: true }).entries()) {
      const from = original(sample);
      if (image.every((value, i) => value === from[i])) continue;
      flipped++;
      for (let row = 0; row < shape.height; row++) {
        for (let column = 0; column < shape.width; column++) {
          const source = key === "flipVertical" ? at(11 - row, column, 1) : at(row, shape.width - 1 - column, 1);
          assert.equal(image[at(row, column, 1)], from[source]);
        }
      }
    }
    assert.ok(flipped > 75 && flipped < 125, `${key}: ${flipped} of ${samples}`);
  }
});

test("alternating, an image is mirrored in every second epoch, about half of them in the first", () => {
  const settings = { flipHorizontal: true, flipAlternating: true };
  const epochs = [0, 1, 2, 7].map((epoch) => run(settings, { epoch }));
  const isMirrored = (image: ArrayLike<number>, sample: number): boolean => {
    const from = original(sample);
    const same = (source: (row: number, column: number) => number): boolean =>
      from.every((_, i) => {
        const [row, column] = [Math.floor(i / 45), Math.floor(i / 3) % 15];
        return image[i] === from[source(row, column) + (i % 3)];
      });
    const plain = same((row, column) => at(row, column, 0));
    assert.notEqual(
      plain,
      same((row, column) => at(row, 14 - column, 0)),
    );
    return !plain;
  };
  const [first, second, third, eighth] = epochs.map((images) => images.map(isMirrored));
  assert.deepEqual(
    second,
    first.map((mirrored) => !mirrored),
  );
  assert.deepEqual([third, eighth], [first, second]);
  const count = first.filter(Boolean).length;
  assert.ok(count > 75 && count < 125, `${count} of ${samples}`);
});

test("a crop is a window of the padded image: every one of the (2 p + 1)^2 can come", () => {
  const seen = new Set<string>();
  for (const [sample, image] of run({ crop: 1 }).entries()) {
    const from = original(sample);
    const isWindow = (down: number, right: number): boolean =>
      image.every((value, i) => {
        const [row, column] = [Math.floor(i / 45) + down, (Math.floor(i / 3) % 15) + right];
        return value === (row < 0 || row > 11 || column < 0 || column > 14 ? 0 : from[at(row, column, i % 3)]);
      });
    const windows = [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((right) => [down, right] as const));
    const found = windows.filter(([down, right]) => isWindow(down, right));
    assert.equal(found.length, 1, `sample ${sample}`);
    seen.add(found.join());
  }
  assert.equal(seen.size, 9);
  // Padded by more than the image is large, windows without any of it come too.
  assert.ok(run({ crop: 40 }).some((image) => image.every((value) => value === 0)));
});

test("a reflecting crop is a window of the image mirrored at its edges, which stand twice", () => {
  // By columns alone: a row of 0 1 2 3 is 1 0 0 1 2 3 3 2 with two more on each side.
  const wide = { height: 1, width: 4, channels: 1 };
  const expected = ["1001", "0012", "0123", "1233", "2332"];
  const row = Uint8Array.of(0, 1, 2, 3);
  const draw = (crop: number, epoch: number): string => {
    const settings = { crop, cropReflect: true };
    const [image] = augmentImages(backend, f64, { images: row, shape: wide, settings, order: [0], epoch });
    return image.join("");
  };
  // A move down or up of one row shows the row itself again.
  const ones = Array.from({ length: 100 }, (_, epoch) => draw(1, epoch));
  assert.deepEqual([...new Set(ones)].sort(), expected.slice(1, 4).sort());

  const seen = new Set<string>();
  const mirrored = (i: number, size: number): number => (i < 0 ? -1 - i : i < size ? i : 2 * size - 1 - i);
  for (const [sample, image] of run({ crop: 2, cropReflect: true }).entries()) {
    const from = original(sample);
    const moves = [-2, -1, 0, 1, 2];
    const found = moves
      .flatMap((down) => moves.map((right) => [down, right] as const))
      .filter(([down, right]) =>
        image.every((value, i) => {
          const [row, column] = [Math.floor(i / 45) + down, (Math.floor(i / 3) % 15) + right];
          return value === from[at(mirrored(row, 12), mirrored(column, 15), i % 3)];
        }),
      );
    assert.equal(found.length, 1, `sample ${sample}`);
    seen.add(found.join());
  }
  assert.equal(seen.size, 25);
});

test("erasing makes one rectangle 0, as often as asked", () => {
  let erased = 0;
  for (const [sample, image] of run({ erase: 0.25 }).entries()) {
    const places = Array.from(image.keys()).filter((i) => image[i] === 0);
    if (places.length === 0) {
      assert.deepEqual(Array.from(image), Array.from(original(sample)));
      continue;
    }
    erased++;
    const rows = places.map((i) => Math.floor(i / 45));
    const columns = places.map((i) => Math.floor(i / 3) % 15);
    const side = (list: number[]): number => Math.max(...list) - Math.min(...list) + 1;
    assert.equal(places.length, side(rows) * side(columns) * 3, "a full rectangle");
    const share = places.length / pixels;
    assert.ok(share > 0.005 && share < 0.4, `${share} of the image`);
  }
  assert.ok(erased > 30 && erased < 70, `${erased} of ${samples}`);
});

test("jitter has a gain of its own for each channel of each image, within its range, and stays in range", () => {
  const gains = [0, 1, 2].map((channel) =>
    run({ jitter: 0.5 }).map((image, sample) => {
      const from = original(sample);
      const darkest = Math.min(...from.filter((_, i) => i % 3 === channel));
      const gain = image[from.findIndex((value, i) => i % 3 === channel && value === darkest)] / darkest;
      for (let i = channel; i < pixels; i += 3) {
        assert.ok(Math.abs(image[i] - Math.min(255, from[i] * gain)) < 1e-9, `${sample}, ${i}: ${image[i]}`);
      }
      return gain;
    }),
  );
  for (const of of gains) {
    assert.ok(Math.min(...of) >= 0.5 && Math.min(...of) < 0.55 && Math.max(...of) <= 1.5 && Math.max(...of) > 1.45);
    assert.ok(Math.abs(of.reduce((sum, gain) => sum + gain, 0) / samples - 1) < 0.08);
  }
  const apart = gains[0].filter((gain, sample) => Math.abs(gain - gains[1][sample]) > 0.01);
  assert.ok(apart.length > 0.9 * samples, "channels are drawn apart");
});

test("contrast keeps the mean and scales what is around it; brightness moves all; both stay in range", () => {
  const grey = new Uint8Array(samples * pixels).map((_, i) => (i % 2 === 0 ? 100 : 140));
  const of = (settings: Partial<Augmentation>) =>
    augmentImages(backend, f64, { images: grey, shape, settings, order: all });
  const contrasts = of({ contrast: 0.5 }).map((image) => {
    const swing = (image[1] - image[0]) / 40;
    const expected = image.map((_, i) => 120 + (i % 2 === 0 ? -20 : 20) * swing);
    assertClose(image, expected, 1e-9, "contrast");
    return swing;
  });
  assert.ok(Math.min(...contrasts) >= 0.5 && Math.min(...contrasts) < 0.55);
  assert.ok(Math.max(...contrasts) <= 1.5 && Math.max(...contrasts) > 1.45);
  const moves = of({ brightness: 0.1 }).map((image) => {
    const move = image[0] - 100;
    assertClose(
      image,
      Float64Array.from(grey.subarray(0, pixels), (value) => value + move),
      1e-9,
      "brightness",
    );
    return move;
  });
  assert.ok(Math.min(...moves) >= -25.5 && Math.min(...moves) < -24);
  assert.ok(Math.max(...moves) <= 25.5 && Math.max(...moves) > 24);
  for (const image of run({ contrast: 1, brightness: 1, noise: 1 })) {
    assert.ok(image.every((value) => value >= 0 && value <= 255));
  }
});

test("noise is normal, of the deviation asked for, of the set's largest value", () => {
  const shape = { height: 20, width: 20, channels: 1 };
  const even = new Uint8Array(100 * 400).fill(8);
  const order = all.slice(0, 100);
  const drawn = augmentImages(backend, f64, { images: even, shape, settings: { noise: 0.05 }, order, maximum: 16 });
  const values = drawn.flatMap((image) => Array.from(image, (value) => value - 8));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  assert.ok(Math.abs(mean) < 0.015, `${mean}`);
  assert.ok(Math.abs(deviation - 0.8) < 0.01, `${deviation}`);
});

test("an even image stays even under every map, with the edge and its reflection around it", () => {
  const even = new Uint8Array(pixels).fill(77);
  const map = { rotate: 90, shiftHeight: 0.5, shiftWidth: 0.5, shear: 20, zoomHeight: 0.5, zoomWidth: 0.5 };
  const order = new Array<number>(50).fill(0);
  for (const fill of ["nearest", "reflect"] as const) {
    for (let epoch = 0; epoch < 20; epoch++) {
      const [image] = augmentImages(backend, f32, {
        images: even,
        shape,
        settings: { ...map, fill },
        order: [0],
        epoch,
      });
      assert.ok(image.every((value) => value === 77));
    }
  }
  const settings = { ...map, fill: "constant" } as const;
  const drawn = augmentImages(backend, f32, { images: even, shape, settings, order });
  assert.ok(drawn[0].some((value) => value === 0) && drawn[0].some((value) => value === 77));
  // Nothing is left of an even image where its own mean is taken off.
  const perImage = augmentImages(backend, f32, { images: even, shape, settings: map, order, perImage: true });
  assert.ok(perImage.every((image) => image.every((value) => value === 0)));
});
