/** The same images are the same data, whatever files they come from: one hash, and one set of weights. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import type { Split } from "../../src/base/shape.js";
import { dataHash } from "../../src/data/data-hash.js";
import type { Dataset } from "../../src/data/dataset.js";
import { findDataset } from "../../src/data/index.js";
import { decodePng } from "../../src/formats/png.js";
import { train } from "../../src/train/trainer.js";
import { dataFolder, idx, needsRealData, realDataDir } from "./fixtures.js";
import { open } from "./pictures.js";

/** The weights of a short run. */
async function weightsOf(dataset: string, dataDir: string, out: string): Promise<{ weights: string; data: string }> {
  // What a small set of one's own would choose otherwise.
  const settings = { epochs: 2, augment: "none", standardize: "dataset" } as const;
  const outcome = await train({ config: { dataset, dataDir, out, model: "mlp:16", threads: 2, ...settings } });
  assert.ok(outcome.status === "done");
  const { dataHash: data } = JSON.parse(readFileSync(join(out, "run.json"), "utf8")) as { dataHash: string };
  return { weights: outcome.result.weightsHash, data };
}

const idxPair = (files: string, { count, images, labels }: Split): [string, Buffer][] => [
  [`mnist/${files}-images-idx3-ubyte`, idx([0x803, count, 28, 28], images)],
  [`mnist/${files}-labels-idx1-ubyte`, idx([0x801, count], Uint8Array.from(labels))],
];

function csvOf({ count, images, labels }: Split): string {
  const size = images.length / count;
  const lines = Array.from({ length: count }, (_, i) => [...images.subarray(i * size, (i + 1) * size), labels[i]]);
  return `${lines.join("\n")}\n`;
}

/** Links to the files of a split, named so that they stay in its order, and their classes. */
function layTargets(root: string, source: string, split: "train" | "test", { names, labels }: Split): void {
  mkdirSync(join(root, split), { recursive: true });
  for (const [i, name] of names!.entries()) {
    symlinkSync(join(source, name), join(root, split, `${String(i).padStart(4, "0")}.png`));
  }
  writeFileSync(join(root, `${split}_targets.txt`), labels.join("\n"));
}

test("250 MNIST images give one hash and one set of weights as IDX, PNG folders, targets and CSV", async (t) => {
  if (needsRealData) return t.skip(needsRealData);
  const png = join(realDataDir!, "image-folders", "mnist-png");
  const folder = `folder:${png}`;
  const { dataset } = await open(folder);
  assert.deepEqual([dataset.train.count, dataset.test?.count], [200, 50]);

  // The files are named by the place of the image in the original set, counted through both splits.
  const mnist = await findDataset("mnist").load({ dataDir: realDataDir });
  const pick = (from: Split, { names }: Split, start: number): Split => {
    const places = names!.map((name) => Number(basename(name, ".png")) - start);
    const images = Buffer.concat(places.map((place) => from.images.subarray(place * 784, (place + 1) * 784)));
    return { count: places.length, images, labels: Uint16Array.from(places, (place) => from.labels[place]) };
  };
  const [trained, tested] = [pick(mnist.train, dataset.train, 0), pick(mnist.test!, dataset.test!, mnist.train.count)];
  const root = dataFolder(t, {
    ...Object.fromEntries([...idxPair("train", trained), ...idxPair("t10k", tested)]),
    "csv/train.csv": csvOf(trained),
    "csv/test.csv": csvOf(tested),
  });
  layTargets(join(root, "targets"), png, "train", dataset.train);
  layTargets(join(root, "targets"), png, "test", dataset.test!);

  const first = await weightsOf("mnist", root, join(root, "run-mnist"));
  for (const [i, name] of [folder, `targets:${root}/targets`, `csv:${root}/csv`].entries()) {
    assert.deepEqual(await weightsOf(name, root, join(root, `run-${i}`)), first, name);
  }
});

test("the images of cifar10-png are those of the binary version", async (t) => {
  if (needsRealData) return t.skip(needsRealData);
  const { dataset } = await open(`folder:${realDataDir}/image-folders/cifar10-png`);
  const cifar = await findDataset("cifar-10").load({ dataDir: realDataDir, allowMissing: true });
  assert.deepEqual(dataset.classes, cifar.classes);
  const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  const imagesOf = ({ images, labels, count }: Split, label: number, most: number): string[] => {
    const places = Array.from({ length: count }, (_, i) => i).filter((i) => labels[i] === label);
    return places.slice(0, most).map((i) => digest(images.subarray(i * 3072, (i + 1) * 3072)));
  };
  for (let label = 0; label < 10; label++) {
    const firstOfClass = imagesOf(cifar.train, label, 20).sort();
    assert.deepEqual(imagesOf(dataset.train, label, 20).sort(), firstOfClass, cifar.classes[label]);
    assert.deepEqual(imagesOf(dataset.test!, label, 5).sort(), imagesOf(cifar.test!, label, 5).sort());
  }
});

test("bugnist2d: 400 + 100 images of each of the 12 classes, as the files decode one by one", async (t) => {
  if (needsRealData) return t.skip(needsRealData);
  const { dataset } = await open("bugnist2d", { dataDir: realDataDir });
  assert.deepEqual(dataset.shape, { height: 64, width: 32, channels: 3 });
  assert.deepEqual(dataset.classes.join(" "), "AC BC BF BL BP CF GH MA ML PP SL WO");
  for (const [split, each] of [
    [dataset.train, 400],
    [dataset.test!, 100],
  ] as const) {
    const counts = new Array<number>(12).fill(0);
    for (const label of split.labels) counts[label]++;
    assert.deepEqual(counts, new Array(12).fill(each));
    for (const place of [0, 7, split.count - 1]) {
      const name = split.names![place];
      const { pixels } = decodePng(readFileSync(join(realDataDir!, "bugnist2d", name)), name);
      assert.deepEqual(Uint8Array.from(split.images.subarray(place * 6144, (place + 1) * 6144)), pixels);
      assert.ok(name.includes(`-${dataset.classes[split.labels[place]]}/`), name);
    }
  }
  const again = await open("bugnist2d", { dataDir: realDataDir });
  assert.equal(dataHash(again.dataset), dataHash(dataset), "out of the cache");
});

test("the hash is of shape, images, labels and the border between the splits", () => {
  const split: Split = { count: 2, images: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), labels: Uint16Array.of(0, 1) };
  const shape = { height: 2, width: 2, channels: 1 };
  type Hashed = Pick<Dataset, "shape" | "train" | "test" | "validation">;
  const base: Hashed = { shape, train: split, test: null };
  const others: Hashed[] = [
    { ...base, shape: { height: 1, width: 4, channels: 1 } },
    { ...base, train: { ...split, labels: Uint16Array.of(1, 0) } },
    { ...base, train: { ...split, images: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 9) } },
    { shape, train: split, test: split },
    { shape, train: split, test: null, validation: split },
    { shape, train: split, test: split, validation: split },
  ];
  assert.equal(new Set([base, ...others].map(dataHash)).size, 7);
  assert.equal(dataHash({ ...base, validation: null }), dataHash(base), "no validation split leaves it as it is");
  assert.equal(dataHash({ ...base }), dataHash(base));
});
