/** What files are, told by how they begin. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { headBytes, sniff, sniffFile } from "../../src/formats/sniff.js";
import { dataFolder, idx } from "./fixtures.js";
import { png } from "./pictures.js";

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
const picture = () => sharp(Buffer.alloc(48), { raw: { width: 4, height: 4, channels: 3 } });

const beginnings: readonly [begin: Uint8Array, what: string, family: string][] = [
  [png(1), "a PNG image", "image"],
  [await picture().jpeg().toBuffer(), "a JPEG image", "image"],
  [await picture().webp().toBuffer(), "a WebP image", "image"],
  [await picture().gif().toBuffer(), "a GIF image", "image"],
  [await picture().tiff().toBuffer(), "a TIFF image", "image"],
  [await picture().avif().toBuffer(), "an AVIF image", "image"],
  [latin1("\0\0\0\x1cftypheic\0\0\0\0"), "a HEIC image", "image"],
  [latin1("BM\x36\x10\0\0\0\0\0\0\x36\0\0\0"), "a BMP image", "image"],
  [latin1('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'), "an SVG drawing", "image"],
  [latin1("PK\x03\x04\x14\0"), "a zip archive", "archive"],
  [
    latin1(`PK\x03\x04${"\0".repeat(26)}[Content_Types].xml`),
    "a spreadsheet or another document of an office",
    "other",
  ],
  [latin1("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0"), "a spreadsheet or another document of an office", "other"],
  [latin1(`PK\x03\x04${"\0".repeat(26)}training/data.pkl`), "a PyTorch file", "data"],
  [latin1("\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02"), "a PyTorch file", "data"],
  [latin1('[{"label": 1, "pixels": [0, 1]}]'), "JSON text", "text"],
  [latin1('{"label":{"0":1}}'), "JSON text", "text"],
  [latin1(`${"\0".repeat(257)}ustar  \0`), "a tar archive", "archive"],
  [latin1("7z\xbc\xaf\x27\x1c\0\x04"), "a 7-Zip archive (7z)", "archive"],
  [gzipSync("hello"), "gzip data", "packed"],
  [latin1("BZh91AY&SY"), "bzip2 data", "packed"],
  [latin1("\xfd7zXZ\0\0\x04"), "xz data", "packed"],
  [latin1("\x28\xb5\x2f\xfd\x04"), "Zstandard data (zstd)", "packed"],
  [latin1("\x93NUMPY\x01\0v\0"), "a NumPy array (.npy)", "data"],
  [latin1("PAR1\x15\x04"), "a parquet file", "data"],
  [idx([2051, 1, 1, 1], Uint8Array.of(1)), "IDX data", "data"],
  [latin1("\x89HDF\r\n\x1a\n\0"), "an HDF5 file", "data"],
  [latin1("MATLAB 5.0 MAT-file Platform: posix"), "a MATLAB file (.mat)", "data"],
  [latin1(`${"\0".repeat(16)}\xde\xc0\xef\xbe\x01`), "an LMDB database", "data"],
  [latin1("\x03\x03\0\0\0\0\0\0\xaa\xc9\xfa\x23\x0a\x80"), "TFRecord data", "data"],
  [latin1("\x80\x02}q\0(X"), "a Python pickle", "data"],
  [latin1("% digits\n@RELATION digits\n"), "an ARFF file (Weka, OpenML)", "text"],
  [latin1("7 154:0.5 155:1 156:.25\n"), "sparse data (LIBSVM, SVMlight)", "text"],
  [latin1("version https://git-lfs.github.com/spec/v1\n"), "a Git LFS pointer, not the file itself", "text"],
  [latin1("\n<!DOCTYPE html><html>"), "a web page (HTML)", "text"],
  [new Uint8Array(0), "an empty file", "other"],
];

for (const [bytes, what, family] of beginnings) {
  test(`sniff: ${what}`, () => {
    const found = sniff(bytes.subarray(0, headBytes));
    assert.deepEqual([found?.what, found?.family], [what, family]);
    // A byte in front makes it something else, or nothing.
    assert.notEqual(sniff(Buffer.concat([Buffer.of(7), bytes.subarray(0, headBytes - 1)]))?.what, what);
  });
}

test("sniff: what is no known beginning is nothing, and so is what cannot be read", (t) => {
  const root = dataFolder(t);
  for (const text of ["label,pixel0,pixel1\n1,2,3\n", "0,1,2\n", "hello", "\0\0\0\0\0\0\0\0\0\0\0\0\0"]) {
    assert.equal(sniff(Buffer.from(text)), null, text);
  }
  assert.equal(sniffFile(join(root, "nothing")), null);
  assert.equal(sniffFile(root), null);
  writeFileSync(join(root, "a.bin"), gzipSync("x"));
  assert.equal(sniffFile(join(root, "a.bin"))?.what, "gzip data");
});
