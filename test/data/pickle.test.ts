/** Pickles: what Python writes in every protocol is read, nothing is executed, and `pickle:PATH` finds the arrays. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { unpickle } from "../../src/formats/pickle.js";
import { PyArray, PyDict, type PyValue } from "../../src/formats/pickle-objects.js";
import { dataFolder, saying } from "./fixtures.js";
import { goldenPickles, pickleOf } from "./pickles.js";
import { open } from "./pictures.js";

/** As make_pickles.py has it. */
function plain(value: PyValue): unknown {
  if (value instanceof PyArray)
    return { shape: value.shape, values: Array.from(value.array.values as Uint8Array, plainItem) };
  if (value instanceof PyDict) return Object.fromEntries(value.entries.map(([key, item]) => [key, plain(item)]));
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (Array.isArray(value)) return value.map(plain);
  return plainItem(value);
}
const plainItem = (value: unknown): unknown =>
  typeof value === "bigint"
    ? value <= 2n ** 53n && value >= -(2n ** 53n)
      ? Number(value)
      : { big: `${value}` }
    : value;

for (const { name, pickle, value } of goldenPickles) {
  test(`pickle: ${name}`, () => {
    assert.deepEqual(plain(unpickle(Buffer.from(pickle, "base64"), "some.pkl")), value);
  });
}

test("pickle: every prefix of every case is refused, none crashes", () => {
  for (const { name, pickle } of goldenPickles) {
    const bytes = Buffer.from(pickle, "base64");
    const step = Math.max(1, Math.floor(bytes.length / 50));
    for (let size = 0; size < bytes.length; size += step) {
      assert.throws(
        () => unpickle(bytes.subarray(0, size), "some.pkl"),
        saying(3, "some.pkl at byte"),
        `${name}: ${size}`,
      );
    }
  }
});

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
const refused: Record<string, [bytes: Buffer, ...parts: string[]]> = {
  "a call of a function": [
    latin1("\x80\x02cos\nsystem\nX\x02\0\0\0ls\x85R."),
    "at byte 21",
    "would call os.system",
    "numpy.savez",
  ],
  "a call in protocol 0": [latin1("c__builtin__\neval\n(S'1'\ntR."), "would call builtins.eval"],
  "a call in protocol 4": [latin1("\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02ls\x85R."), "would call os.system"],
  "a call by NEWOBJ": [latin1("\x80\x02csubprocess\nPopen\n)\x81."), "would call subprocess.Popen"],
  "an object of a class": [latin1("(ios\nsystem\n."), "plain data", "a class of its own"],
  "what lies elsewhere": [latin1("\x80\x02X\x01\0\0\0aQ."), "a persistent id"],
  "an unknown operation": [latin1("\x80\x02\xff."), "at byte 2", "byte 0xff"],
  "a protocol to come": [latin1("\x80\x09N."), "protocol 9"],
  "nothing on the stack": [latin1("\x80\x02a."), "a value to work on"],
  "no mark": [latin1("\x80\x02e."), "a mark on the stack"],
  "nothing kept": [latin1("\x80\x02h\x07."), "a value kept under 7"],
  "a length beyond the file": [latin1("\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f."), "cut short"],
  "a number of thousands of digits": [latin1(`L${"9".repeat(5000)}L\n.`), "a line of at most 1000"],
  "a line that ends in CRLF": [latin1("I1\r\n."), "copied as text"],
  "a second pickle behind the first": [latin1("\x80\x02N.\x80\x02N."), "one pickle", "4 more bytes"],
  "an append to no list": [latin1("\x80\x02NNa."), "a list to append to"],
  empty: [Buffer.alloc(0), "at byte 0", "cut short"],
};
for (const [name, [bytes, ...parts]] of Object.entries(refused)) {
  test(`pickle: ${name}: refused, and nothing is done`, () => {
    assert.throws(() => unpickle(bytes, "some.pkl"), saying(3, "some.pkl", ...parts));
  });
}

test("pickle: arrays are held against their bytes", () => {
  const whole = pickleOf("array, protocol 2").toString("latin1");
  // The first side of the shape: K\x04K\x02K\x03\x87.
  const longer = latin1(whole.replace("K\x04K\x02K\x03\x87", "K\x05K\x02K\x03\x87"));
  assert.throws(() => unpickle(longer, "some.pkl"), saying(3, "30 bytes for an array of 5 x 2 x 3 (uint8)", "got 24"));
});

test("pickle:PATH: a file, gzipped or not, and a folder of files", async (t) => {
  const set = pickleOf("set, protocol 2");
  const root = dataFolder(t, { "a.pkl": set, "b.pkl.gz": gzipSync(set), "c/train.pickle": set });
  for (const path of ["a.pkl", "b.pkl.gz", "c"]) {
    const { dataset } = await open(`pickle:${root}/${path}`);
    assert.deepEqual([dataset.shape, dataset.classes], [{ height: 2, width: 3, channels: 1 }, ["0", "1"]]);
    assert.deepEqual([dataset.train.count, [...dataset.test!.labels], dataset.train.images[23]], [4, [1, 0], 23]);
  }
});

test("pickle:PATH: what is no pickle, or none of images, is named", async (t) => {
  const root = dataFolder(t, {
    "page.pkl": "<!doctype html>",
    "plain.pkl": pickleOf("plain, protocol 2"),
    "nested.pkl": pickleOf("nested, protocol 5"),
    "dict.pkl": latin1("\x80\x02}."),
    "empty/.hidden": "",
  });
  const load = (path: string) => open(`pickle:${join(root, path)}`);
  await assert.rejects(load("page.pkl"), saying(3, "page.pkl", "a Python pickle", "a web page (HTML)"));
  await assert.rejects(load("plain.pkl"), saying(3, "plain.pkl"));
  await assert.rejects(load("nested.pkl"), saying(3, "nested.pkl", "arrays of images"));
  await assert.rejects(load("dict.pkl"), saying(3, "dict.pkl", "a dictionary without any"));
  await assert.rejects(load("empty"), saying(3, "pickles", "no file"));
  await assert.rejects(load("nowhere"), saying(3, "nowhere", "no such file or folder"));
});
