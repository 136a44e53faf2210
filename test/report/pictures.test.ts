/** Pictures of a report show what they say: samples with their own image, label and loss; maps with their sign; filters with their scale. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { placeOf } from "../../src/data/samples.js";
import { readFacts } from "../../src/evidence/facts.js";
import { measureRun } from "../../src/evidence/measured.js";
import { decodeImage } from "../../src/formats/image.js";
import { explain, predict } from "../../src/index.js";
import type { Card } from "../../src/report/cards.js";
import { occlusionMap } from "../../src/report/occlusion.js";
import { gatherReport } from "../../src/report/report.js";
import { spanOf, weightsPicture } from "../../src/report/tensors.js";
import { train } from "../../src/train/trainer.js";
import { configOf } from "../engine/runs.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-pictures-"));
const run = join(folder, "run");
const machine = { threads: 1, backend: configOf({}).backend } as const;

before(async () => {
  await train({ config: configOf({ subset: 400, epochs: 4, lr: 0.01, threads: 1, out: run }) });
});
after(() => rmSync(folder, { recursive: true }));

test("cards of the gallery go by loss, and agree with predict, explain and the data's bytes", async () => {
  const { parts } = await gatherReport(run, machine);
  const told = [...parts].find(([{ id }]) => id === "gallery")![1];
  assert.ok("data" in told);
  const { worst, surest } = told.data as { readonly worst: readonly Card[]; readonly surest: readonly Card[] };
  assert.ok(worst.length > 3 && surest.length > 3);
  for (const [list, sign] of [
    [worst, -1],
    [surest, 1],
  ] as const) {
    for (const [i, { loss }] of list.entries()) if (i > 0) assert.ok(sign * (loss - list[i - 1].loss) >= 0);
  }
  const { dataset } = await measureRun(readFacts(run), machine);
  const { classes, shape, maximum } = dataset;
  const pixels = shape.height * shape.width;
  for (const card of [...worst, ...surest]) {
    assert.equal(card.split, "test");
    const { index } = card;
    const { predictions } = await predict({ path: run, split: "test", index: [index, index], ...machine });
    const [{ class: guess, probabilities }] = predictions;
    const label = predictions[0].label!;
    assert.deepEqual([card.label, card.predicted, card.right], [classes[label], classes[guess], label === guess]);
    assert.ok(Math.abs(card.own - probabilities[label]) < 1e-6 && Math.abs(card.sure - probabilities[guess]) < 1e-6);
    assert.ok(Math.abs(card.loss + Math.log(probabilities[label])) < 1e-5 * (1 + card.loss));
    const { split } = placeOf(dataset, dataset.train.count + index);
    const own = split.images.subarray(index * pixels, (index + 1) * pixels);
    const shown = await decodeImage(Buffer.from(card.image.src.split(",")[1], "base64"), "card");
    assert.deepEqual(
      [...shown.pixels],
      Array.from(own, (value) => Math.round((255 * value) / maximum)),
    );
    assert.equal(card.image.width % shown.width, 0, "each pixel is a whole number of the screen's");
  }
  const { loss } = await explain({ path: run, split: "test", sample: worst[0].index, ...machine });
  assert.ok(Math.abs(loss - worst[0].loss) < 1e-6);
});

test("an occlusion map has the change of the log-probability, of its own class, the border covered as often", () => {
  const [side, fill] = [4, 3];
  const weights = Array.from({ length: side * side }, (_, i) => (i % 5) / 50 - 0.03);
  const image = Uint8Array.from(weights, (_, i) => 10 * i);
  const logit = (pixels: ArrayLike<number>): number => weights.reduce((sum, w, i) => sum + w * pixels[i], 0);
  // Two classes, of logits z and 0, in double.
  const predict = (images: Uint8Array): Float64Array => {
    const rows = Array.from({ length: images.length / 16 }, (_, k) => {
      const p = 1 / (1 + Math.exp(-logit(images.subarray(16 * k, 16 * k + 16))));
      return [p, 1 - p];
    });
    return Float64Array.from(rows.flat());
  };
  const shape = { height: side, width: side, channels: 1 };
  const map = (size: number, label: number): Float64Array =>
    occlusionMap({ image, shape, fill: [fill], windows: { size, stride: 1 }, predict }, label);
  const [own, other] = [map(1, 0), map(1, 1)];
  const z = logit(image);
  const [first, second] = [-Math.log1p(Math.exp(-z)), -Math.log1p(Math.exp(z))];
  for (const [i, w] of weights.entries()) {
    const covered = z - w * (image[i] - fill);
    assert.ok(Math.abs(own[i] - other[i] - (covered - z)) < 1e-9, "the logit's change");
    assert.ok(Math.abs(own[i] - (-Math.log1p(Math.exp(-covered)) - first)) < 1e-9);
    assert.ok(Math.abs(other[i] - (-Math.log1p(Math.exp(covered)) - second)) < 1e-9);
  }
  // Of a window of 3 each pixel is the mean of nine, corners too: a net that sees one pixel gives it the same there as in the middle.
  for (const at of [0, 5]) {
    const only = (images: Uint8Array): Float64Array =>
      Float64Array.from({ length: images.length / 8 }, (_, k) => {
        const p = images[16 * Math.floor(k / 2) + at] === fill ? 0.25 : 0.75;
        return k % 2 === 0 ? p : 1 - p;
      });
    const bright = new Uint8Array(16).fill(200);
    const found = occlusionMap(
      { image: bright, shape, fill: [fill], windows: { size: 3, stride: 1 }, predict: only },
      0,
    );
    assert.ok(Math.abs(found[at] - Math.log(0.25 / 0.75)) < 1e-12);
  }
});

test("filters are scaled each by itself; one that is constant is middle grey, with its value", () => {
  const shape = { height: 1, width: 3, channels: 1 };
  assert.deepEqual([...weightsPicture([-0.002, 0, 0.002], shape).pixels], [1, 128, 255]);
  assert.deepEqual(
    [...weightsPicture([-5, 0, 2.5], shape).pixels].map((value) => Math.sign(value - 128)),
    [-1, 0, 1],
  );
  assert.deepEqual([...weightsPicture([0.7, 0.7, 0.7], shape).pixels], [128, 128, 128]);
  assert.deepEqual(spanOf([0.7, 0.7, 0.7]).constant, 0.7);
  assert.equal(spanOf([0.7, 0.6]).constant, null);
});
