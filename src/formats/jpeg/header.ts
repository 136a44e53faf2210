/** What stands before the scan of a JPEG file: sizes, tables, and whether it is one that is decoded here. */
import { orientationIn } from "../orientation.js";
import { type HuffmanTable, huffmanTable } from "./huffman.js";

export interface JpegComponent {
  /** Samples a unit of the image, across and down: 1 or 2. */
  readonly across: number;
  readonly down: number;
  /** 64 factors in zigzag order. */
  readonly quantization: Uint8Array;
  readonly dc: HuffmanTable;
  readonly ac: HuffmanTable;
}

export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** One for grey; three for Y, Cb, Cr. */
  readonly components: readonly JpegComponent[];
  /** Units between restart markers; 0 without them. */
  readonly restartEvery: number;
  /** As EXIF counts: 1 is upright. */
  readonly orientation: number;
  /** Where the coded data begin. */
  readonly scan: number;
}

const [soi, eoi, sos, dqt, dht, dri, sof0, com, app0, app15] = [
  0xd8, 0xd9, 0xda, 0xdb, 0xc4, 0xdd, 0xc0, 0xfe, 0xe0, 0xef,
];

/** A frame as it is written, before its tables are known. */
interface Frame {
  readonly width: number;
  readonly height: number;
  readonly parts: readonly { id: number; across: number; down: number; table: number }[];
}

/** What the markers before the scan have said so far. */
interface Seen {
  frame: Frame | null;
  readonly quantization: (Uint8Array | undefined)[];
  readonly huffman: (HuffmanTable | undefined)[];
  restartEvery: number;
  exif: Uint8Array | null;
  isJfif: boolean;
  /** Adobe's color transform; null where nothing says. */
  transform: number | null;
}

/**
 * Null for all that is not plain: baseline with 8 bits a sample and one scan, grey or YCbCr with whole, half or quarter colors,
 * without a color profile, and nothing about it damaged or unusual. That is for a library to judge.
 */
export function readHeader(bytes: Uint8Array): JpegHeader | null {
  const seen: Seen = {
    frame: null,
    quantization: [],
    huffman: [],
    restartEvery: 0,
    exif: null,
    isJfif: false,
    transform: null,
  };
  if (bytes[0] !== 0xff || bytes[1] !== soi) return null;
  for (let at = 2; at + 4 <= bytes.length; ) {
    const [mark, marker, length] = [bytes[at], bytes[at + 1], bytes[at + 2] * 256 + bytes[at + 3]];
    const body = bytes.subarray(at + 4, at + 2 + length);
    if (mark !== 0xff || marker === eoi || length < 2 || body.length !== length - 2) return null;
    if (marker === sos) return seen.frame && finish(seen, seen.frame, body, at + 2 + length);
    if (!take(marker, body, seen)) return null;
    at += 2 + length;
  }
  return null;
}

/** False for a segment that is damaged or means something that is not known here. */
function take(marker: number, body: Uint8Array, seen: Seen): boolean {
  if (marker === dqt) return takeQuantization(body, seen);
  if (marker === dht) return takeHuffman(body, seen);
  if (marker === sof0) {
    if (seen.frame) return false;
    seen.frame = frameOf(body);
    return seen.frame !== null;
  }
  if (marker === dri) {
    seen.restartEvery = body.length === 2 ? body[0] * 256 + body[1] : -1;
    return seen.restartEvery >= 0;
  }
  if (marker >= app0 && marker <= app15) return takeApplication(marker - app0, body, seen);
  return marker === com;
}

const begins = (body: Uint8Array, text: string): boolean =>
  body.length >= text.length && Array.from(text).every((sign, i) => body[i] === sign.charCodeAt(0));

function takeApplication(number: number, body: Uint8Array, seen: Seen): boolean {
  if (number === 0 && begins(body, "JFIF\0") && body.length >= 14) seen.isJfif = true;
  if (number === 1 && begins(body, "Exif\0\0")) {
    if (seen.exif) return false;
    seen.exif = body.subarray(6);
  }
  if (number === 14 && begins(body, "Adobe") && body.length >= 12) seen.transform = body[11];
  return !(number === 2 && begins(body, "ICC_PROFILE\0"));
}

function takeQuantization(body: Uint8Array, seen: Seen): boolean {
  if (body.length === 0 || body.length % 65 !== 0) return false;
  for (let at = 0; at < body.length; at += 65) {
    if (body[at] > 3) return false; // 16 bits, or no such table
    seen.quantization[body[at]] = body.subarray(at + 1, at + 65);
  }
  return true;
}

function takeHuffman(body: Uint8Array, seen: Seen): boolean {
  let at = 0;
  while (at < body.length) {
    const kind = body[at];
    const counts = body.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, number) => sum + number, 0);
    const values = body.subarray(at + 17, at + 17 + total);
    if ((kind & ~0x13) !== 0 || counts.length < 16 || total > 256 || values.length < total) return false;
    const table = huffmanTable(body.subarray(at + 1, at + 17 + total));
    if (!table) return false;
    // The tables of direct and of alternating parts, four each.
    seen.huffman[(kind >> 4) * 4 + (kind & 3)] = table;
    at += 17 + total;
  }
  return true;
}

function frameOf(body: Uint8Array): Frame | null {
  const [precision, height, width, count] = [body[0], body[1] * 256 + body[2], body[3] * 256 + body[4], body[5]];
  if (precision !== 8 || !(width > 0 && height > 0) || (count !== 1 && count !== 3)) return null;
  if (body.length !== 6 + 3 * count) return null;
  const parts = Array.from({ length: count }, (_, i) => {
    const [id, sampling, table] = body.subarray(6 + 3 * i, 9 + 3 * i);
    return { id, across: sampling >> 4, down: sampling & 15, table };
  });
  const [first, ...colors] = parts;
  const known = `${first.across}x${first.down}`;
  const isKnown = count === 1 ? known === "1x1" : ["1x1", "2x1", "2x2"].includes(known);
  return isKnown && colors.every(({ across, down }) => across === 1 && down === 1) ? { width, height, parts } : null;
}

/** True for three components that are surely Y, Cb and Cr. */
function isYcc({ isJfif, transform }: Seen, { parts }: Frame): boolean {
  if (transform !== null && transform !== 1) return false;
  return isJfif || transform === 1 || parts.every(({ id }, i) => id === i + 1);
}

function finish(seen: Seen, frame: Frame, body: Uint8Array, scan: number): JpegHeader | null {
  const { parts, width, height } = frame;
  const count = parts.length;
  // All components in one scan, all of their coefficients at once.
  if (body[0] !== count || body.length !== 4 + 2 * count) return null;
  if (body[1 + 2 * count] !== 0 || body[2 + 2 * count] !== 63 || body[3 + 2 * count] !== 0) return null;
  if (count === 3 && !isYcc(seen, frame)) return null;
  const components: JpegComponent[] = [];
  for (const [i, { id, across, down, table }] of parts.entries()) {
    const tables = body[2 + 2 * i];
    const quantization = seen.quantization[table];
    const [dc, ac] = [seen.huffman[tables >> 4], seen.huffman[4 + (tables & 15)]];
    if (body[1 + 2 * i] !== id || (tables & ~0x33) !== 0 || !quantization || !dc || !ac) return null;
    components.push({ across, down, quantization, dc, ac });
  }
  const orientation = seen.exif ? orientationIn(seen.exif) : 1;
  return { width, height, components, restartEvery: seen.restartEvery, orientation, scan };
}
