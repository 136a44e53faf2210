/** `npz:PATH`: what is refused, and how it is said. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { dataFolder, saying } from "./fixtures.js";
import { bytesOfNumbers, labels, type NpyParts, npy, npz, pictures } from "./numpy-maker.js";
import { open } from "./pictures.js";
import { makeZip } from "./zip-maker.js";

const file = (t: TestContext, bytes: Uint8Array): string => join(dataFolder(t, { "set.npz": bytes }), "set.npz");
const load = (t: TestContext, arrays: Readonly<Record<string, NpyParts>>) => open(`npz:${file(t, npz(arrays))}`);

const two: NpyParts = { shape: [2, 2, 3], bytes: Uint8Array.from({ length: 12 }, (_, i) => 100 + i) };
const ones: NpyParts = { shape: [2], bytes: Uint8Array.of(1, 0) };
const numbers = Array.from({ length: 24 }, (_, i) => i);
const withDescr = (descr: string, shape: readonly number[], bytes: Uint8Array): NpyParts => ({ descr, shape, bytes });
const refused: Record<string, [arrays: Readonly<Record<string, NpyParts>>, ...parts: string[]]> = {
  "no array of images": [{ a: labels }, "arrays of images and of their labels", "a (uint8, 4)"],
  "images without labels": [{ x: pictures }, "a label for each training image", "none"],
  "test labels without images": [{ x: pictures, y: labels, y_test: ones }, "y_test", "none for the test split"],
  "counts that differ": [{ x: pictures, y: ones }, "set.npz, y", "4 labels, one for each image", "got 2"],
  "images last": [{ x: { ...pictures, shape: [2, 3, 4] }, y: labels }, "got 4", "numpy.moveaxis(x, -1, 0)"],
  "a single label": [{ x: pictures, y: withDescr("<i8", [], bytesOfNumbers("i8", [1])) }, "y", "a single number"],
  "several classes a row": [
    { x: pictures, y: withDescr("|u1", [4, 2], Uint8Array.of(0, 1, 1, 1, 0, 1, 0, 1)) },
    "y[1]",
    "several classes",
  ],
  "shares of several classes": [
    { x: pictures, y: withDescr("<f4", [4, 2], bytesOfNumbers("f4", [0.25, 0.75, 1, 0, 0, 1, 0.5, 0.5])) },
    "y[0]",
    "soft labels",
    "y.argmax(axis=1)",
  ],
  "a test split of 0..1 beside one of 0..255": [
    {
      x: pictures,
      y: labels,
      x_test: withDescr(
        "<f4",
        [2, 2, 3],
        bytesOfNumbers(
          "f4",
          numbers.slice(0, 12).map((n) => n / 24),
        ),
      ),
      y_test: ones,
    },
    "x_test[1, 1, 2]",
    "pixels 0..255, as in the training split",
    "numbers in 0..1",
  ],
  "a row of no class": [
    { x: pictures, y: withDescr("|u1", [4, 2], Uint8Array.of(0, 1, 0, 0, 0, 1, 0, 1)) },
    "y[1]",
    "without a 1",
  ],
  "rows that are no labels": [
    { x: pictures, y: withDescr("|u1", [4, 2], Uint8Array.of(0, 7, 0, 0, 0, 1, 0, 1)) },
    "y",
    "uint8 of 4 x 2",
  ],
  "four channels": [
    { x: { shape: [4, 2, 2, 4], bytes: new Uint8Array(64) }, y: labels },
    "x",
    "1 or 3 channels",
    "2 x 2 x 4",
  ],
  "splits of two sizes": [
    { x: pictures, y: labels, x_test: { ...two, shape: [2, 3, 2] }, y_test: ones },
    "x_test",
    "images of 2x3x1",
  ],
  objects: [
    { x: withDescr("|O", [4], new Uint8Array(9)), y: labels },
    "set.npz, x",
    "an array of objects, kept as a pickle",
  ],
  "complex numbers": [{ x: withDescr("<c8", [4, 2, 3], new Uint8Array(192)), y: labels }, "complex numbers"],
  dates: [{ x: pictures, y: withDescr("<M8[D]", [4], new Uint8Array(32)) }, "<M8[D]"],
  "negative pixels": [
    {
      x: withDescr(
        "|i1",
        [4, 2, 3],
        bytesOfNumbers(
          "i1",
          numbers.map((n) => n - 1),
        ),
      ),
      y: labels,
    },
    "x[0, 0, 0]",
    "-1, which is below 0",
  ],
  "pixels without a scale": [
    {
      x: withDescr(
        "<i4",
        [4, 2, 3],
        bytesOfNumbers(
          "i4",
          numbers.map((n) => 30 * n),
        ),
      ),
      y: labels,
    },
    "x[3, 1, 2]",
    "got 690",
  ],
  "a pixel that is no number": [
    {
      x: withDescr(
        "<f4",
        [4, 2, 3],
        bytesOfNumbers(
          "f4",
          numbers.map((n) => (n === 5 ? Number.NaN : n)),
        ),
      ),
      y: labels,
    },
    "x[0, 1, 2]",
    "a finite number",
    "NaN",
  ],
  "two arrays of images": [
    { x_train: pictures, train_images: pictures, y_train: labels },
    "the images of one set",
    "x_train",
    "train_images",
  ],
  "names that say nothing, and no pairs": [{ arr_0: pictures, arr_1: two }, "arr_0 (uint8, 4 x 2 x 3)", "numpy.savez"],
};
for (const [name, [arrays, ...parts]] of Object.entries(refused)) {
  test(`npz: ${name}: refused`, async (t) => {
    await assert.rejects(load(t, arrays), saying(3, "set.npz", ...parts));
  });
}

const whole = npz({ x: pictures, y: labels });
const damages: Record<string, [bytes: Uint8Array, ...parts: string[]]> = {
  "cut short": [whole.subarray(0, 100), "damaged or cut short"],
  empty: [new Uint8Array(0), "a whole zip archive", "an empty file"],
  "a web page": [Buffer.from("<!doctype html><html>"), "a web page (HTML)"],
  "one array alone": [npy(pictures), "one array alone (.npy)"],
  "a wrong CRC": [
    makeZip([
      { name: "x.npy", bytes: npy(pictures) },
      { name: "y.npy", bytes: npy(labels), claims: { crc: 1 } },
    ]),
    "set.npz, y",
    "CRC",
  ],
  "an array shorter than its shape": [
    makeZip([{ name: "x.npy", bytes: npy(pictures).subarray(0, -1) }]),
    "set.npz, x at byte 151",
    "152 bytes in all",
  ],
  "an array longer than its shape": [
    makeZip([{ name: "x.npy", bytes: Buffer.concat([npy(pictures), Buffer.of(1)]) }]),
    "set.npz, x",
    "got 153",
  ],
  "a header that lies": [npz({ x: { ...pictures, shape: [2 ** 31, 2 ** 20] } }), "at most 4294967296 bytes"],
  "a size that no packing reaches": [
    makeZip([{ name: "x.npy", bytes: npy(pictures), claims: { size: 2 ** 31 } }]),
    "set.npz, x",
    "unpacked from",
  ],
  "no array": [makeZip([{ name: "readme.txt", bytes: Buffer.from("hello") }]), "arrays of images", "no array"],
  "a version to come": [
    makeZip([{ name: "x.npy", bytes: npy({ ...pictures, version: 9 as 3 }) }]),
    "at byte 6",
    "version 1, 2 or 3",
  ],
};
for (const [name, [bytes, ...parts]] of Object.entries(damages)) {
  test(`npz: ${name}: refused`, async (t) => {
    await assert.rejects(open(`npz:${file(t, bytes)}`), saying(3, "set.npz", ...parts));
  });
}

test("npz: what is not there, or holds nothing, is named", async (t) => {
  const root = dataFolder(t, { "a.txt": "" });
  await assert.rejects(open(`npz:${root}/no.npz`), saying(3, `${root}/no.npz`, "no such file"));
  await assert.rejects(open(`npz:${root}`), saying(3, root, ".npz or .npy files", "none"));
  for (const name of ["a.npz", "b.npz"]) {
    writeFileSync(join(root, name), npz({ x: pictures, y: labels }));
  }
  await assert.rejects(open(`npz:${root}`), saying(3, "several: ", "a.npz, x", "b.npz, x", "Name the file of one set"));
});
