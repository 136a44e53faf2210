/** Fuzzed readers of files and archives in a folder: each input is written there. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { cifar10 } from "../../src/data/cifar-10.js";
import { readIdx } from "../../src/data/formats/idx.js";
import { readTar } from "../../src/data/formats/tar.js";
import { idx } from "./fixtures.js";
import type { FuzzedReader } from "./fuzz.js";

const rising = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 29 + 3) & 255);
const packed = (file: Uint8Array): Buffer => gzipSync(file, { level: 1 });
const surface: FuzzedReader["ways"][number] = (file, damage) => damage(file);
const below: FuzzedReader["ways"][number] = (file, damage) => packed(damage(gunzipSync(file)));

type Put = (name: string, bytes: Uint8Array) => string;

export async function fileReaders(folder: string): Promise<FuzzedReader[]> {
  const put: Put = (name, bytes) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    return path;
  };
  const images = idx([2051, 20, 2, 3], rising(120));
  const labels = idx([2049, 20], rising(20));
  const idxReaders = ["", ".gz"].flatMap((end) => [
    idxReader(`idx${end} images`, images, end, (bytes) => readIdx(put(`images${end}`, bytes), "images", [2, 3])),
    idxReader(`idx${end} labels`, labels, end, (bytes) => readIdx(put(`labels${end}`, bytes), "labels", [])),
  ]);
  return [...idxReaders, await tarReader(put), cifarReader(folder, put)];
}

function idxReader(
  name: string,
  seed: Buffer,
  end: string,
  open: (bytes: Uint8Array) => Promise<{ count: number; data: Uint8Array }>,
): FuzzedReader {
  const isPacked = end === ".gz";
  return {
    name,
    seeds: [isPacked ? packed(seed) : seed],
    ways: isPacked ? [surface, below] : [surface],
    async read(bytes) {
      const { count, data } = await open(bytes);
      const plain = isPacked ? gunzipSync(bytes) : Buffer.from(bytes);
      assert.equal(count, plain.readUInt32BE(4));
      assert.deepEqual(Buffer.from(data), plain.subarray(4 + 4 * plain[3]));
    },
  };
}

async function tarReader(put: Put): Promise<FuzzedReader> {
  const bodies = { "a.bin": rising(700), "b.bin": rising(40), "c.txt": rising(5) };
  const entries = Object.entries(bodies).map(([name, body]) => ({
    header: { name: `set/${name}`, size: body.length, mtime: new Date(0) },
    body,
  }));
  const sizes = new Map([
    ["a.bin", 700],
    ["b.bin", 40],
  ]);
  return {
    name: "tar.gz",
    seeds: [packed(await packTar(entries))],
    ways: [surface, below, (file, damage) => packed(withSums(damage(gunzipSync(file))))],
    async read(bytes) {
      const found = await readTar(put("fuzzed.tar.gz", bytes), sizes, [...sizes.keys()]);
      const plain = gunzipSync(bytes);
      for (const [name, body] of found) {
        assert.equal(body.length, sizes.get(name));
        assert.ok(plain.includes(Buffer.from(body)), `${name} is not in the archive`);
      }
    },
  };
}

/** Makes the checksum of every header right: a block whose name is that of an entry. */
function withSums(archive: Uint8Array): Buffer {
  const bytes = Buffer.from(archive);
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    if (bytes.toString("latin1", at, at + 4) !== "set/") continue;
    bytes.fill(0x20, at + 148, at + 156);
    const sum = bytes.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
    bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, at + 148, "latin1");
  }
  return bytes;
}

const [records, recordBytes] = [10_000, 3073];

/** One batch of black images; most damage shows in its length, its labels or the gzip's checksum. */
function cifarReader(folder: string, put: Put): FuzzedReader {
  const batch = Buffer.alloc(records * recordBytes);
  for (let i = 0; i < records; i++) batch[i * recordBytes] = i % 10;
  return {
    name: "cifar-10",
    seeds: [packed(batch)],
    ways: [surface],
    async read(bytes) {
      put("cifar-10/data_batch_1.bin.gz", bytes);
      const { train } = await cifar10.load({ dataDir: folder, allowMissing: true });
      const plain = gunzipSync(bytes);
      assert.deepEqual([train.count, plain.length], [records, batch.length]);
      for (let i = 0; i < records; i++) assert.equal(train.labels[i], plain[i * recordBytes]);
    },
  };
}
