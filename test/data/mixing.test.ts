/** Images mixed with others: what is drawn, what comes of pixels and labels, and what a step of it costs by the formula. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAugmentation } from "../../src/augment/index.js";
import { exp } from "../../src/base/exp.js";
import { identity, Stream } from "../../src/base/random.js";
import { noAugmentation } from "../../src/kernels/changes/index.js";
import { drawBeta } from "../../src/kernels/mixes/beta.js";
import { boxOf, shareLeft } from "../../src/kernels/mixes/cut-mix.js";
import { drawMixes, mixes, mixNumbers } from "../../src/kernels/mixes/index.js";
import { lossOf } from "../../src/losses/index.js";
import { resolveNet } from "../../src/nn/net.js";
import { configure, engineOf, standardized, train, weightsOf } from "../contract/lab.js";
import { chosenBackend } from "../kernels/addon.js";
import { augmentImages } from "../kernels/augment.js";
import { f64 } from "../kernels/lab.js";
import { saying } from "./fixtures.js";

const shape = { height: 8, width: 6, channels: 2 };
const pixels = shape.height * shape.width * shape.channels;
const count = 40;
const images = new Uint8Array(count * pixels).map((_, i) => (i * 37 + Math.floor(i / pixels) * 11) % 256);
const labels = Uint16Array.from({ length: count }, (_, i) => (i * 7) % 5);

function drawn(list: string, { places = count, seed = 3, epoch = 2 } = {}) {
  const out = { partners: new Uint32Array(places), mixes: new Float64Array(places * mixNumbers) };
  drawMixes({ settings: parseAugmentation(list)!, shape, seed, epoch }, identity(places), out);
  return out;
}
const numbersOf = ({ mixes: all }: { mixes: Float64Array }, place: number): Float64Array =>
  all.subarray(place * mixNumbers, (place + 1) * mixNumbers);

test("a box that the border cuts off weighs what is left of it", () => {
  for (const [height, width, share, centre, box, left] of [
    [28, 28, 0.5, [2, 14], [0, 11, 5, 23], 0.7474489795918368],
    [28, 28, 0.5, [14, 14], [5, 23, 5, 23], 0.5867346938775511],
    [64, 32, 0.25, [60, 30], [33, 64, 17, 32], 0.77294921875],
    [28, 28, 0.999, [5, 5], [5, 5, 5, 5], 1],
  ] as const) {
    const of = { height, width, channels: 1 };
    const made = boxOf(share, centre, of);
    assert.deepEqual([made.top, made.bottom, made.left, made.right], box);
    assert.equal(shareLeft(made, of), left);
  }
});

test("exp is within 4 ulp of Math.exp, and has its limits", () => {
  for (let i = 0; i < 20_000; i++) {
    const x = -300 + 0.0301 * i;
    assert.ok(Math.abs(exp(x) / Math.exp(x) - 1) < 4 * 2 ** -52, `${x}`);
  }
  assert.deepEqual([exp(0), exp(1e9), exp(-1e9), exp(Infinity)], [1, Infinity, 0, Infinity]);
});

test("shares are of the symmetric Beta: mean 1/2, variance 1 / (8 a + 4); at 1 uniform", () => {
  for (const a of [1e-3, 0.2, 1, 3, 100]) {
    const stream = new Stream(9, "test");
    const shares = Array.from({ length: 20_000 }, () => drawBeta(stream, a));
    assert.ok(shares.every((share) => share >= 0 && share <= 1));
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    const variance = shares.reduce((sum, share) => sum + (share - 0.5) ** 2, 0) / shares.length;
    assert.ok(Math.abs(mean - 0.5) < 0.012, `${a}: mean ${mean}`);
    assert.ok(Math.abs(variance * (8 * a + 4) - 1) < 0.04, `${a}: variance ${variance}`);
    const low = shares.filter((share) => share < 0.25).length / shares.length;
    if (a === 1) assert.ok(Math.abs(low - 0.25) < 0.012, `${low}`);
  }
});

test("a draw belongs to seed, epoch and place; partners are of the whole order; both mixes come equally often", () => {
  const all = drawn("mixup 0.2, cutmix 1", { places: 4000 });
  assert.deepEqual(drawn("mixup 0.2, cutmix 1", { places: 4000 }), all);
  for (const other of [{ seed: 4 }, { epoch: 3 }]) {
    assert.notDeepEqual(drawn("mixup 0.2, cutmix 1", { places: 4000, ...other }), all);
  }
  assert.ok(new Set(all.partners).size > 2400);
  const blended = Array.from({ length: 4000 }, (_, place) => numbersOf(all, place)[1]).filter((own) => own < 1).length;
  assert.ok(Math.abs(blended - 2000) < 120, `${blended}`);
});

test("mixup weighs pixels as labels; of CutMix the pixels are counted", () => {
  for (const list of ["mixup 0.7", "cutmix 1"]) {
    const mixed = drawn(list);
    const run = { images, shape, order: Array.from(identity(count)) };
    const made = augmentImages(chosenBackend(), f64, { ...run, settings: noAugmentation, mixed });
    for (const [place, x] of made.entries()) {
      const own = images.subarray(place * pixels, (place + 1) * pixels);
      const at = mixed.partners[place] * pixels;
      const other = images.subarray(at, at + pixels);
      const [label] = numbersOf(mixed, place);
      if (list.startsWith("mixup")) {
        for (let i = 0; i < pixels; i++) assert.ok(Math.abs(x[i] - (label * own[i] + (1 - label) * other[i])) < 1e-10);
        continue;
      }
      assert.ok(x.every((value, i) => value === own[i] || value === other[i]));
      const differ = Array.from(x.keys()).filter((i) => own[i] !== other[i]);
      const kept = differ.filter((i) => x[i] === own[i]).length / differ.length;
      // Where the two images agree a pixel is nobody's.
      if (place !== mixed.partners[place]) assert.ok(Math.abs(kept - label) < 1e-12, `${kept}, ${label}`);
    }
  }
});

test("the partner is changed as its own image is: by its own draws", () => {
  const settings = parseAugmentation("flip horizontal, noise 0.1, crop 1, erase 0.5")!;
  const run = { images, shape, order: [3, 8], settings, epoch: 5 };
  const [alone, other] = augmentImages(chosenBackend(), f64, run);
  const numbers = [0.25, 0.25, 0, 0, 0, 0];
  const mixed = { partners: Uint32Array.of(8, 3), mixes: Float64Array.from([...numbers, ...numbers]) };
  const [first, second] = augmentImages(chosenBackend(), f64, { ...run, mixed });
  for (let i = 0; i < pixels; i++) {
    assert.ok(Math.abs(first[i] - (0.25 * alone[i] + 0.75 * other[i])) < 1e-10);
    assert.ok(Math.abs(second[i] - (0.25 * other[i] + 0.75 * alone[i])) < 1e-10);
  }
});

/** Loss of a step and gradient of the biases of a dense layer, by the formula of softmax cross-entropy on mixed labels. */
function byFormula(list: string, seed: number, smoothing: number, w: Float64Array, b: Float64Array, weights: number[]) {
  const { partners, mixes: numbers } = drawn(list, { seed, epoch: 0 });
  const { scale, shift } = standardized(shape) as { scale: readonly number[]; shift: readonly number[] };
  const gradient = new Float64Array(5);
  let [loss, total] = [0, 0];
  for (let place = 0; place < count; place++) {
    const [label, pixel, top, bottom, left, right] = numbers.subarray(place * mixNumbers);
    const z = Array.from(b);
    for (let c = 0; c < shape.channels; c++) {
      for (let y = 0; y < shape.height; y++) {
        for (let x = 0; x < shape.width; x++) {
          const i = (y * shape.width + x) * shape.channels + c;
          const [own, other] = [place, partners[place]].map((sample) => images[sample * pixels + i]);
          const inside = y >= top && y < bottom && x >= left && x < right;
          const value = (inside ? other : pixel * own + (1 - pixel) * other) * scale[c] + shift[c];
          // Features in C, H, W order, as the weights of PyTorch have them.
          const feature = (c * shape.height + y) * shape.width + x;
          for (let k = 0; k < 5; k++) z[k] += w[k * pixels + feature] * value;
        }
      }
    }
    const sum = z.reduce((all, value) => all + Math.exp(value), 0);
    const [mine, theirs] = [labels[place], labels[partners[place]]];
    const weight = label * weights[mine] + (1 - label) * weights[theirs];
    total += weight;
    for (let k = 0; k < 5; k++) {
      const onehot = (k === mine ? label : 0) + (k === theirs ? 1 - label : 0);
      const t = (1 - smoothing) * onehot + smoothing / 5;
      loss -= weight * t * Math.log(Math.exp(z[k]) / sum);
      gradient[k] += weight * (Math.exp(z[k]) / sum - t);
    }
  }
  return { loss: loss / total, gradient: gradient.map((value) => value / total) };
}

test("a step's loss and gradient are those of mixed images and mixed labels, smoothed and weighted too, on any ranks", async () => {
  const net = resolveNet({ input: shape, classes: 5, layers: [{ type: "flatten" }, { type: "dense", units: 5 }] });
  const tensors = weightsOf(net, "f64", 0.05);
  const dataset = { train: { count, images, labels }, test: null };
  for (const list of ["mixup 0.4", "cutmix 1", "mixup 1, cutmix 0.5"]) {
    for (const [smoothing, weights] of [
      [0, [1, 1, 1, 1, 1]],
      [0.1, [0.5, 2, 1, 3, 0.25]],
    ] as const) {
      const loss = { ...lossOf("cross-entropy"), smoothing, classWeights: weights };
      const augmentation = parseAugmentation(list);
      const common = { net, dtype: "f64", dataset, batchSize: count, tensors, loss, augmentation, seed: 11 } as const;
      const expected = byFormula(list, 11, smoothing, tensors[0] as Float64Array, tensors[1] as Float64Array, [
        ...weights,
      ]);
      for (const ranks of [1, 3]) {
        const engine = engineOf(ranks);
        configure(engine, common);
        const [trained] = await train(engine, { ...common, lr: 0 }, 1);
        const [, gradient] = engine.optimizerState()[0];
        assert.ok(Math.abs(trained - expected.loss) < 1e-12, `${list}: ${trained}, expected ${expected.loss}`);
        for (const [k, value] of expected.gradient.entries()) assert.ok(Math.abs(gradient[k] - value) < 1e-12);
      }
    }
  }
});

test("words of mixes: read, printed and refused as those of changes", () => {
  assert.equal(parseAugmentation("cifar, mixup 0.2")?.mixup, 0.2);
  assert.equal(parseAugmentation("cutmix 1")?.cutmix, 1);
  for (const { name, examples, off } of mixes) {
    assert.deepEqual(Object.keys(off), [name]);
    for (const example of examples) assert.ok(example.startsWith(`${name} `));
  }
  for (const text of ["mixup", "mixup 0", "cutmix -1", "mixup 101", "cutmix nan"]) {
    assert.throws(() => parseAugmentation(text), saying(2, "--augment", "above 0"));
  }
  assert.throws(() => parseAugmentation("mixup 0.2, mixup 0.3"), saying(2, "once"));
  assert.throws(() => parseAugmentation("mix 0.2"), saying(2, "Did you mean mixup?"));
});
