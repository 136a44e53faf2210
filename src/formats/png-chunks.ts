/**
 * The container of PNG (ISO/IEC 15948): a signature, then chunks of length, type, data and a CRC-32 of type and data.
 *
 *   IHDR  width, height, bit depth, color type, compression 0, filter 0, interlacing
 *   PLTE  the palette, RGB   ·   tRNS  alpha of the palette, or the one grey or RGB value that is transparent
 *   IDAT  parts of one zlib stream   ·   eXIf  what a camera says, of which its orientation counts   ·   IEND
 *
 * Every checksum must be right and every chunk in its place. Unknown ancillary chunks are skipped, bytes after IEND
 * ignored.
 */
import { crc32 } from "node:zlib";
import { dataError, type HeddleError } from "../base/errors.js";
import { checkSize, type ImageLimits, startsWith } from "./pixels.js";

export const pngSignature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

export const isPng = (bytes: Uint8Array): boolean => startsWith(bytes, pngSignature);

type ColorType = 0 | 2 | 3 | 4 | 6;

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha. */
  readonly color: ColorType;
  readonly interlaced: boolean;
}

export interface PngChunks {
  readonly header: PngHeader;
  /** RGB triples; empty where there are none. */
  readonly palette: Uint8Array;
  readonly transparency: Uint8Array | null;
  /** The data of all IDAT chunks. */
  readonly data: Uint8Array;
  /** Null where there are none. */
  readonly exif: Uint8Array | null;
}

/** Samples of a pixel as stored, and the depths that the standard allows. */
export const colorTypes: Readonly<Record<ColorType, { readonly samples: number; readonly depths: readonly number[] }>> =
  {
    0: { samples: 1, depths: [1, 2, 4, 8, 16] },
    2: { samples: 3, depths: [8, 16] },
    3: { samples: 1, depths: [1, 2, 4, 8] },
    4: { samples: 2, depths: [8, 16] },
    6: { samples: 4, depths: [8, 16] },
  };

type Fail = (at: number, expected: string, got: string) => HeddleError;

interface Chunk {
  readonly type: string;
  readonly at: number;
  readonly data: Uint8Array;
}

/** The chunks that make the image. `name` stands in errors. Throws `dataError` for what is not a whole PNG. */
export function readPngChunks(bytes: Uint8Array, name: string, limits: ImageLimits): PngChunks {
  const fail: Fail = (at, expected, got) => dataError({ where: `${name} at byte ${at}`, expected, got });
  let header: PngHeader | undefined;
  let palette: Uint8Array = new Uint8Array(0);
  let transparency: Uint8Array | null = null;
  let exif: Uint8Array | null = null;
  const parts: Uint8Array[] = [];
  let before = "";
  for (const { type, at, data } of walk(bytes, fail)) {
    if (!header) {
      if (type !== "IHDR") throw fail(at, "the IHDR chunk first", type);
      header = readHeader(data, at, name, limits, fail);
    } else if (type === "PLTE") {
      if (parts.length > 0 || transparency || palette.length > 0) throw misplaced(fail, at, type, "tRNS and IDAT");
      palette = checkPalette(data, at, header, fail);
    } else if (type === "tRNS") {
      if (parts.length > 0 || transparency) throw misplaced(fail, at, type, "IDAT");
      transparency = checkTransparency(data, at, header, palette.length / 3, fail);
    } else if (type === "IDAT") {
      if (parts.length > 0 && before !== type) throw fail(at, "all IDAT chunks in one row", "one apart");
      if (header.color === 3 && palette.length === 0) throw fail(at, "a palette (PLTE chunk) before IDAT", "none");
      parts.push(data);
    } else if (type === "eXIf") exif = data;
    else if (type === "IEND") {
      if (data.length > 0) throw fail(at, "an empty IEND chunk", `${data.length} bytes in it`);
      if (parts.length === 0) throw fail(at, "an IDAT chunk before IEND", "none");
    } else if (isCritical(type)) throw fail(at, "IHDR once, and critical chunks that the standard knows", type);
    before = type;
  }
  return { header: header!, palette, transparency, exif, data: parts.length === 1 ? parts[0] : joined(parts) };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** What the header says, and what a camera does. Throws `dataError` where there is none, or it asks for too much. */
export function pngSize(
  bytes: Uint8Array,
  name: string,
  limits: ImageLimits,
): { height: number; width: number; exif: Uint8Array | null } {
  const fail: Fail = (at, expected, got) => dataError({ where: `${name} at byte ${at}`, expected, got });
  const chunks = walk(bytes, fail);
  const first = chunks.next().value as Chunk;
  if (first.type !== "IHDR") throw fail(first.at, "the IHDR chunk first", first.type);
  const { height, width } = readHeader(first.data, first.at, name, limits, fail);
  for (const { type, data } of chunks) {
    if (type === "eXIf") return { height, width, exif: data };
  }
  return { height, width, exif: null };
}

/** Each chunk up to IEND, with its checksum found right. */
function* walk(bytes: Uint8Array, fail: Fail): Generator<Chunk> {
  if (!isPng(bytes)) throw fail(0, "the eight bytes that begin a PNG", "others");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let type = "";
  for (let at = pngSignature.length; type !== "IEND"; ) {
    const most = bytes.length - at - 12;
    if (most < 0) throw fail(bytes.length, "another chunk, up to IEND", "the end of the file");
    const size = view.getUint32(at);
    if (size > most) throw fail(at, `a chunk of at most ${most} bytes`, `${size}`);
    type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (!/^[A-Za-z]{4}$/.test(type)) throw fail(at + 4, "a chunk type of four letters", JSON.stringify(type));
    const end = at + 8 + size;
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) {
      throw fail(end, `the CRC-32 of the ${type} chunk`, "another: the file is damaged");
    }
    yield { type, at, data: bytes.subarray(at + 8, end) };
    at = end + 4;
  }
}

/** A capital first letter says that a reader must understand the chunk. */
const isCritical = (type: string): boolean => (type.charCodeAt(0) & 0x20) === 0;

const misplaced = (fail: Fail, at: number, type: string, next: string): HeddleError =>
  fail(at, `one ${type} chunk, before ${next}`, "another, or a late one");

function readHeader(data: Uint8Array, at: number, name: string, limits: ImageLimits, fail: Fail): PngHeader {
  if (data.length !== 13) throw fail(at, "13 bytes in IHDR", `${data.length}`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, color, compression, filter, interlacing] = data.subarray(8);
  checkSize(width, height, name, limits);
  if (!isColorType(color)) throw fail(at, "a color type of 0, 2, 3, 4 or 6", `${color}`);
  const { depths } = colorTypes[color];
  if (!depths.includes(depth)) throw fail(at, `${depths.join(", ")} bits a sample (color type ${color})`, `${depth}`);
  if (compression !== 0 || filter !== 0 || interlacing > 1) {
    const got = `${compression}, ${filter} and ${interlacing}`;
    throw fail(at, "compression 0, filter method 0 and interlacing 0 or 1", got);
  }
  return { width, height, depth, color, interlaced: interlacing === 1 };
}

const isColorType = (color: number): color is ColorType => color in colorTypes;

function checkPalette(data: Uint8Array, at: number, { color, depth }: PngHeader, fail: Fail): Uint8Array {
  if (color === 0 || color === 4) throw fail(at, "no palette in a grey image", "a PLTE chunk");
  const most = color === 3 ? 2 ** depth : 256;
  const entries = data.length / 3;
  if (Number.isInteger(entries) && entries >= 1 && entries <= most) return data;
  throw fail(at, `a palette of 1..${most} colors of 3 bytes`, `${data.length} bytes`);
}

function checkTransparency(
  data: Uint8Array,
  at: number,
  { color }: PngHeader,
  entries: number,
  fail: Fail,
): Uint8Array {
  if (color === 4 || color === 6) throw fail(at, "no tRNS chunk beside an alpha channel", "one");
  const [least, most] = color === 3 ? [1, entries] : [2 * colorTypes[color].samples, 2 * colorTypes[color].samples];
  if (data.length >= least && data.length <= most) return data;
  const expected = color === 3 ? `1..${entries} bytes in tRNS, after PLTE` : `${least} bytes in tRNS`;
  throw fail(at, expected, `${data.length}`);
}
