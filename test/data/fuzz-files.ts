/** Fuzzed readers of files and archives in a folder: each input is written there. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { cifar10 } from "../../src/data/cifar-10.js";
import { listClassFolders } from "../../src/data/images/listing.js";
import type { TreeFile } from "../../src/data/images/tree.js";
import { findDataset } from "../../src/data/index.js";
import { parquetColumns } from "../../src/data/parquet/columns.js";
import { zipTree } from "../../src/data/zip.js";
import { openIdx } from "../../src/formats/idx.js";
import { openNpy } from "../../src/formats/npy.js";
import { ParquetFile } from "../../src/formats/parquet.js";
import { unpickle } from "../../src/formats/pickle.js";
import { PyArray, PyDict, type PyValue } from "../../src/formats/pickle-objects.js";
import { tarFiles } from "../../src/formats/tar.js";
import { ZipArchive } from "../../src/formats/zip.js";
import { idx } from "./fixtures.js";
import type { FuzzedReader } from "./fuzz.js";
import { bytesOfNumbers, labels, npy, npz, pictures } from "./numpy-maker.js";
import { pickleOf } from "./pickles.js";
import { png } from "./pictures.js";
import { makeZip } from "./zip-maker.js";

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
  const bytes = idx([2049, 20], rising(20));
  const wide = idx([0x0c01, 3, 1, 2, 3], new Uint8Array(0));
  const idxReaders = ["", ".gz"].flatMap((end) =>
    Object.entries({ images, labels: bytes, wide }).map(([name, seed]) =>
      idxReader(`idx${end} ${name}`, seed, end, put),
    ),
  );
  const archives = [await tarReader(put), zipReader(put), parquetReader(put)];
  const others = [pickleReader, npyReader(put), npzReader(put), targetsReader(folder, put)];
  return [...idxReaders, ...archives, cifarReader(folder, put), ...others];
}

/** A list of classes beside four images: one class for each, whatever it says. */
function targetsReader(folder: string, put: Put): FuzzedReader {
  for (let i = 0; i < 4; i++) put(`targets/train/${i}.png`, png(10 * i));
  return {
    name: "targets",
    seeds: ["0\n1\n0\n1\n", "ant\r\nbee\r\nbee\r\n12\r\n"].map((text) => Buffer.from(text)),
    ways: [surface],
    async read(bytes) {
      put("targets/train_targets.txt", bytes);
      const { train, classes } = await findDataset(`targets:${join(folder, "targets")}`).load({
        cacheDir: join(folder, "cache"),
      });
      assert.equal(train.count, 4);
      assert.ok(Array.from(train.labels).every((label) => label < classes.length));
    },
  };
}

/** Plain things and arrays in old and new protocols; whatever is called is refused, and what is read can be walked through. */
const pickleReader: FuzzedReader = {
  name: "pickle",
  seeds: ["nested, protocol 2", "set, protocol 0", "set, protocol 2", "types, protocol 5", "texts, protocol 4"].map(
    pickleOf,
  ),
  ways: [surface],
  read(bytes) {
    const seen = new Set<PyValue>();
    const walk = (value: PyValue): void => {
      if (seen.has(value)) return;
      if (value !== null && typeof value === "object") seen.add(value);
      if (value instanceof PyArray && value.type) {
        assert.equal(
          value.array.values.length,
          value.shape.reduce((product, side) => product * side, 1),
        );
      }
      if (value instanceof PyDict) for (const [, item] of value.entries) walk(item);
      if (Array.isArray(value)) for (const item of value) walk(item);
    };
    walk(unpickle(bytes, "fuzzed.pkl"));
  },
};

/** One array of each kind of header; what is read is held against the bytes behind it. */
function npyReader(put: Put): FuzzedReader {
  const floats = bytesOfNumbers("f4", [0, 0.5, 1, 2.5, 3, 4]);
  return {
    name: "npy",
    seeds: [
      npy(pictures),
      npy({ descr: ">f4", shape: [2, 3], fortran: true, version: 2, bytes: floats }),
      npy({ descr: "<U2", shape: [3], version: 3, bytes: bytesOfNumbers("i4", [97, 98, 99, 0, 100, 101]) }),
      npy({ descr: "|b1", shape: [2, 2], bytes: Uint8Array.of(0, 1, 1, 0) }),
    ],
    ways: [surface, (file, damage) => Buffer.concat([file.subarray(0, 10), damage(file.subarray(10))])],
    async read(bytes) {
      const member = await openNpy(put("fuzzed.npy", bytes), "");
      const array = await member.read();
      assert.equal(
        array.values.length,
        member.shape.reduce((product, side) => product * side, 1),
      );
      if (member.dtype !== "uint8" || /True/.test(Buffer.from(bytes).toString("latin1"))) return;
      const tail = bytes.subarray(bytes.length - array.values.length);
      assert.deepEqual(Buffer.from(array.values as Uint8Array), Buffer.from(tail));
    },
  };
}

/** The archive, its directory, and the arrays below its checksums. */
function npzReader(put: Put): FuzzedReader {
  const arrays = { x: pictures, y: labels };
  return {
    name: "npz",
    seeds: [
      npz(arrays),
      makeZip([
        { name: "x.npy", bytes: npy(pictures), method: 0 },
        { name: "y.npy", bytes: npy(labels) },
      ]),
    ],
    ways: [
      surface,
      (_, damage) => npzOf([damage(npy(pictures)), npy(labels)]),
      (_, damage) => npzOf([npy(pictures), damage(npy(labels))]),
    ],
    async read(bytes) {
      const { train, shape } = await findDataset(`npz:${put("fuzzed.npz", bytes)}`).load({});
      assert.equal(train.images.length, train.count * shape.height * shape.width * shape.channels);
    },
  };
}

const npzOf = (files: readonly Uint8Array[]): Buffer =>
  makeZip(files.map((bytes, i) => ({ name: ["x.npy", "y.npy"][i], bytes })));

function idxReader(name: string, seed: Buffer, end: string, put: Put): FuzzedReader {
  const isPacked = end === ".gz";
  return {
    name,
    seeds: [isPacked ? packed(seed) : seed],
    ways: isPacked ? [surface, below] : [surface],
    async read(bytes) {
      const member = await openIdx(put(`fuzzed${end}`, bytes), "fuzzed");
      const { values } = await member.read();
      const plain = isPacked ? gunzipSync(bytes) : Buffer.from(bytes);
      assert.equal(member.shape[0], plain.readUInt32BE(4));
      assert.equal(
        values.length,
        member.shape.reduce((product, side) => product * side, 1),
      );
      if (member.dtype === "uint8")
        assert.deepEqual(Buffer.from(values as Uint8Array), plain.subarray(4 + 4 * plain[3]));
    },
  };
}

async function tarReader(put: Put): Promise<FuzzedReader> {
  const bodies = { "a.bin": rising(700), "b.bin": rising(40), "c.txt": rising(5) };
  const entries = Object.entries(bodies).map(([name, body]) => ({
    header: { name: `set/${name}`, size: body.length, mtime: new Date(0) },
    body,
  }));
  return {
    name: "tar.gz",
    seeds: [packed(await packTar(entries))],
    ways: [surface, below, (file, damage) => packed(withSums(damage(gunzipSync(file))))],
    async read(bytes) {
      const found: Uint8Array[] = [];
      for await (const file of tarFiles(put("fuzzed.tar.gz", bytes))) {
        found.push(await file.read(2 ** 20));
        assert.equal(found.at(-1)!.length, file.size);
      }
      const plain = gunzipSync(bytes);
      for (const body of found) assert.ok(plain.includes(Buffer.from(body)), "what is not in the archive");
    },
  };
}

/** A zip of class folders: what is read is in the archive, or was packed from what is. */
function zipReader(put: Put): FuzzedReader {
  const parts = ["ant/1.png", "ant/2.png", "bee/1.png"].map((name, i) => ({ name, bytes: rising(40 * (i + 1)) }));
  const stored = makeZip(parts.map((part) => ({ ...part, method: 0 })));
  return {
    name: "zip of folders",
    seeds: [makeZip(parts), stored, Buffer.concat([stored, Buffer.alloc(300)])],
    ways: [surface],
    async read(bytes) {
      const archive = await ZipArchive.open(put("fuzzed.zip", bytes));
      try {
        const tree = await zipTree(archive);
        const { train } = listClassFolders(tree);
        for (const file of tree.read(train.map(({ name }) => name)) as Iterable<TreeFile>) {
          const found = await file.bytes();
          assert.ok(parts.some((part) => Buffer.from(part.bytes).equals(found)) || found.length === 0);
        }
      } finally {
        archive.close();
      }
    },
  };
}

const parquetFolder = fileURLToPath(new URL("../../../test/report-cases/forms/parquet", import.meta.url));

/** Every column of every row group: as many values as rows, within what the footer says. */
function parquetReader(put: Put): FuzzedReader {
  const names = ["plain", "zstd", "none", "row-groups", "pages", "raw-bytes"];
  return {
    name: "parquet",
    seeds: names.map((name) => readFileSync(join(parquetFolder, `${name}.parquet`))),
    // The footer alone, or all of it.
    ways: [surface, (file, damage) => withFooter(file, damage)],
    async read(bytes) {
      const file = await ParquetFile.open(put("fuzzed.parquet", bytes));
      for (const [group, { rows }] of file.groups.entries()) {
        for (const { element } of file.columns) assert.equal((await file.read(element.name, group)).length, rows);
      }
      parquetColumns(file, undefined);
    },
  };
}

function withFooter(file: Uint8Array, damage: (bytes: Uint8Array) => Uint8Array): Buffer {
  const bytes = Buffer.from(file);
  const at = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
  const footer = damage(bytes.subarray(at, bytes.length - 8));
  const end = Buffer.from(bytes.subarray(bytes.length - 8));
  end.writeUInt32LE(footer.length);
  return Buffer.concat([bytes.subarray(0, at), footer, end]);
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

const recordBytes = 3073;

/** A batch of four records, and its label bytes. */
function cifarReader(folder: string, put: Put): FuzzedReader {
  const batch = Buffer.alloc(4 * recordBytes, 7);
  for (let i = 0; i < 4; i++) batch[i * recordBytes] = i;
  return {
    name: "cifar-10",
    seeds: [packed(batch)],
    ways: [surface, below, (file, damage) => packed(Buffer.concat([damage(gunzipSync(file).subarray(0, 5)), batch]))],
    async read(bytes) {
      put("cifar-10/data_batch_1.bin.gz", bytes);
      const { train } = await cifar10.load({ dataDir: folder, allowMissing: true });
      const plain = gunzipSync(bytes);
      assert.equal(train.count * recordBytes, plain.length);
      for (let i = 0; i < train.count; i++) assert.equal(train.labels[i], plain[i * recordBytes]);
    },
  };
}
