/**
 * CIFAR-10: 60,000 small colour photographs (A. Krizhevsky, 2009), in its binary version: six files of 10,000 records,
 * one label byte, then 1,024 red, 1,024 green and 1,024 blue bytes, each plane row by row. The files lie in the set's
 * folder one by one, or in `cifar-10-binary.tar.gz` as published.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { dataError } from "../errors.js";
import type { Dataset, DatasetSource, ImageShape, LoadOptions, Published, PublishedFile, Split } from "./dataset.js";
import { findFiles, missingFiles, readBytes, unpackedName } from "./formats/files.js";
import { announceMemory } from "./memory.js";

const shape: ImageShape = { height: 32, width: 32, channels: 3 };
const standardClasses = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
const archive = "cifar-10-binary.tar.gz";
const namesFile = "batches.meta.txt";

const pixels = shape.height * shape.width;
const imageBytes = pixels * shape.channels;
const recordBytes = 1 + imageBytes;
const batchRecords = 10_000;
const batchBytes = batchRecords * recordBytes;

const batchFile = (name: string, bytes: number, sha256: string, unpacked: string): PublishedFile => ({
  name: `${name}.bin.gz`,
  bytes,
  sha256,
  unpacked: { bytes: batchBytes, sha256: unpacked },
});

const published: Published = {
  files: [
    batchFile(
      "data_batch_1",
      28313767,
      "6fcee3c4b6ea120cf82b263e2e9fe932e7edf7daf530e8b8ed62c178f70910c6",
      "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
    ),
    batchFile(
      "data_batch_2",
      28346891,
      "fdda9af5bfc1ff90c0018a3c997cc37619077ae8e4e7f1238323a8259607add2",
      "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
    ),
    batchFile(
      "data_batch_3",
      28358756,
      "6cfabbc0ca93a74e247cf16f68544c0b2162576f7e2aa8d8e5d73778cbdfe628",
      "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
    ),
    batchFile(
      "data_batch_4",
      28352478,
      "361042113c9a826b76ab9f91d499ae3102fd43ece9af030844a33b4d801c2743",
      "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
    ),
    batchFile(
      "data_batch_5",
      28328565,
      "4c618c86d699c20baa688bcbc1ca629a1c2e9bbe7647d66c2e6869b025174b12",
      "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
    ),
    batchFile(
      "test_batch",
      28330804,
      "769dbbdb7f3fb0f1a165fdea73dde4ffa43f7218019984b6fd41eb85430846ac",
      "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
    ),
  ],
  archive: {
    name: archive,
    bytes: 170052171,
    sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
  },
  mirrors: ["https://www.cs.toronto.edu/~kriz", "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10"],
  counts: { train: new Array<number>(10).fill(5000), test: new Array<number>(10).fill(1000) },
};
const files = published.files.map(unpackedName);
const [trainFiles, testFile] = [files.slice(0, 5), files[5]];

export const cifar10: DatasetSource = {
  name: "cifar-10",
  summary: "50,000 + 10,000 photographs in 10 classes, 32x32 RGB (binary version: six .bin files or the .tar.gz)",
  embedded: false,
  defaults: { model: "kth-4.d", epochs: 15 },
  published,
  load,
};

async function load(options: LoadOptions): Promise<Dataset> {
  const { dataDir, allowMissing = false } = options;
  const { folder, paths } = findFiles("cifar-10", dataDir, files);
  const packed = join(folder, archive);
  const batches = new Map<string, () => Promise<Uint8Array>>();
  for (const [i, path] of paths.entries()) if (path !== undefined) batches.set(files[i], () => readBatch(path));
  const absent = files.filter((name) => !batches.has(name));
  if (absent.length > 0 && existsSync(packed)) {
    const { readTar } = await import("./formats/tar.js");
    const members = await readTar(packed, new Map(files.map((name) => [name, batchBytes])), absent);
    for (const [name, bytes] of members) batches.set(name, () => Promise.resolve(check(`${packed}, ${name}`, bytes)));
  }
  const incomplete = files.filter((name) => !batches.has(name));
  const train = trainFiles.flatMap((name) => batches.get(name) ?? []);
  if (incomplete.length > 0 && (!allowMissing || train.length === 0)) {
    const fix = train.length > 0 ? "--allow-missing takes what is there, and the run says so. " : "";
    throw missingFiles({ set: "cifar-10", folder, files, absent: incomplete, alternative: archive, fix });
  }
  announceMemory({ dataset: "cifar-10", images: batches.size * batchRecords, shape }, options);
  const test = batches.get(testFile);
  return {
    name: "cifar-10",
    shape,
    classes: await classNames(join(folder, namesFile)),
    maximum: 255,
    train: await readSplit(train),
    test: test ? await readSplit([test]) : null,
    notes: incomplete.map((name) => `Incomplete: without ${name}.`),
    ...(incomplete.length > 0 && { incomplete }),
  };
}

async function readBatch(path: string): Promise<Uint8Array> {
  return check(path, await readBytes(path, () => batchBytes));
}

/** Throws `dataError` where the file is not 10,000 records with labels 0..9. */
function check(path: string, bytes: Uint8Array): Uint8Array {
  if (bytes.length !== batchBytes) {
    const expected = `${batchBytes} bytes (${batchRecords} records of ${recordBytes})`;
    throw dataError({ where: path, expected, got: `${bytes.length}`, fix: "Fetch the file again." });
  }
  for (let at = 0; at < batchBytes; at += recordBytes) {
    if (bytes[at] < standardClasses.length) continue;
    const got = `${bytes[at]}`;
    throw dataError({ where: `${path} at byte ${at}`, expected: `a label 0..${standardClasses.length - 1}`, got });
  }
  return bytes;
}

/** One batch is unpacked while the one before is rearranged; no more than two are in memory beside the images. */
async function readSplit(batches: readonly (() => Promise<Uint8Array>)[]): Promise<Split> {
  const count = batches.length * batchRecords;
  const images = new Uint8Array(count * imageBytes);
  const labels = new Uint16Array(count);
  let next = batches[0]();
  for (let batch = 0; batch < batches.length; batch++) {
    const bytes = await next;
    if (batch + 1 < batches.length) next = batches[batch + 1]();
    for (let i = 0; i < batchRecords; i++) {
      const sample = batch * batchRecords + i;
      labels[sample] = bytes[i * recordBytes];
      interleave(bytes, i * recordBytes + 1, images, sample * imageBytes);
    }
  }
  return { count, images, labels };
}

/** Planes to channels last. */
function interleave(planes: Uint8Array, from: number, images: Uint8Array, to: number): void {
  for (let pixel = 0; pixel < pixels; pixel++) {
    images[to] = planes[from + pixel];
    images[to + 1] = planes[from + pixels + pixel];
    images[to + 2] = planes[from + 2 * pixels + pixel];
    to += 3;
  }
}

/** The names as the set's own file gives them; the standard ones without it. */
async function classNames(path: string): Promise<readonly string[]> {
  if (!existsSync(path)) return standardClasses;
  const names = (await readFile(path, "utf8")).split("\n").map((line) => line.trim());
  const given = names.filter((name) => name !== "");
  if (given.length === standardClasses.length) return given;
  const expected = `${standardClasses.length} class names, one a line`;
  throw dataError({ where: path, expected, got: `${given.length}` });
}
