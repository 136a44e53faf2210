/** The same images in every form that loses nothing are the same data: one hash. The images are those of a parquet set. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import sharp from "sharp";
import type { Split } from "../../src/base/shape.js";
import { dataHash } from "../../src/data/data-hash.js";
import type { Dataset, LoadOptions } from "../../src/data/dataset.js";
import { dataFolder, idx } from "./fixtures.js";
import { bytesOfNumbers, type NpyParts, npy, npz } from "./numpy-maker.js";
import { open } from "./pictures.js";
import { makePng } from "./png-maker.js";
import { makeZip } from "./zip-maker.js";

const parquet = fileURLToPath(new URL("../../../test/report-cases/forms/parquet/shards", import.meta.url));
const [height, width] = [10, 12];
const channels = 3;
const bytes = height * width * channels;

type Name = "train" | "test";
type Files = Record<string, Uint8Array | string>;
interface Sample {
  readonly pixels: Uint8Array;
  readonly label: number;
  readonly name: string;
}

/** By class, and within it as it was: the order of folders. */
function byClass(split: Split): Split {
  const order = Array.from(split.labels.keys()).sort((a, b) => split.labels[a] - split.labels[b] || a - b);
  const images = Buffer.concat(order.map((i) => split.images.subarray(i * bytes, (i + 1) * bytes)));
  return { count: split.count, images, labels: Uint16Array.from(order, (i) => split.labels[i]) };
}

const samplesOf = ({ images, labels }: Split): Sample[] =>
  Array.from(labels, (label, i) => ({
    pixels: images.subarray(i * bytes, (i + 1) * bytes),
    label,
    name: `${label}/${i}`,
  }));

const png = ({ pixels }: Sample, depth: 8 | 16 = 8, interlaced = false): Buffer =>
  makePng({ width, height, depth, color: 2, interlaced }, (x, y, c) => {
    const value = pixels[(y * width + x) * channels + c];
    // The lower half of 16 bits is left out: v >> 8.
    return depth === 16 ? 256 * value + ((x * 31 + y) & 255) : value;
  });
const raw = { raw: { width, height, channels: 3 as const } };

/** Parts of a form, made of each split; `%` in names is the split's. */
type Make = (split: Split, name: Name) => Files | Promise<Files>;

const imageForm =
  (ending: string, encode: (sample: Sample) => Uint8Array | Promise<Uint8Array>): Make =>
  async (split, name) => {
    const files = await Promise.all(
      samplesOf(split).map(async (sample) => [`${name}/${sample.name}.${ending}`, await encode(sample)] as const),
    );
    return Object.fromEntries(files);
  };
const pngs = imageForm("png", (sample) => png(sample));

const arrays = ({ count, images, labels }: Split): { x: NpyParts; y: NpyParts } => ({
  x: { shape: [count, height, width, channels], bytes: images },
  y: { shape: [count], bytes: Uint8Array.from(labels) },
});
/** A dictionary of two arrays, as protocol 2 has it. */
function pickle({ images, labels, count }: Split): Buffer {
  const array = (shape: readonly number[], data: Uint8Array): Buffer => {
    const sizes = shape.flatMap((size) => [0x4d, size & 255, size >> 8]);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(data.length);
    return Buffer.concat([
      Buffer.from("cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\0\x85U\x01btR(K\x01(", "latin1"),
      Buffer.from(sizes),
      Buffer.from(
        "tcnumpy\ndtype\nU\x02u1K\0K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89T",
        "latin1",
      ),
      length,
      data,
      Buffer.from("tb"),
    ]);
  };
  return Buffer.concat([
    Buffer.from("\x80\x02}(U\x01x", "latin1"),
    array([count, height, width, channels], images),
    Buffer.from("U\x01y"),
    array([count], Uint8Array.from(labels)),
    Buffer.from("u."),
  ]);
}

const table = (split: Split, separator = ","): string => {
  const cells = samplesOf(split).map(({ pixels, label }) => [label, ...pixels].join(separator));
  return `${["label", ...Array.from({ length: bytes }, (_, i) => `p${i}`)].join(separator)}\n${cells.join("\n")}\n`;
};

const flat: LoadOptions = { imageSize: `${height}x${width}`, channels };

/** What is asked for, below the folder of the files, and how these are made. */
const forms: Record<string, readonly [ask: string, make: Make, options?: LoadOptions]> = {
  "PNG folders": ["folder:", pngs],
  "interlaced PNG": ["folder:", imageForm("png", (sample) => png(sample, 8, true))],
  "PNG of 16 bits": ["folder:", imageForm("png", (sample) => png(sample, 16))],
  WebP: ["folder:", imageForm("webp", ({ pixels }) => sharp(pixels, raw).webp({ lossless: true }).toBuffer())],
  TIFF: ["folder:", imageForm("tif", ({ pixels }) => sharp(pixels, raw).tiff({ compression: "lzw" }).toBuffer())],
  "a targets list": [
    "targets:",
    (split, name) => ({
      ...Object.fromEntries(
        samplesOf(split).map((sample, i) => [`${name}/${String(i).padStart(3, "0")}.png`, png(sample)]),
      ),
      [`${name}_targets.txt`]: Array.from(split.labels).join("\n"),
    }),
  ],
  "a table of files": [
    "labels:",
    async (split, name) => ({
      ...(await pngs(split, name)),
      [`${name}.csv`]: `file,label\n${samplesOf(split)
        .map((sample) => `${name}/${sample.name}.png,${sample.label}\n`)
        .join("")}`,
    }),
  ],
  CSV: ["csv:", (split, name) => ({ [`${name}.csv`]: table(split) }), flat],
  "CSV, packed": ["csv:", (split, name) => ({ [`${name}.csv.gz`]: gzipSync(table(split)) }), flat],
  "tabs between": ["csv:", (split, name) => ({ [`${name}.tsv`]: table(split, "\t") }), flat],
  IDX: [
    "idx:",
    ({ count, images, labels }, name) => ({
      [`${name === "train" ? "train" : "t10k"}-images-idx4-ubyte`]: idx(
        [0x804, count, height, width, channels],
        images,
      ),
      [`${name === "train" ? "train" : "t10k"}-labels-idx1-ubyte`]: idx([0x801, count], Uint8Array.from(labels)),
    }),
  ],
  "NPY files": [
    "npz:",
    (split, name) => ({ [`x_${name}.npy`]: npy(arrays(split).x), [`y_${name}.npy`]: npy(arrays(split).y) }),
  ],
  pickles: ["pickle:", (split, name) => ({ [`${name}.pkl`]: pickle(split) })],
};

/** The same in arrays of other types. */
const arrayForms: Record<string, (x: NpyParts) => NpyParts> = {
  "NPZ of bytes": (x) => x,
  "NPZ of whole numbers": (x) => ({ ...x, descr: "<i4", bytes: bytesOfNumbers("i4", Array.from(x.bytes)) }),
  "NPZ of k/255": (x) => ({
    ...x,
    descr: "<f4",
    bytes: bytesOfNumbers(
      "f4",
      Array.from(x.bytes, (k) => k / 255),
    ),
  }),
  "NPZ of doubles": (x) => ({ ...x, descr: "<f8", bytes: bytesOfNumbers("f8", Array.from(x.bytes)) }),
  "NPZ, channels first": (x) => {
    const [count] = x.shape;
    const turned = Uint8Array.from({ length: x.bytes.length }, (_, i) => {
      const [image, c, place] = [Math.floor(i / bytes), Math.floor((i % bytes) / (bytes / 3)), i % (bytes / 3)];
      return x.bytes[image * bytes + place * 3 + c];
    });
    return { ...x, shape: [count, channels, height, width], bytes: turned };
  },
};

async function hashOf(t: TestContext, ask: string, files: Files, options: LoadOptions = {}): Promise<string> {
  const root = dataFolder(t, files);
  const { dataset } = await open(ask.replace(":", `:${root}`), { ...options, cacheDir: join(root, "cache") });
  return dataHash(dataset);
}

const source = async (t: TestContext): Promise<Dataset & { readonly test: Split }> => {
  const { dataset } = await open(`parquet:${parquet}`, { cacheDir: dataFolder(t) });
  assert.deepEqual([dataset.shape, dataset.train.count, dataset.test?.count], [{ height, width, channels }, 12, 6]);
  return { ...dataset, train: byClass(dataset.train), test: byClass(dataset.test!) };
};

test("one hash for parquet, images, tables and arrays, in folders and archives", async (t) => {
  const { train, test: tested, ...rest } = await source(t);
  const expected = dataHash({ ...rest, train, test: tested });
  for (const [name, [ask, make, options]] of Object.entries(forms)) {
    const files = { ...(await make(train, "train")), ...(await make(tested, "test")) };
    assert.equal(await hashOf(t, `${ask}/`, files, options), expected, name);
  }
  for (const [name, change] of Object.entries(arrayForms)) {
    const [a, b] = [arrays(train), arrays(tested)];
    const file = npz({ x_train: change(a.x), y_train: a.y, x_test: change(b.x), y_test: b.y });
    assert.equal(await hashOf(t, "npz:/set.npz", { "set.npz": file }), expected, name);
  }
  const members = Object.entries({ ...(await pngs(train, "train")), ...(await pngs(tested, "test")) });
  const entries = members.map(([name, data]) => ({ name, bytes: Buffer.from(data) }));
  assert.equal(await hashOf(t, "zip:/set.zip", { "set.zip": makeZip(entries) }), expected, "zip");
  const tar = await packTar(
    entries.map(({ name, bytes: body }) => ({ header: { name, size: body.length, type: "file" as const }, body })),
  );
  assert.equal(await hashOf(t, "tar:/set.tar", { "set.tar": tar }), expected, "tar");
  assert.equal(await hashOf(t, "tar:/set.tgz", { "set.tgz": gzipSync(tar) }), expected, "tar.gz");
});

test("a validation split has its place in the hash after the test split; without one the hash stays as it is", async (t) => {
  const { train, test: tested, ...rest } = await source(t);
  const folders = async (splits: Record<string, Split>): Promise<string> => {
    const root = dataFolder(t);
    for (const [name, split] of Object.entries(splits)) {
      for (const sample of samplesOf(split)) {
        const path = join(root, name, `${sample.name}.png`);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, png(sample));
      }
    }
    return dataHash((await open(`folder:${root}`, { cacheDir: dataFolder(t) })).dataset);
  };
  const all = dataHash({ ...rest, train, test: tested, validation: tested });
  assert.equal(await folders({ train, test: tested, val: tested }), all);
  const [a, b] = [arrays(train), arrays(tested)];
  const medmnist = npz({
    ...{ train_images: a.x, train_labels: a.y, val_images: b.x, val_labels: b.y },
    ...{ test_images: b.x, test_labels: b.y },
  });
  assert.equal(await hashOf(t, "npz:/set.npz", { "set.npz": medmnist }), all);
  assert.notEqual(all, dataHash({ ...rest, train, test: tested }));
});
