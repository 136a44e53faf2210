/** Makes PNG files of every kind from their samples, and wrong ones part by part: the reader's tests and fuzzing feed on them. */
import { crc32, deflateSync } from "node:zlib";
import type { PngImage } from "../../src/formats/png.js";

export interface PngParts {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly color: number;
  readonly interlaced?: boolean;
  readonly palette?: readonly number[];
  readonly transparency?: readonly number[];
}

export const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

export function chunk(type: string, data: Uint8Array | readonly number[] = []): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), Uint8Array.from(data)]);
  const bytes = Buffer.alloc(body.length + 8);
  bytes.writeUInt32BE(body.length - 4, 0);
  bytes.set(body, 4);
  bytes.writeUInt32BE(crc32(body), body.length + 4);
  return bytes;
}

export function headerChunk({ width, height, depth, color, interlaced = false }: PngParts, rest = [0, 0]): Buffer {
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  return chunk("IHDR", [...size, depth, color, ...rest, Number(interlaced)]);
}

export const samplesOf = (color: number): number => [1, 0, 3, 1, 2, 0, 4][color];

/** The rows as they are packed: each with its filter byte; the filters take turns. */
export function packRows(parts: PngParts, sampleAt: (x: number, y: number, c: number) => number): Buffer {
  const { width, height, depth, color, interlaced } = parts;
  const samples = samplesOf(color);
  const rows: Buffer[] = [];
  for (const [x0, y0, dx, dy] of interlaced ? passes : [[0, 0, 1, 1]]) {
    let above: Buffer | undefined;
    for (let y = y0; y < height && x0 < width; y += dy) {
      let bits = "";
      for (let x = x0; x < width; x += dx) {
        for (let c = 0; c < samples; c++) bits += sampleAt(x, y, c).toString(2).padStart(depth, "0");
      }
      const row = Buffer.from(bits.match(/.{1,8}/g)!.map((byte) => Number.parseInt(byte.padEnd(8, "0"), 2)));
      rows.push(filterRow(rows.length % 5, row, above ?? Buffer.alloc(row.length), Math.ceil((samples * depth) / 8)));
      above = row;
    }
  }
  return Buffer.concat(rows);
}

const passes = [0, 1, 2, 3, 4, 5, 6].map((pass) => {
  const grid = ["16462646", "77777777", "56565656", "77777777", "36463646", "77777777", "56565656", "77777777"];
  const places = grid.flatMap((row, y) => [...row].flatMap((cell, x) => (cell === `${pass + 1}` ? [[x, y]] : [])));
  const step = (axis: 0 | 1) => {
    const all = [...new Set(places.map((place) => place[axis]))].sort((a, b) => a - b);
    return all.length > 1 ? all[1] - all[0] : 8;
  };
  return [Math.min(...places.map(([x]) => x)), Math.min(...places.map(([, y]) => y)), step(0), step(1)];
});

function filterRow(filter: number, row: Buffer, above: Buffer, step: number): Buffer {
  const coded = row.map((byte, i) => {
    const [a, b, c] = [row[i - step] ?? 0, above[i], above[i - step] ?? 0];
    const nearest = [a, b, c].sort((p, q) => Math.abs(a + b - c - p) - Math.abs(a + b - c - q))[0];
    return byte - [0, a, b, Math.floor((a + b) / 2), nearest][filter];
  });
  return Buffer.concat([Buffer.of(filter), coded]);
}

/** A whole file; `parts.depth` bits a sample. */
export function makePng(parts: PngParts, sampleAt: (x: number, y: number, c: number) => number): Buffer {
  return assemble(parts, [chunk("IDAT", deflateSync(packRows(parts, sampleAt)))]);
}

/** A file with these chunks between the header's and the end's. */
export function assemble(parts: PngParts, chunks: readonly Buffer[]): Buffer {
  const { palette, transparency } = parts;
  const before = [palette && chunk("PLTE", palette), transparency && chunk("tRNS", transparency)];
  const all = [signature, headerChunk(parts), ...before, ...chunks, chunk("IEND")];
  return Buffer.concat(all.filter((part) => part !== undefined));
}

/** What other decoders give: four channels, whatever the file has. */
export function toRgba({ width, height, channels, pixels }: PngImage): Uint8Array {
  const rgba = new Uint8Array(width * height * 4);
  const grey = channels < 3;
  for (let i = 0; i < width * height; i++) {
    const at = i * channels;
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = pixels[grey ? at : at + c];
    rgba[4 * i + 3] = channels % 2 === 0 ? pixels[at + channels - 1] : 255;
  }
  return rgba;
}
