/**
 * PNG (ISO/IEC 15948): reads every color type, bit depth and interlacing; writes 8-bit grey and RGB.
 *
 * The unpacked data hold, for each row, a filter byte and then the row's samples, packed, most significant bit first.
 * Strict where leniency would guess: the data must be exactly as long as the header says, and a palette index must be in
 * the palette. Gamma and color profiles are not applied.
 */
import { crc32, deflateSync, inflateSync } from "node:zlib";
import { dataError, type HeddleError } from "../base/errors.js";
import type { StoredPixels } from "./paper.js";
import { type DecodedImage, defaultLimits, type ImageLimits } from "./pixels.js";
import { colorTypes, type PngChunks, pngSignature, readPngChunks } from "./png-chunks.js";

/** What a PNG holds, at 8 bits a sample. */
export interface PngImage extends StoredPixels {
  /** Of a file of 16 bits a sample, the largest color before it was made one of 8 bits; absent for other files. */
  readonly deepest?: number;
  /** What a camera wrote beside it (eXIf), which has not been heeded; absent where there is none. */
  readonly exif?: Uint8Array;
}

/** The passes of Adam7: first column and row, then the steps between columns and rows. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const onePass = [[0, 0, 1, 1]] as const;

/** Deflate packs no tighter than 1 in 1032: a header that promises more than that lies. */
const tightest = 1032;

/**
 * Samples of 16 bits become v >> 8, or v x 255 / `maximum` where that is given (larger ones are for the caller to refuse);
 * those of fewer than 8 are spread over 0..255. `name` stands in errors. Throws `dataError`.
 */
export function decodePng(
  bytes: Uint8Array,
  name: string,
  limits: ImageLimits = defaultLimits,
  maximum: number | null = null,
): PngImage {
  const chunks = readPngChunks(bytes, name, limits);
  const { width, height, color, depth, interlaced } = chunks.header;
  const { samples } = colorTypes[color];
  const passes = (interlaced ? adam7 : onePass)
    .map(([x0, y0, dx, dy]) => {
      const columns = Math.ceil((width - x0) / dx);
      return {
        x0,
        y0,
        dx,
        dy,
        columns,
        rows: Math.ceil((height - y0) / dy),
        bytes: (columns * samples * depth + 7) >> 3,
      };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
  const size = passes.reduce((sum, pass) => sum + pass.rows * (1 + pass.bytes), 0);
  const raw = unpack(chunks.data, size, name);
  const { channels, put } = color === 3 ? paletteWriter(chunks, name) : colorWriter(chunks, maximum);
  const pixels = new Uint8Array(width * height * channels);
  // Then a row is its pixels already.
  const plain = depth === 8 && color !== 3 && !chunks.transparency && !interlaced;
  let [at, deepest] = [0, 0];
  for (const { x0, y0, dx, dy, columns, rows, bytes: rowBytes } of passes) {
    const numbers = new Uint16Array(plain ? 0 : columns * samples);
    let above: Uint8Array = new Uint8Array(rowBytes);
    for (let y = 0; y < rows; y++, at += 1 + rowBytes) {
      const row = raw.subarray(at + 1, at + 1 + rowBytes);
      if (raw[at] > 4) {
        const where = `${name}, byte ${at} of its unpacked data`;
        throw dataError({ where, expected: "a row filter 0..4", got: `${raw[at]}` });
      }
      unfilter(raw[at], row, above, Math.max(1, (samples * depth) >> 3));
      if (plain) pixels.set(row, y * rowBytes);
      else {
        readSamples(row, depth, numbers);
        if (depth === 16) deepest = largestColor(numbers, color, deepest);
        put(numbers, pixels, ((y0 + y * dy) * width + x0) * channels, dx * channels);
      }
      above = row;
    }
  }
  return {
    width,
    height,
    channels,
    pixels,
    ...(chunks.exif && { exif: chunks.exif }),
    ...(depth === 16 && { deepest }),
  };
}

/** What the zlib stream holds, which must be `size` bytes and end where the data end; no `Buffer`, as cutting rows out of one takes longer. */
function unpack(data: Uint8Array, size: number, name: string): Uint8Array {
  const fail = (got: string, cause?: unknown): HeddleError =>
    dataError({ where: `${name}, IDAT`, expected: `a zlib stream of ${size} bytes, as the header says`, got, cause });
  if (size > tightest * data.length) throw fail(`${data.length} bytes, which cannot hold so many`);
  let result: Inflated;
  try {
    result = inflateSync(data, {
      maxOutputLength: size,
      chunkSize: size + 64,
      info: true,
    }) as object as Inflated;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw fail(code === "ERR_BUFFER_TOO_LARGE" ? "a longer one" : message, cause);
  }
  const { buffer, engine } = result;
  if (buffer.length !== size) throw fail(`one of ${buffer.length}`);
  if (engine.bytesWritten !== data.length) throw fail(`${data.length - engine.bytesWritten} bytes more after its end`);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, size);
}

/** What `info: true` makes of the result; Node's type declarations leave it out. */
interface Inflated {
  readonly buffer: Uint8Array;
  /** Counts the bytes that it took in. */
  readonly engine: { readonly bytesWritten: number };
}

/** Undoes the filter of a row in place. `above` is the row before it, done; `step` the bytes from one pixel to the next. */
function unfilter(filter: number, row: Uint8Array, above: Uint8Array, step: number): void {
  const first = Math.min(step, row.length);
  // Most of the time that decoding takes is spent here: one loop for each filter, without a choice inside.
  if (filter === 1) for (let i = first; i < row.length; i++) row[i] += row[i - step];
  else if (filter === 2) for (let i = 0; i < row.length; i++) row[i] += above[i];
  else if (filter === 3) {
    for (let i = 0; i < first; i++) row[i] += above[i] >> 1;
    for (let i = first; i < row.length; i++) row[i] += (row[i - step] + above[i]) >> 1;
  } else if (filter === 4) {
    for (let i = 0; i < first; i++) row[i] += above[i];
    for (let i = first; i < row.length; i++) row[i] += paeth(row[i - step], above[i], above[i - step]);
  }
}

/** Of left, above and above left, the one nearest to left + above - above left; the first of equals. */
function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

/** The numbers packed into a row; `into` gives their count. */
function readSamples(row: Uint8Array, depth: number, into: Uint16Array): void {
  if (depth === 8) into.set(row.subarray(0, into.length));
  else if (depth === 16) for (let i = 0; i < into.length; i++) into[i] = (row[2 * i] << 8) | row[2 * i + 1];
  else {
    const mask = 2 ** depth - 1;
    for (let i = 0, bit = 0; i < into.length; i++, bit += depth) {
      into[i] = (row[bit >> 3] >> (8 - depth - (bit & 7))) & mask;
    }
  }
}

/** The larger of `than` and the largest sample that is no alpha. */
function largestColor(samples: Uint16Array, color: PngChunks["header"]["color"], than: number): number {
  const { samples: count } = colorTypes[color];
  const colors = count % 2 === 0 ? count - 1 : count;
  for (let i = 0; i < samples.length; i += count) {
    for (let c = 0; c < colors; c++) if (samples[i + c] > than) than = samples[i + c];
  }
  return than;
}

interface PixelWriter {
  readonly channels: PngImage["channels"];
  /** Writes the pixels whose samples these are, the first at `start`, the next `step` further on. */
  readonly put: (samples: Uint16Array, pixels: Uint8Array, start: number, step: number) => void;
}

function paletteWriter({ palette, transparency }: PngChunks, name: string): PixelWriter {
  const channels = transparency ? 4 : 3;
  const colors = palette.length / 3;
  return {
    channels,
    put(samples, pixels, start, step) {
      for (let i = 0, at = start; i < samples.length; i++, at += step) {
        const index = samples[i];
        if (index >= colors) {
          throw dataError({ where: name, expected: `a color 0..${colors - 1} of the palette`, got: `${index}` });
        }
        for (let c = 0; c < 3; c++) pixels[at + c] = palette[3 * index + c];
        if (transparency) pixels[at + 3] = transparency[index] ?? 255;
      }
    },
  };
}

function colorWriter({ header: { color, depth }, transparency }: PngChunks, maximum: number | null): PixelWriter {
  const { samples: count } = colorTypes[color];
  const channels = (transparency ? count + 1 : count) as PngImage["channels"];
  const gain = depth < 8 ? 255 / (2 ** depth - 1) : 1;
  const shift = depth === 16 ? 8 : 0;
  // Alpha is always of the full range.
  const colors = count % 2 === 0 ? count - 1 : count;
  const key = transparency && readKey(transparency, depth);
  return {
    channels,
    put(samples, pixels, start, step) {
      for (let i = 0, at = start; i < samples.length; i += count, at += step) {
        for (let c = 0; c < count; c++) pixels[at + c] = (samples[i + c] >> shift) * gain;
        if (depth === 16 && maximum !== null) {
          for (let c = 0; c < colors; c++) pixels[at + c] = Math.min(255, Math.round((samples[i + c] * 255) / maximum));
        }
        if (key) pixels[at + count] = key.every((value, c) => samples[i + c] === value) ? 0 : 255;
      }
    },
  };
}

/** The one transparent value: 16 bits for each sample, of which the image's depth counts. */
function readKey(transparency: Uint8Array, depth: number): Uint16Array {
  const key = new Uint16Array(transparency.length / 2);
  readSamples(transparency, 16, key);
  return key.map((value) => value & (2 ** depth - 1));
}

/** Packs an image as an 8-bit PNG, grey or RGB, in rows without a filter. */
export function encodePng({ width, height, channels, pixels }: DecodedImage): Uint8Array {
  const rowBytes = width * channels;
  const rows = new Uint8Array(height * (1 + rowBytes));
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * rowBytes, (y + 1) * rowBytes), y * (1 + rowBytes) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, channels === 1 ? 0 : 2], 8);
  const parts = [
    pngSignature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", new Uint8Array(0)),
  ];
  return Buffer.concat(parts);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, "latin1");
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}
