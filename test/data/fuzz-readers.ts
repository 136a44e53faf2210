/** The readers that are fuzzed, each with whole files, ways to damage them, and another way of reading to compare with. */

import assert from "node:assert/strict";
import { deflateSync, inflateSync } from "node:zlib";
import sharp from "sharp";
import { bytesOf } from "../../src/base/numbers.js";
import { labelColumns } from "../../src/data/labels/columns.js";
import { parseCsv } from "../../src/formats/csv/parse.js";
import { decodeImage, sizeOf } from "../../src/formats/image.js";
import { decodePng } from "../../src/formats/png.js";
import { parseTextTable } from "../../src/formats/text-table.js";
import { decodeSafetensors, encodeSafetensors } from "../../src/model/safetensors.js";
import type { FuzzedReader } from "./fuzz.js";
import { fileReaders } from "./fuzz-files.js";
import { chunk, makePng, type PngParts, toRgba } from "./png-maker.js";

const rising = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 29 + 3) & 255);

/** Of every color type, with and without what may be in a file. */
const pngSeeds = (): Buffer[] => {
  const palette = Array.from({ length: 48 }, (_, i) => i * 5);
  const kinds: Omit<PngParts, "width" | "height">[] = [
    { color: 0, depth: 1 },
    { color: 0, depth: 4, interlaced: true, transparency: [0, 5] },
    { color: 0, depth: 8 },
    { color: 0, depth: 16, transparency: [1, 2] },
    { color: 2, depth: 8, transparency: [0, 1, 0, 2, 0, 3] },
    { color: 2, depth: 16, interlaced: true },
    { color: 3, depth: 4, palette },
    { color: 3, depth: 2, palette: palette.slice(0, 12), transparency: [0, 128], interlaced: true },
    { color: 4, depth: 8, interlaced: true },
    { color: 6, depth: 8 },
  ];
  return kinds.map((kind, i) =>
    makePng(
      { width: 9 + i, height: 12 - i, ...kind },
      (x, y, c) => (x * x * 31 + y * y * 17 + x * y * 7 + c * 50) % 2 ** Math.min(8, kind.depth),
    ),
  );
};

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

/** As far as their lengths make sense. */
function chunksOf(file: Uint8Array): Chunk[] {
  const bytes = Buffer.from(file);
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= bytes.length && at + 12 + bytes.readUInt32BE(at) <= bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at);
    chunks.push({ type: bytes.toString("latin1", at + 4, at + 8), data: bytes.subarray(at + 8, end) });
    at = end + 4;
  }
  return chunks;
}

const joined = (file: Uint8Array, chunks: readonly Chunk[]): Buffer =>
  Buffer.concat([file.subarray(0, 8), ...chunks.map(({ type, data }) => chunk(type, data))]);

const png: FuzzedReader = {
  name: "png",
  seeds: pngSeeds(),
  ways: [
    (file, damage) => damage(file),
    (file, damage) => {
      const broken = damage(file);
      return joined(broken, chunksOf(broken));
    },
    (file, damage, below) => {
      const chunks = chunksOf(file);
      const place = below(chunks.length);
      return joined(
        file,
        chunks.map(({ type, data }, i) => ({ type, data: Buffer.from(i === place ? damage(data) : data) })),
      );
    },
    (file, damage) =>
      joined(
        file,
        chunksOf(file).map(({ type, data }) => ({
          type,
          data: type === "IDAT" ? deflateSync(damage(inflateSync(data))) : data,
        })),
      ),
  ],
  async read(bytes) {
    const image = decodePng(bytes, "fuzzed.png");
    const other = await libpng(bytes);
    if (other) assert.deepEqual(Buffer.from(toRgba(image)), other);
  },
};

/** R, G, B, A as libpng has them; null where it refuses what we read. */
async function libpng(bytes: Uint8Array): Promise<Buffer | null> {
  try {
    return await sharp(bytes).toColourspace("srgb").ensureAlpha().raw({ depth: "uchar" }).toBuffer();
  } catch {
    return null;
  }
}

const jpeg = async (): Promise<FuzzedReader> => {
  const raw = { width: 23, height: 17, channels: 3 as const };
  const picture = () => sharp(rising(23 * 17 * 3), { raw });
  return {
    name: "jpeg",
    seeds: [
      await picture().jpeg().toBuffer(),
      await picture().jpeg({ quality: 95, chromaSubsampling: "4:4:4", optimizeCoding: false }).toBuffer(),
      await picture().toColourspace("b-w").jpeg().toBuffer(),
      await picture().toColourspace("b-w").jpeg({ progressive: true }).toBuffer(),
      await picture().toColourspace("cmyk").jpeg().toBuffer(),
    ],
    ways: [(file, damage) => damage(file)],
    async read(bytes) {
      const { width, height, channels, pixels } = await decodeImage(bytes, "fuzzed.jpg");
      assert.equal(pixels.length, width * height * channels);
      assert.deepEqual(await sizeOf(bytes, "fuzzed.jpg"), { height, width });
      const space = channels === 1 ? "b-w" : "srgb";
      const other = await sharp(bytes, { autoOrient: true }).toColourspace(space).raw().toBuffer();
      assert.deepEqual(Buffer.from(pixels), other);
    },
  };
};

/** The forms that libvips reads; what is read has the size that was told. */
const otherImages = async (): Promise<FuzzedReader> => {
  const picture = (channels: 1 | 3 | 4) => {
    const raw = { width: 23, height: 17, channels };
    return sharp(rising(23 * 17 * channels), { raw });
  };
  return {
    name: "webp, gif, tiff, avif",
    seeds: [
      await picture(3).webp({ lossless: true }).toBuffer(),
      await picture(4).webp().toBuffer(),
      await picture(4).gif().toBuffer(),
      await picture(3).tiff({ compression: "lzw" }).toBuffer(),
      await picture(1).tiff({ compression: "none", tile: true }).toBuffer(),
      await picture(3).avif({ effort: 0 }).toBuffer(),
    ],
    ways: [(file, damage) => damage(file)],
    async read(bytes) {
      const { width, height, channels, pixels } = await decodeImage(bytes, "fuzzed.webp");
      assert.equal(pixels.length, width * height * channels);
      assert.deepEqual(await sizeOf(bytes, "fuzzed.webp"), { height, width });
    },
  };
};

const csvSeeds = [
  "0,17,255,3,4,5,1\n9,8,7,6,5,4,0\n1,1,1,1,1,1,2\n",
  " 1, 2,3 ,4,5,6,0\r\n6,5,4,3,2,1,1\r\n\r\n",
  "sep=;\n0,5;1;0;0,25;1;0;2\n1;1;1;1;1;1;0\n",
  '\ufeff"1","2",3,4,5,6.0,0\n1e1,1,1,1,1,1,1\n',
];
const csvTables = [
  "a,label,b\n1,0,2\n3,1,4\n5,2,6\n",
  Buffer.from("\ufefflabel;p0;p1;p2;p3;split\nant;1;2;3;4;train\nbee;1;2;3;4;test\n", "utf16le"),
  "# label 2x1 1x1 2x2 1x2\n0 1.0e+00 2 3 4\n1 1 2 3 4\n",
  'emotion,pixels,Usage\n0,"1 2 3 4",Training\n1,"[4, 3, 2, 1]",PublicTest\n',
  ",0,1,2,3,4,5,6,7,8,9,10\n0,1,1,1,1,1,1,1,1,1,1,0\n1,1,1,1,1,1,1,1,1,1,1,1\n",
];
const csv = (name: string, seeds: readonly (string | Buffer)[], label: string | undefined): FuzzedReader => ({
  name,
  seeds: seeds.map((text) => Buffer.from(text)),
  ways: [(file, damage) => damage(file)],
  read(bytes) {
    const accepts = (pixels: number) => label === undefined || pixels === 6;
    const parsed = parseCsv(bytes, { path: "fuzzed.csv", accepts, maximum: 255, label });
    assert.equal(parsed.images.length, parsed.count * parsed.pixels);
    assert.ok(parsed.labels === null || parsed.labels.of.length === parsed.count);
    const text = Buffer.from(bytes).toString("latin1");
    // Plain numbers, as an independent reading takes them.
    if (label === undefined || !/^[\d,\n]+$/.test(text)) return;
    const lines = text
      .replace(/\n+$/, "")
      .split("\n")
      .map((line) => line.split(","));
    // Separators at the end of every line are no column.
    while (lines.every((cells) => cells.at(-1) === "")) for (const cells of lines) cells.pop();
    const labels = lines.map((cells) => cells.pop());
    assert.deepEqual(
      [Array.from(parsed.images), Array.from(parsed.labels!.of, (i) => parsed.labels!.texts[i])],
      [lines.flat().map(Number), labels],
    );
  },
});

const safetensors: FuzzedReader = {
  name: "safetensors",
  seeds: [
    Buffer.concat(
      encodeSafetensors(
        [
          { name: "0.weight", dtype: "F32", shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
          { name: "0.bias", dtype: "F64", shape: [2], data: Float64Array.of(7, 8) },
          { name: "steps", dtype: "I64", shape: [], data: BigInt64Array.of(9n) },
        ],
        { format: "pt", heddle: "1" },
      ),
    ),
    Buffer.concat(encodeSafetensors([], {})),
  ],
  ways: [
    (file, damage) => damage(file),
    (file, damage) => {
      const bytes = Buffer.from(file);
      const end = 8 + Number(bytes.readBigUInt64LE());
      const header = damage(bytes.subarray(8, end));
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(header.length));
      return Buffer.concat([length, header, bytes.subarray(end)]);
    },
  ],
  read(bytes) {
    const { tensors } = decodeSafetensors(bytes, "fuzzed.safetensors");
    const start = 8 + Number(Buffer.from(bytes).readBigUInt64LE());
    const header = JSON.parse(Buffer.from(bytes).toString("utf8", 8, start)) as Record<
      string,
      { data_offsets: [number, number] }
    >;
    for (const { name, data } of tensors) {
      const [from, to] = header[name].data_offsets;
      assert.deepEqual(Buffer.from(bytesOf(data)), Buffer.from(bytes.subarray(start + from, start + to)));
    }
  },
};

/** All of them. `folder` is where those that read files find their inputs. */
/** File names and classes: every row has as many cells. */
const tableOfNames: FuzzedReader = {
  name: "table of file names",
  seeds: [
    'file,label\na/1.png,ant\n"a,2.png","be""e"\n',
    "1.png 0\n2.png 1\n3.png 0\n",
    "sep=;\r\nfile;x;y\r\n1.png;0;1\r\n2.png;1;0\r\n",
    '{"file_name": "1.png", "label": 3, "boxes": [[1, 2]]}\n{"file_name": "2.png", "label": null}\n',
  ].map((text) => Buffer.from(text)),
  ways: [(file, damage) => damage(file)],
  read(bytes) {
    const path = bytes[0] === 0x7b ? "fuzzed.jsonl" : "fuzzed.csv";
    const { names, rows } = parseTextTable(bytes, path);
    assert.ok(rows.every(({ length }) => length === rows[0].length));
    const columns = labelColumns({ names, rows, where: String }, path, () => false, undefined);
    assert.ok(columns.file >= 0 && columns.rows.length > 0);
  },
};

export const fuzzedReaders = async (folder: string): Promise<FuzzedReader[]> => [
  png,
  await jpeg(),
  await otherImages(),
  ...(await fileReaders(folder)),
  csv("csv of a known set", csvSeeds, "last"),
  csv("csv of one's own", csvTables, undefined),
  tableOfNames,
  safetensors,
];
