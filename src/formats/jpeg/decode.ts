/** Decodes plain JPEG files to the very bytes that libjpeg makes of them. All others are left to a library. */
import { upright } from "../orientation.js";
import type { DecodedImage } from "../pixels.js";
import { smallArray } from "../slab.js";
import { cut, type Plane, toRgb, widen, widenBoth } from "./colors.js";
import { type JpegComponent, type JpegHeader } from "./header.js";
import { BitReader, notPlain } from "./huffman.js";
import { fillBlock, transformBlock } from "./idct.js";

// biome-ignore format: the order in which coefficients are written
const zigzag = Uint8Array.of(
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
);
const eoi = 0xd9;
const firstRestart = 0xd0;

/** A component while it is read. */
interface Reading extends Plane {
  readonly component: JpegComponent;
  /** The direct coefficient of the block before. */
  last: number;
}

/** As the file is turned by its orientation. Null where the data are not plain after all: damaged, cut, or beyond any picture. */
export function decodePlain(bytes: Uint8Array, header: JpegHeader): DecodedImage | null {
  const { width, height, orientation } = header;
  const parts = readScan(bytes, header);
  if (!parts) return null;
  const [luma, cb, cr] = parts;
  if (!cb) return upright({ width, height, channels: 1, pixels: cut(luma, width, height) }, orientation);
  const grow =
    luma.component.down === 2 ? widenBoth : luma.component.across === 2 ? widen : (plane: Plane): Plane => plane;
  const pixels = toRgb(width, height, luma, grow(cb), grow(cr));
  return upright({ width, height, channels: 3, pixels }, orientation);
}

function readScan(bytes: Uint8Array, { width, height, components, restartEvery, scan }: JpegHeader): Reading[] | null {
  const [{ across, down }] = components;
  const [columns, rows] = [Math.ceil(width / (8 * across)), Math.ceil(height / (8 * down))];
  const parts = components.map((component): Reading => {
    const stride = columns * 8 * component.across;
    return {
      component,
      samples: smallArray(stride * rows * 8 * component.down),
      stride,
      width: Math.ceil((width * component.across) / across),
      height: Math.ceil((height * component.down) / down),
      last: 0,
    };
  });
  const reader = new BitReader(bytes, scan);
  for (let unit = 0; unit < columns * rows; unit++) {
    if (restartEvery > 0 && unit > 0 && unit % restartEvery === 0) {
      if (!reader.passMarker(firstRestart + ((unit / restartEvery - 1) & 7))) return null;
      for (const part of parts) part.last = 0;
    }
    const column = unit % columns;
    const row = (unit - column) / columns;
    for (const part of parts) {
      const { across, down } = part.component;
      for (let y = row * down; y < (row + 1) * down; y++) {
        for (let x = column * across; x < (column + 1) * across; x++) {
          if (!readBlock(reader, part, 8 * (y * part.stride + x))) return null;
        }
      }
    }
  }
  return reader.passMarker(eoi) ? parts : null;
}

const coefficients = new Int32Array(64);

function readBlock(reader: BitReader, part: Reading, at: number): boolean {
  const { component, samples, stride } = part;
  const { quantization, dc, ac } = component;
  const size = reader.code(dc);
  if (size < 0 || size > 11) return false;
  if (size > 0) part.last += reader.number(size);
  const direct = part.last * quantization[0];
  let isFlat = true;
  for (let place = 1; place < 64; place++) {
    const code = reader.code(ac);
    if (code === notPlain) return false;
    const run = code >> 4;
    const length = code & 15;
    if (length === 0) {
      if (run < 15) break;
      place += 15;
      continue;
    }
    place += run;
    if (place > 63) return false;
    if (isFlat) coefficients.fill(0);
    isFlat = false;
    coefficients[zigzag[place]] = reader.number(length) * quantization[place];
  }
  if (isFlat) return fillBlock(direct, samples, at, stride);
  coefficients[0] = direct;
  return transformBlock(coefficients, samples, at, stride);
}
