/** Our PNG reader against files made bit by bit, our writer against the reader, and files that lie. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { Stream } from "../../src/base/random.js";
import { defaultLimits } from "../../src/formats/pixels.js";
import { decodePng, encodePng } from "../../src/formats/png.js";
import { saying } from "./fixtures.js";
import { assemble, chunk, headerChunk, makePng, type PngParts, packRows, samplesOf, signature } from "./png-maker.js";

const kinds = [
  { color: 0, depths: [1, 2, 4, 8, 16] },
  { color: 2, depths: [8, 16] },
  { color: 3, depths: [1, 2, 4, 8] },
  { color: 4, depths: [8, 16] },
  { color: 6, depths: [8, 16] },
].flatMap(({ color, depths }) => depths.map((depth) => ({ color, depth })));
const names = ["grey", "", "RGB", "palette", "grey and alpha", "", "RGB and alpha"];
/** Around the steps of the interlacing, and such that rows end inside a byte. */
const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 13];
const paletteOf = (depth: number): number[] => Array.from({ length: 3 * 2 ** depth }, (_, i) => (i * 37 + 5) & 255);
const eightBits = (value: number, depth: number): number =>
  depth === 16 ? value >> 8 : (value * 255) / (2 ** depth - 1);

for (const { color, depth } of kinds) {
  for (const interlaced of [false, true]) {
    test(`PNG: ${names[color]}, ${depth} bits${interlaced ? ", interlaced" : ""}, at many sizes`, () => {
      for (const width of sizes) {
        for (const height of sizes) {
          const stream = new Stream(width * 100 + height, "synthetic");
          const samples = samplesOf(color);
          const numbers = Array.from({ length: width * height * samples }, () => stream.word() >>> (32 - depth));
          const palette = color === 3 ? paletteOf(depth) : undefined;
          const parts: PngParts = { width, height, depth, color, interlaced, ...(palette ? { palette } : {}) };
          const image = decodePng(
            makePng(parts, (x, y, c) => numbers[(y * width + x) * samples + c]),
            "a.png",
          );
          const pixels = numbers.flatMap((value) =>
            palette ? palette.slice(3 * value, 3 * value + 3) : [eightBits(value, depth)],
          );
          const channels = palette ? 3 : samples;
          const colors = numbers.filter((_, i) => samples % 2 === 1 || i % samples < samples - 1);
          const deep = depth === 16 && { deepest: Math.max(...colors) };
          assert.deepEqual({ ...image, pixels: [...image.pixels] }, { width, height, channels, pixels, ...deep });
        }
      }
    });
  }
}

test("PNG: 16 bits that hold fewer, spread over 0..255 where the maximum is given; alpha is always of the full range", () => {
  const parts = { width: 2, height: 1, depth: 16, color: 4 } as const;
  const bytes = makePng(
    parts,
    (x, _, c) =>
      [
        [4095, 65535],
        [819, 0],
      ][x][c],
  );
  assert.deepEqual([...decodePng(bytes, "a.png").pixels], [15, 255, 3, 0]);
  const image = decodePng(bytes, "a.png", undefined, 4095);
  assert.deepEqual([[...image.pixels], image.deepest], [[255, 255, 51, 0], 4095]);
});

test("PNG: transparent colors: one grey, one RGB, some of the palette", () => {
  const alphaOf = (parts: PngParts, values: readonly number[][]): number[] => {
    const image = decodePng(
      makePng(parts, (x, _, c) => values[x][c]),
      "a.png",
    );
    return [...image.pixels].filter((_, i) => i % image.channels === image.channels - 1);
  };
  const line = { width: 3, height: 1 };
  const grey = { ...line, color: 0, depth: 2, transparency: [0xff, 2] }; // of 16 bits, the lowest two count
  assert.deepEqual(alphaOf(grey, [[1], [2], [3]]), [255, 0, 255]);
  const deep = { ...line, color: 0, depth: 16, transparency: [1, 2] };
  assert.deepEqual(alphaOf(deep, [[0x0102], [0x0103], [0x0202]]), [0, 255, 255]);
  const rgb = { ...line, color: 2, depth: 8, transparency: [0, 1, 0, 2, 0, 3] };
  assert.deepEqual(
    alphaOf(rgb, [
      [1, 2, 4],
      [1, 2, 3],
      [2, 2, 3],
    ]),
    [255, 0, 255],
  );
  const palette = { ...line, color: 3, depth: 4, palette: paletteOf(2), transparency: [7, 0] };
  assert.deepEqual(alphaOf(palette, [[0], [1], [2]]), [7, 0, 255]);
});

test("PNG: data in many IDAT chunks, among chunks that need not be known, with bytes after the end", () => {
  const parts = { width: 5, height: 4, depth: 8, color: 0 };
  const packed = deflateSync(packRows(parts, (x, y) => 10 * y + x));
  const pieces = [...packed].map((byte) => chunk("IDAT", [byte]));
  const text = chunk("tEXt", Buffer.from("Comment\0hello"));
  const file = Buffer.concat([assemble(parts, [text, chunk("IDAT"), ...pieces, text]), Buffer.from("after the end")]);
  assert.deepEqual([...decodePng(file, "a.png").pixels.subarray(0, 7)], [0, 1, 2, 3, 4, 10, 11]);
});

test("PNG: what our writer packs, our reader finds", () => {
  for (const channels of [1, 3] as const) {
    for (const [width, height] of [
      [1, 1],
      [17, 3],
      [64, 65],
    ]) {
      const pixels = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 31) & 255);
      assert.deepEqual(
        { ...decodePng(encodePng({ width, height, channels, pixels }), "a.png") },
        {
          width,
          height,
          channels,
          pixels,
        },
      );
    }
  }
});

const parts: PngParts = { width: 4, height: 3, depth: 8, color: 0 };
const rows = packRows(parts, (x, y) => x + y);
const good = makePng(parts, (x, y) => x + y);
const data = chunk("IDAT", deflateSync(rows));
const palette = { ...parts, color: 3, palette: [1, 2, 3, 4, 5, 6] };
const header = (change: Partial<PngParts>, rest?: number[]): Buffer =>
  Buffer.concat([signature, headerChunk({ ...parts, ...change }, rest), data, chunk("IEND")]);
const flipped = (at: number): Buffer => {
  const bytes = Buffer.from(good);
  bytes[at] ^= 1;
  return bytes;
};
const badSum = Buffer.from(deflateSync(rows));
badSum[badSum.length - 1] ^= 1;
const bomb = chunk("IDAT", deflateSync(Buffer.alloc(50_000_000)));

const bad: Record<string, { bytes: Uint8Array; says: string[] }> = {
  "no PNG at all": { bytes: Buffer.from("GIF89a"), says: ["at byte 0", "begin a PNG"] },
  "a wrong header checksum": { bytes: flipped(18), says: ["at byte 29", "CRC-32 of the IHDR"] },
  "a wrong data checksum": { bytes: flipped(45), says: ["CRC-32 of the IDAT", "damaged"] },
  "a first chunk that is not IHDR": { bytes: Buffer.concat([signature, data]), says: ["IHDR chunk first", "IDAT"] },
  "two headers": { bytes: assemble(parts, [headerChunk(parts), data]), says: ["IHDR once", "got IHDR"] },
  "no data": { bytes: assemble(parts, []), says: ["an IDAT chunk", "none"] },
  "data apart": { bytes: assemble(parts, [data, chunk("tEXt"), data]), says: ["in one row", "apart"] },
  "an unknown critical chunk": { bytes: assemble(parts, [chunk("ABCD"), data]), says: ["critical", "got ABCD"] },
  "a chunk type of no letters": { bytes: assemble(parts, [chunk("a\0b1"), data]), says: ["four letters"] },
  "a chunk longer than the file": {
    bytes: Buffer.concat([signature, headerChunk(parts), Buffer.from([0x7f, 255, 255, 255]), Buffer.alloc(20)]),
    says: ["a chunk of at most 12 bytes", "2147483647"],
  },
  "a full IEND": {
    bytes: Buffer.concat([good.subarray(0, -12), chunk("IEND", [1])]),
    says: ["an empty IEND", "1 bytes"],
  },
  "no width": { bytes: header({ width: 0 }), says: ["a width and height of 1..65535", "width 0 and height 3"] },
  "a huge height": { bytes: header({ height: 2 ** 31 }), says: ["1..65535", "height 2147483648"] },
  "too many pixels": { bytes: header({ width: 65535, height: 65535 }), says: ["67108864 pixels", "width 65535"] },
  "color type 5": { bytes: header({ color: 5 }), says: ["a color type of 0, 2, 3, 4 or 6", "5"] },
  "3 bits": { bytes: header({ depth: 3 }), says: ["1, 2, 4, 8, 16 bits", "3"] },
  "RGB of 4 bits": { bytes: header({ depth: 4, color: 2 }), says: ["8, 16 bits a sample (color type 2)", "4"] },
  "another compression": { bytes: header({}, [1, 0]), says: ["compression 0", "1, 0 and 0"] },
  "another filter method": { bytes: header({}, [0, 64]), says: ["filter method 0", "0, 64 and 0"] },
  "a short header": { bytes: Buffer.concat([signature, chunk("IHDR", [0, 0])]), says: ["13 bytes", "got 2"] },
  "a palette in a grey image": { bytes: assemble({ ...palette, color: 0 }, [data]), says: ["no palette", "PLTE"] },
  "no palette": { bytes: assemble({ ...parts, color: 3 }, [data]), says: ["a palette (PLTE chunk) before IDAT"] },
  "a palette that is too long": {
    bytes: assemble({ ...palette, depth: 1, palette: new Array<number>(9).fill(0) }, [data]),
    says: ["1..2 colors", "9 bytes"],
  },
  "half a color": { bytes: assemble({ ...palette, palette: [1, 2] }, [data]), says: ["colors of 3 bytes", "2"] },
  "two palettes": { bytes: assemble(palette, [chunk("PLTE", [1, 2, 3]), data]), says: ["one PLTE chunk"] },
  "a palette after the data": {
    bytes: assemble({ ...parts, color: 2 }, [data, chunk("PLTE", [1, 2, 3])]),
    says: ["one PLTE chunk", "late"],
  },
  "transparency before its palette": {
    bytes: assemble({ ...parts, color: 3, transparency: [1] }, [chunk("PLTE", [1, 2, 3]), data]),
    says: ["tRNS, after PLTE", "got 1"],
  },
  "transparency beside alpha": {
    bytes: assemble({ ...parts, color: 4, transparency: [0, 1] }, [data]),
    says: ["no tRNS chunk beside an alpha channel"],
  },
  "a long transparency": {
    bytes: assemble({ ...parts, transparency: [0, 1, 2] }, [data]),
    says: ["2 bytes in tRNS", "got 3"],
  },
  "an index outside of the palette": { bytes: assemble(palette, [data]), says: ["a color 0..1 of the palette", "2"] },
  "a filter of its own": {
    bytes: assemble(parts, [chunk("IDAT", deflateSync(Buffer.alloc(15, 9)))]),
    says: ["byte 0 of its unpacked data", "a row filter 0..4", "9"],
  },
  "data that are too short": {
    bytes: assemble(parts, [chunk("IDAT", deflateSync(rows.subarray(1)))]),
    says: ["a zlib stream of 15 bytes", "one of 14"],
  },
  "data that are too long": {
    bytes: assemble(parts, [chunk("IDAT", deflateSync(Buffer.concat([rows, rows])))]),
    says: ["a zlib stream of 15 bytes", "a longer one"],
  },
  "a bomb": { bytes: assemble(parts, [bomb]), says: ["a zlib stream of 15 bytes", "a longer one"] },
  "a size that the data cannot hold": {
    bytes: header({ width: 8000, height: 8000 }),
    says: ["a zlib stream of 64008000 bytes", "cannot hold"],
  },
  "junk after the data": {
    bytes: assemble(parts, [data, chunk("IDAT", Buffer.from("junk"))]),
    says: ["IDAT: ", "4 bytes more after its end"],
  },
  "a stream cut short": {
    bytes: assemble(parts, [chunk("IDAT", deflateSync(rows).subarray(0, -6))]),
    says: ["IDAT: ", "unexpected end of file"],
  },
  "a wrong checksum inside the stream": {
    bytes: assemble(parts, [chunk("IDAT", badSum)]),
    says: ["IDAT: ", "incorrect data check"],
  },
};

for (const [name, { bytes, says }] of Object.entries(bad)) {
  test(`PNG: ${name} is refused`, () => {
    assert.throws(() => decodePng(bytes, "bad.png"), saying(3, "bad.png", ...says));
  });
}

test("PNG: every prefix of a file is refused", () => {
  for (let size = 0; size < good.length; size++) {
    assert.throws(() => decodePng(good.subarray(0, size), "cut.png"), saying(3, "cut.png"), `${size} bytes`);
  }
});

test("PNG: limits are those of the caller", () => {
  assert.throws(() => decodePng(good, "a.png", { side: 3, pixels: 100 }), saying(3, "1..3", "width 4"));
  assert.throws(() => decodePng(good, "a.png", { side: 9, pixels: 11 }), saying(3, "11 pixels"));
  assert.equal(decodePng(good, "a.png", { ...defaultLimits, pixels: 12 }).width, 4);
});
