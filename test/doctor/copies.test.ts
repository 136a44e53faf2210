/** Held-out images that show what a training image shows: each planted one is found, clean ones are not, and it is kept. */
import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import sharp from "sharp";
import { Stream } from "../../src/base/random.js";
import { dataHash } from "../../src/data/data-hash.js";
import type { Dataset } from "../../src/data/dataset.js";
import { datasets, findDataset } from "../../src/data/index.js";
import type { Patient } from "../../src/doctor/check.js";
import { nearCopies } from "../../src/doctor/checks/near-copies.js";
import { findMovedCopies } from "../../src/doctor/copies/find.js";
import { movedCopiesOf, recallMovedCopies } from "../../src/doctor/copies/kept.js";
import { dataFolder } from "../data/fixtures.js";

const side = 28;
const pixels = side * side;
const [trained, planted, clean] = [300, 100, 100];
const stream = new Stream(3, "test");

/** What comes in at the border is black, as where a scan ends. */
function moved(image: Uint8Array): Uint8Array {
  const places = [-2, -1, 1, 2];
  const [down, right] = [places[stream.below(4)], places[stream.below(4)]];
  return Uint8Array.from({ length: pixels }, (_, i) => {
    const [y, x] = [Math.floor(i / side) - down, (i % side) - right];
    return y < 0 || x < 0 || y >= side || x >= side ? 0 : image[y * side + x];
  });
}

const brightened = (image: Uint8Array): Uint8Array => image.map((value) => Math.min(255, 1.1 * value + 12));

async function savedAgain(image: Uint8Array): Promise<Uint8Array> {
  const raw = { width: side, height: side, channels: 1 } as const;
  const file = await sharp(Buffer.from(image), { raw }).jpeg({ quality: 80 }).toBuffer();
  return sharp(file).toColourspace("b-w").raw().toBuffer();
}

/** The first images of a set to train on; some of them, changed, before others of it to test on. */
async function plantedIn(from: Dataset): Promise<Dataset> {
  const image = (i: number): Uint8Array => from.train.images.subarray(i * pixels, (i + 1) * pixels);
  const ways: readonly ((image: Uint8Array) => Promise<Uint8Array>)[] = [
    (original) => Promise.resolve(moved(original)),
    (original) => Promise.resolve(brightened(original)),
    savedAgain,
  ];
  const copies = await Promise.all(Array.from({ length: planted }, (_, i) => ways[i % 3](image(3 * i))));
  const others = Array.from({ length: clean }, (_, i) => image(trained + i));
  const split = (images: readonly Uint8Array[]) => ({
    count: images.length,
    images: Buffer.concat(images),
    labels: new Uint16Array(images.length),
  });
  const train = split(Array.from({ length: trained }, (_, i) => image(i)));
  return { ...from, train, test: split([...copies, ...others]), validation: null };
}

const range = (first: number, count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => first + i);

test("moved, brightened, saved again: 100 of 100, with what they show, and none of 100 clean ones", async (t) => {
  const dataset = await plantedIn(await findDataset("synthetic-digits-28").load({}));
  const [train, held] = [range(0, trained), range(trained, planted + clean)];
  const seen: number[] = [];
  const look = { trained: train, held };
  const found = await findMovedCopies(dataset, { ...look, onLook: (done) => seen.push(done) });
  assert.equal(seen[0], 0);
  assert.deepEqual(
    found,
    Array.from({ length: planted }, (_, i) => ({ held: trained + i, trained: 3 * i })),
  );

  const folder = dataFolder(t);
  assert.equal(recallMovedCopies(dataset, look, folder), null);
  assert.deepEqual(await movedCopiesOf(dataset, look, folder), found);
  assert.deepEqual(recallMovedCopies(dataset, look, folder), found);
  assert.equal(
    recallMovedCopies(dataset, { trained: train, held: held.subarray(1) }, folder),
    null,
    "of other samples nothing is known",
  );
  const [file] = readdirSync(folder);
  writeFileSync(join(folder, file), '{"version":1,"copies":[{"held":-1}]}');
  assert.equal(recallMovedCopies(dataset, look, folder), null);
});

test("even images are no copies of each other, and images without a middle are not looked at", async () => {
  const split = (count: number, height: number, width: number) => ({
    count,
    images: Uint8Array.from({ length: count * height * width }, (_, i) => 100 + (i % 3)),
    labels: new Uint16Array(count),
  });
  const of = (height: number, width: number): Dataset => ({
    name: "even",
    shape: { height, width, channels: 1 },
    classes: ["a"],
    maximum: 255,
    train: split(5, height, width),
    test: split(5, height, width),
    notes: [],
  });
  for (const [height, width] of [
    [28, 28],
    [5, 40],
    [1, 9],
  ]) {
    assert.deepEqual(await findMovedCopies(of(height, width), { trained: range(0, 5), held: range(5, 5) }), []);
  }
});

test("copies that a set is published with are a note with their source; of files of one's own a warning", async (t) => {
  const dataset = await findDataset("synthetic-digits-28").load({});
  const copies = [{ split: "test", copies: [{ held: dataset.train.count, trained: 0 }] }];
  const measured = { dataset, splits: [{ name: "test", whole: 1000 }] };
  const found = () =>
    nearCopies.run({ measured, copies } as unknown as Patient).map(({ severity, fix }) => [severity, fix]);
  assert.deepEqual(found(), [["warning", "Its score may be too good by that much."]]);
  const known = { published: { content: dataHash(dataset), nearCopies: "3.25 % (a paper)" } };
  (datasets as unknown as (typeof known)[]).push(known);
  t.after(() => (datasets as unknown as (typeof known)[]).pop());
  assert.deepEqual(found(), [["note", "3.25 % (a paper)"]]);
});
